"""Findings that were there before: a file of fingerprints, written, read, checked and pruned."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from advisor.documents.location import format_pointer
from advisor.errors import ConfigError
from advisor.records import field, record, replace
from advisor.settings_file import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from advisor.rules.finding import Finding

VERSION = 1
FILE_NAME = ".advise-baseline.json"


@record(frozen=True)
class Baseline:
    """The fingerprints of known findings, each with what a reader of the file is shown."""

    entries: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    root: str = "."
    """The way from the folder of the file to where the paths of its entries start."""

    @property
    def fingerprints(self) -> frozenset[str]:
        """The fingerprints of all entries."""
        return frozenset(self.entries)

    def gone(self, findings: Iterable[Finding]) -> Baseline:
        """Return the entries that none of the findings of a run accounts for any more."""
        seen = {mark for finding in findings for mark in (finding.fingerprint, *finding.members)}
        return replace(self, entries={k: v for k, v in self.entries.items() if k not in seen})

    def without(self, other: Baseline) -> Baseline:
        """Return the entries that the other one does not have."""
        left = {k: v for k, v in self.entries.items() if k not in other.entries}
        return replace(self, entries=left)

    def united(self, other: Baseline) -> Baseline:
        """Return the entries of both."""
        return replace(self, entries={**other.entries, **self.entries})

    def to_text(self) -> str:
        """Return the file: sorted, one entry a line, so that two branches merge."""
        ordered = sorted(
            ({**entry, "fingerprint": mark} for mark, entry in self.entries.items()),
            key=lambda e: (e.get("path", ""), e.get("rule", ""), e["fingerprint"]),
        )
        lines = ",\n".join(f"    {json.dumps(entry, ensure_ascii=False)}" for entry in ordered)
        body = f"[\n{lines}\n  ]" if lines else "[]"
        root = json.dumps(self.root)
        return f'{{\n  "version": {VERSION},\n  "root": {root},\n  "findings": {body}\n}}\n'


def of_findings(
    findings: Iterable[Finding], *, root: str = ".", path_of: Callable[[str], str] = str
) -> Baseline:
    """Return the baseline that accounts for findings; an aggregated one for each of its members.

    `path_of` returns the path that entries, like fingerprints, count for a path of a finding.
    """
    entries: dict[str, dict[str, str]] = {}
    for finding in findings:
        place = finding.location
        for index, mark in enumerate(finding.members or (finding.fingerprint,)):
            entry = {"rule": finding.rule.name, "path": path_of(place.path)}
            if finding.members:
                # Members are in the order of the resources only where each has one finding.
                same = len(finding.members) == len(finding.resources)
                entry["resource"] = finding.resources[index] if same else ""
            else:
                entry["resource"] = place.resource or ""
                entry["pointer"] = format_pointer(place.pointer)
            entries[mark] = entry
    return Baseline(entries, root)


def read(file: Path) -> Baseline:
    """Return the baseline of a file; ConfigError where it is none."""
    try:
        data = json.loads(read_settings(file))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{file}: is not a baseline: {error}") from error
    findings = data.get("findings") if isinstance(data, dict) else None
    if not isinstance(findings, list):
        raise ConfigError(f"{file}: is not a baseline: it has no list 'findings'")
    if data.get("version") != VERSION:
        raise ConfigError(f"{file}: has version {data.get('version')!r}, this tool reads {VERSION}")
    root = data.get("root", ".")
    if not isinstance(root, str):
        raise ConfigError(f"{file}: is not a baseline: 'root' is no path")
    entries: dict[str, dict[str, str]] = {}
    for entry in findings:
        mark = entry.get("fingerprint") if isinstance(entry, dict) else None
        if not isinstance(mark, str):
            raise ConfigError(f"{file}: has an entry without a fingerprint")
        entries[mark] = {
            str(key): str(value) for key, value in entry.items() if key != "fingerprint"
        }
    return Baseline(entries, root)

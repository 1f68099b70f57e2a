"""What a fix has to keep: each made alone and all together, and everything looked at again.

A fix is right when its file can still be read, its finding is gone, no other finding has come,
and no character has changed outside of its edits.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from advisor.analysis import analyze, registry_of
from advisor.config import Config
from advisor.fixes.apply import fix_all
from advisor.fixes.documents import Documents
from advisor.fixes.plan import plan, written
from advisor.rules.finding import Confidence, Severity
from advisor.rules.identity import named_keys

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence
    from pathlib import Path

    from advisor.documents.location import Position
    from advisor.fixes.apply import FixResult
    from advisor.report import Report
    from advisor.rules.finding import Finding, TextEdit
    from advisor.rules.registry import Registry

CONFIG = Config(profile="pedantic", severity=Severity.INFO, confidence=Confidence.LOW)
"""Everything that there is to say."""

EXPECTED = {
    ("FUN040", "CST001"): "a newer runtime can run on arm64",
    ("FUN040", "FUN052"): "a newer runtime can start from a snapshot",
}
"""Advice that a fix makes room for: the rule that fixes, the one that can now speak, and why."""

Identity = tuple[str, str, tuple[str, ...], str | None, str]
"""Rule, file, the resources it is about, and the message where it is about a state or a route."""


@dataclass(slots=True)
class Trial:
    """One fix made on its own."""

    finding: Finding
    refused: str = ""
    """Why it could not be made; empty where it could."""
    faults: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    """The new texts by the path as shown."""

    @property
    def unexpected(self) -> list[str]:
        """What is wrong, without advice that could not be given before."""
        known = {f"new: {new}" for fixed, new in EXPECTED if fixed == self.finding.rule.id}
        return [fault for fault in self.faults if fault not in known]


def without_aggregates() -> Registry:
    """Return all rules, each saying every finding on its own."""
    registry = registry_of(CONFIG)
    for rule in registry.rules:
        rule.aggregate = ""
    return registry


def identities(findings: Iterable[Finding]) -> Counter[Identity]:
    """Return findings by what stays when a text moves, or when a key comes into being."""
    return Counter(map(identity, findings))


def identity(finding: Finding) -> Identity:
    """Return what stays of a finding when its text moves."""
    place = finding.location
    keys = named_keys(place.pointer)
    # The states of a workflow are told apart by their names, which are keys.
    states = [keys[index + 1] for index, key in enumerate(keys[:-1]) if key == "States"]
    return finding.rule.id, place.path, finding.about, place.resource, "/".join(states)


def trials(folder: Path, registry: Registry, *, rules: Container[str] = ()) -> Iterator[Trial]:
    """Make each fix of an application on its own, in memory: of these rules, of all if empty."""
    whole = analyze([folder], CONFIG, registry=registry)
    reports: dict[tuple[str, ...], Report] = {}
    for finding in whole.findings:
        if finding.fix is None or (rules and finding.rule.id not in rules):
            continue
        # The files that are touched tell the same as the whole application, and sooner.
        names = {finding.location.path, *(change.path for change in finding.fix.changes)}
        scope = tuple(sorted(names))
        paths = [folder / name for name in scope]
        if scope not in reports:
            reports[scope] = analyze(paths, CONFIG, registry=registry)
        if identity(finding) in identities(reports[scope].findings):
            yield _trial(paths, registry, reports[scope], finding)
        else:
            yield _trial([folder], registry, whole, finding)


def _trial(paths: Sequence[Path], registry: Registry, report: Report, finding: Finding) -> Trial:
    documents = Documents(report)
    trial = Trial(finding)
    assert finding.fix is not None
    made = plan([finding], documents, unsafe=True)
    if not made.texts:
        trial.refused = made.refused[0].reason if made.refused else "it waits"
        return trial
    trial.texts = made.texts
    edits = written(finding.fix, documents).edits
    texts: dict[Path, str] = {}
    for path, text in made.texts.items():
        document, file = documents.get(path), documents.file(path)
        assert document is not None
        assert file is not None
        texts[file] = text
        if spliced(document.text, [edit for edit in edits if edit.path == path]) != text:
            trial.faults.append("a character outside of its edits changes")
    after = analyze(paths, CONFIG, texts=texts, registry=registry)
    trial.faults += differences(report, after)
    before, now = identities(report.findings), identities(after.findings)
    if now[identity(finding)] >= before[identity(finding)]:
        trial.faults.append("the finding is still there")
    return trial


def differences(before: Report, after: Report) -> list[str]:
    """Return what a fix has made worse."""
    faults = [
        f"it can no longer be read: {problem.message}"
        for problem in after.errors
        if problem.message not in {each.message for each in before.errors}
    ]
    new = identities(after.findings) - identities(before.findings)
    return faults + [f"new: {key[0]}" for key in sorted(new, key=str)]


def spliced(text: str, edits: Iterable[TextEdit]) -> str:
    """Make edits by line and column, as somebody does who only reads the JSON output."""
    lines = text.split("\n")

    def offset(position: Position) -> int:
        return sum(len(line) + 1 for line in lines[: position.line - 1]) + position.column - 1

    for edit in sorted(edits, key=lambda each: offset(each.span.start), reverse=True):
        text = text[: offset(edit.span.start)] + edit.text + text[offset(edit.span.end) :]
    return text


def all_together(folder: Path, *, unsafe: bool) -> tuple[FixResult, list[str]]:
    """Make all fixes of an application in memory; return what was made and what is wrong."""
    before = analyze([folder], CONFIG)
    result = fix_all([folder], CONFIG, unsafe=unsafe)
    faults = differences(before, result.report)
    faults += [f"refused: {each.finding.rule.id}: {each.reason}" for each in result.refused]
    return result, faults

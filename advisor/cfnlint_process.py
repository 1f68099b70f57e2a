"""cfn-lint beside our own analysis: a process of its own, and its findings as ours.

It is started before we begin and asked when we have finished, so that the two share the time.
cfn-lint reads its own configuration: `.cfnlintrc`, and `Metadata.cfn-lint.config` of a template.
"""

from __future__ import annotations

import glob
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Self

from advisor.architecture.nodes import Node
from advisor.documents.location import Location, Position, Span
from advisor.records import record
from advisor.report import Problem
from advisor.rules.finding import Confidence, Finding, Pillar, Severity
from advisor.rules.foreign import CFN_LINT, ForeignRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import TracebackType

    from advisor.inputs import Inputs

_SECONDS = 600
_MOST_FILES = 500  # in one process: command lines are of limited length
_CONFIGURATIONS = (".cfnlintrc", ".cfnlintrc.yaml", ".cfnlintrc.yml")
# `-P`: the folder that it runs in is the project's, and no module is to come from there.
_COMMAND = (
    sys.executable, "-P", "-c", "import sys; from cfnlint.runner import main; sys.exit(main())",
)  # fmt: skip
_LEVELS = {
    "Error": Severity.ERROR,
    "Warning": Severity.WARNING,
    "Informational": Severity.INFO,
}
_HOME = "https://github.com/aws-cloudformation/cfn-lint"


@record(frozen=True)
class _Job:
    process: subprocess.Popen[bytes]
    output: Path
    paths: Mapping[str, str]
    """How we call each file, by how cfn-lint does."""


class CfnLint:
    """cfn-lint at work on the templates of a run; ended when the context is left."""

    def __init__(self, inputs: Sequence[Inputs], *, isolated: bool = False) -> None:
        self.problems: list[Problem] = []
        self._isolated = isolated
        self._folder = TemporaryDirectory(prefix="advise-")
        self._jobs: list[_Job] = []
        for each in inputs:
            files = sorted(file for file in each.templates if file in each.given)
            for start in range(0, len(files), _MOST_FILES):
                self._start(each, files[start : start + _MOST_FILES])

    def __enter__(self) -> Self:
        """Let it work."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End what is still at work, and leave nothing behind."""
        for job in self._jobs:
            job.process.kill()
            job.process.communicate()
        self._folder.cleanup()

    def findings(self, ours: Sequence[Finding]) -> list[Finding]:
        """Wait for it and return what it found, without what we have found ourselves."""
        found = [finding for job in self._jobs for finding in self._read(job)]
        return without_same(found, ours)

    def _start(self, inputs: Inputs, files: Sequence[Path]) -> None:
        folder = Path(self._folder.name)
        number = len(self._jobs)
        output = folder / f"{number}.json"
        paths: dict[str, str] = {}
        for index, file in enumerate(files):
            shown = inputs.files.shown(file)
            text = inputs.files.texts.get(file)
            given = file
            if text is not None:
                given = folder / f"{number}-{index}{file.suffix}"
                given.write_text(text, encoding="utf-8", newline="")
            paths[str(given)] = shown
        words = ["--format", "json", "--output-file", str(output)]
        if self._isolated:
            empty = folder / "empty.yaml"
            empty.write_text("{}\n", encoding="utf-8")
            words += ["--config-file", str(empty)]
        # It takes brackets in a name for a pattern.
        names = [glob.escape(path) for path in paths]
        process = subprocess.Popen(  # noqa: S603  # our own interpreter, no shell
            [*_COMMAND, *words, "--template", *names],
            cwd=_working_folder(inputs.files.root),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self._jobs.append(_Job(process, output, paths))

    def _read(self, job: _Job) -> Iterator[Finding]:
        try:
            _, said = job.process.communicate(timeout=_SECONDS)
            rows = json.loads(job.output.read_text(encoding="utf-8"))
        except subprocess.TimeoutExpired:
            self._fail(f"takes longer than {_SECONDS} seconds")
            return
        except (OSError, ValueError):
            last = said.decode("utf-8", "replace").strip().splitlines()[-1:]
            self._fail(last[0] if last else "says nothing that can be read")
            return
        for row in rows if isinstance(rows, list) else ():
            finding = _finding(row, job.paths)
            if finding is None:
                self._fail(
                    str(row.get("Message")) if isinstance(row, dict) else "is not understood"
                )
            else:
                yield finding

    def _fail(self, reason: str) -> None:
        self.problems.append(Problem("", f"cfn-lint: {' '.join(reason.split())}"))


def without_same(found: Iterable[Finding], ours: Sequence[Finding]) -> list[Finding]:
    """Return findings of cfn-lint without those that say what one of ours says."""
    spoken: set[tuple[object, ...]] = set()
    for finding in ours:
        for place in (finding.location, *finding.related):
            spoken.add((finding.rule.name, place.path, place.span.start.line))
        for resource in {*finding.about, finding.location.resource}:
            spoken.add((finding.rule.name, finding.location.path, resource))
    same = _same()

    def is_said(finding: Finding) -> bool:
        names, by_line = same.get(finding.rule.id, ((), False))
        place = finding.location
        at: object = place.span.start.line if by_line else place.resource
        return any((name, place.path, at) in spoken for name in names)

    return [finding for finding in found if not is_said(finding)]


def _same() -> dict[str, tuple[tuple[str, ...], bool]]:
    file = Path(__file__).parent / "data" / "cfnlint.json"
    rows = json.loads(file.read_text(encoding="utf-8"))["rules"]
    return {row["id"]: (tuple(row["same"]), bool(row.get("line"))) for row in rows}


def _working_folder(root: Path) -> Path:
    """Return the nearest folder, up to the top of the repository, that configures cfn-lint."""
    for folder in (root, *root.parents):
        if any((folder / name).is_file() for name in _CONFIGURATIONS):
            return folder
        if (folder / ".git").exists():
            break
    return root


def _finding(row: object, paths: Mapping[str, str]) -> Finding | None:
    """Return one finding of cfn-lint as one of ours; None where it is about no file of the run."""
    name = _at(row, "Filename")
    path = paths.get(os.path.normpath(name)) if isinstance(name, str) else None
    start, end = _position(row, "Start"), _position(row, "End")
    if path is None or start is None or end is None or not _text(row, "Rule", "Id"):
        return None
    keys = _at(row, "Location", "Path")
    steps = keys if isinstance(keys, list) else []
    pointer = tuple(step for step in steps if isinstance(step, (str, int)))
    inside = len(pointer) > 1 and pointer[0] == "Resources"
    resource = str(pointer[1]) if inside else None
    severity = _LEVELS.get(_text(row, "Level"), Severity.WARNING)
    rule = _rule(row, severity)
    return Finding(
        rule=rule,
        message=_text(row, "Message") or rule.summary,
        location=Location(path, pointer, Span(start, end), resource=resource),
        why=rule.rationale,
        remediation="",
        severity=severity,
        confidence=Confidence.HIGH,
        about=(resource,) if resource else (),
    )


def _rule(row: object, severity: Severity) -> ForeignRule:
    summary = _text(row, "Rule", "ShortDescription").rstrip(".")
    return ForeignRule(
        id=_text(row, "Rule", "Id"),
        name=CFN_LINT,
        pillar=Pillar.OPERATIONS,
        severity=severity,
        confidence=Confidence.HIGH,
        applies_to=Node,
        summary=summary,
        rationale=_text(row, "Rule", "Description").rstrip(".") or summary,
        remediation="",
        when_to_ignore="",
        bad="",
        good="",
        references=(_text(row, "Rule", "Source") or _HOME,),
    )


def _position(row: object, name: str) -> Position | None:
    line = _at(row, "Location", name, "LineNumber")
    column = _at(row, "Location", name, "ColumnNumber")
    if not isinstance(line, int) or not isinstance(column, int):
        return None
    return Position(max(line, 1), max(column, 1))


def _text(row: object, *keys: str) -> str:
    """Return a text of a row on one line, empty where there is none."""
    found = _at(row, *keys)
    return " ".join(found.split()) if isinstance(found, str) else ""


def _at(row: object, *keys: str) -> object:
    for key in keys:
        row = row.get(key) if isinstance(row, dict) else None
    return row

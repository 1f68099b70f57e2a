"""Annotations of GitHub Actions: workflow commands, escaped, sorted and within the limits.

https://docs.github.com/actions/writing-workflows/choosing-what-your-workflow-does/workflow-commands-for-github-actions
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.reporters.safe import safe
from advisor.reporters.words import condition_words
from advisor.rules.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.report import Report
    from advisor.reporters.look import Look
    from advisor.rules.finding import Finding

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
MOST_OF_A_KIND = 10
"""Of errors, of warnings and of notices per step; what exceeds it is dropped without a word."""


def render(report: Report, *, look: Look) -> str:
    """Return one command a finding, the gravest first, and a notice about those left out."""
    ordered = sorted(report.findings, key=lambda each: (-each.severity, -each.confidence))
    # The notice that tells of the rest needs a place of its own.
    room = {Severity.ERROR: MOST_OF_A_KIND, Severity.WARNING: MOST_OF_A_KIND}
    room[Severity.INFO] = MOST_OF_A_KIND - 1
    lines: list[str] = []
    for error in report.errors[:MOST_OF_A_KIND]:
        room[Severity.ERROR] -= 1
        where = {"file": look.path(error.path)} if error.path else {}
        if error.line:
            where |= {"line": str(error.line)}
        lines.append(_command("error", where, error.message))
    left_out = len(report.errors) - len(lines)
    seen: set[tuple[object, ...]] = set()
    for finding in ordered:
        # One line of code shows one annotation well: the first of a rule and a resource counts.
        key = (finding.rule.id, finding.location.path, finding.about, finding.message)
        if key in seen or not room[finding.severity]:
            left_out += 1
            continue
        seen.add(key)
        room[finding.severity] -= 1
        lines.append(_annotation(finding, look=look))
    if left_out:
        text = f"{left_out} more, see the log or the summary of the job"
        lines.append(_command("notice", {}, text))
    return "".join(f"{line}\n" for line in lines)


def _annotation(finding: Finding, *, look: Look) -> str:
    start, end = finding.location.span.start, finding.location.span.end
    where = {"file": look.path(finding.location.path), "line": str(start.line)}
    where["endLine"] = str(start.line)
    if start.line == end.line and end.column > start.column:
        # The last column belongs to the annotation; ours is the one behind it.
        where |= {"col": str(start.column), "endColumn": str(end.column - 1)}
    where["title"] = f"{finding.rule.id}: {finding.rule.name}"
    return _command(_COMMANDS[finding.severity], where, "\n".join(_lines(finding)))


def _lines(finding: Finding) -> Iterator[str]:
    yield finding.message
    if finding.when:
        yield f"when {condition_words(finding)}"
    if finding.why:
        yield f"why: {' '.join(finding.why.split())}"
    if finding.remediation:
        first, *rest = finding.remediation.splitlines()
        yield f"fix: {first}"
        yield from rest


def _command(name: str, properties: dict[str, str], message: str) -> str:
    fields = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    space = f" {fields}" if fields else ""
    lines = "\n".join(safe(line) for line in message.splitlines())
    return f"::{name}{space}::{_data(lines)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(safe(text)).replace(":", "%3A").replace(",", "%2C")

"""Markdown for a comment on a pull request and for the summary of a job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.reporters.excerpt import Sources
from advisor.reporters.json import TOOL
from advisor.reporters.safe import safe
from advisor.reporters.words import condition_words, counted, listed, tally, unseen
from advisor.rules.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.documents.location import Location
    from advisor.report import Report
    from advisor.reporters.look import Look
    from advisor.rules.finding import Finding

MARKER = f"<!-- {TOOL}:default -->"
"""By it a later run finds the comment that it replaces."""
LONGEST_COMMENT = 65_536
"""Characters that GitHub takes in one comment."""
_RESERVE = 500
_SIGNS = {Severity.ERROR: "🔴", Severity.WARNING: "🟡", Severity.INFO: "🔵"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]|~$<>&@#]|://)")
_ENTITIES = {
    "<": "&lt;",
    ">": "&gt;",
    "&": "&amp;",
    "@": "@&#8203;",
    "#": "#&#8203;",
    "://": "&#58;&#8203;//",
}
"""Where a backslash is not enough: HTML, mentions of people and issues, and addresses."""


def render(report: Report, *, look: Look) -> str:
    """Return the findings, the gravest first, cut between two findings where they are too many."""
    head = [MARKER, "", f"### {TOOL}: {_verdict(report)}", ""]
    text = "\n".join(head)
    if report.errors:
        text += "".join(f"- ⚠️ {_escaped(str(error))}\n" for error in report.errors[:20]) + "\n"
    sources = Sources(report.sources)
    ordered = sorted(report.findings, key=lambda each: (-each.severity, -each.confidence))
    for index, finding in enumerate(ordered):
        block = "\n".join(_block(finding, sources=sources, look=look)) + "\n\n"
        if len(text) + len(block) > LONGEST_COMMENT - _RESERVE:
            text += f"… and {counted(len(ordered) - index, 'more finding')}: see the log.\n\n"
            break
        text += block
    others = " · ".join(_escaped(each) for each in unseen(report))
    return text + (f"<sub>{others}</sub>\n" if others else "")


def _verdict(report: Report) -> str:
    if report.findings:
        return tally(report.findings)
    if report.errors:
        return "no problems in what could be read"
    return f"no problems in {counted(len(report.files), 'file')}"


def _block(finding: Finding, *, sources: Sources, look: Look) -> Iterator[str]:
    start = finding.location.span.start
    title = f"{_SIGNS[finding.severity]} <b>{finding.severity.word} {finding.rule.id}</b>"
    message = _html(safe(finding.message))
    place = _html(safe(f"{look.path(finding.location.path)}:{start.line}"))
    yield "<details>"
    yield f"<summary>{title} {message} <code>{place}</code></summary>"
    yield ""
    for location in dict.fromkeys((finding.location, *finding.related)):
        yield from _place(location, sources=sources, look=look)
    yield ""
    if finding.when:
        yield f"**When** {_escaped(condition_words(finding))}"
        yield ""
    if finding.resources:
        yield f"**In** {_escaped(listed(finding.resources, most=50))}"
        yield ""
    if finding.why:
        yield f"**Why** {_escaped(' '.join(finding.why.split()))}"
        yield ""
    if finding.remediation:
        yield "**Fix**"
        yield from _fenced(finding.remediation)
        yield ""
    facts = [finding.rule.pillar.value, f"confidence {finding.confidence.word}"]
    yield f"<sub>{finding.rule.name} · {' · '.join(facts)}</sub>"
    yield "</details>"


def _place(location: Location, *, sources: Sources, look: Look) -> Iterator[str]:
    start = location.span.start
    label = f": {_escaped(location.label)}" if location.label else ""
    yield f"- {_code(f'{look.path(location.path)}:{start.line}:{start.column}')}{label}"
    source = sources.line(location.path, start.line)
    if source is not None and source.strip():
        yield f"  {_code(source.strip()[:200])}"


def _fenced(text: str) -> Iterator[str]:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}yaml"
    yield from (safe(line) for line in text.splitlines())
    yield fence


def _code(text: str) -> str:
    """Return a code span, its fence longer than any run of backticks in it."""
    shown = safe(text)
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if longest else ""
    return f"{fence}{blank}{shown}{blank}{fence}"


def _escaped(text: str) -> str:
    """Return a line in which nothing is markup, a mention or a link."""
    return _SPECIAL.sub(lambda found: _ENTITIES.get(found[1], f"\\{found[1]}"), safe(text))


def _html(text: str) -> str:
    return re.sub("[&<>@#]", lambda found: _ENTITIES[found[0]], text)

"""Markdown for a comment on a pull request and for the summary of a job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.architecture.edges import Evidence
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
        text += "".join(f"- ⚠️ {escaped(str(error))}\n" for error in report.errors[:20]) + "\n"
    sources = Sources(report.sources)
    ordered = sorted(report.findings, key=lambda each: (-each.severity, -each.confidence))
    for index, finding in enumerate(ordered):
        section = "\n".join(block(finding, sources=sources, look=look)) + "\n\n"
        if len(text) + len(section) > LONGEST_COMMENT - _RESERVE:
            text += f"… and {counted(len(ordered) - index, 'more finding')}: see the log.\n\n"
            break
        text += section
    others = " · ".join(escaped(each) for each in unseen(report))
    return text + (f"<sub>{others}</sub>\n" if others else "")


def _verdict(report: Report) -> str:
    if report.findings:
        return tally(report.findings)
    if report.errors:
        return "no problems in what could be read"
    return f"no problems in {counted(len(report.files), 'file')}"


def block(finding: Finding, *, sources: Sources, look: Look, difference: str = "") -> Iterator[str]:
    """Yield the lines that tell one finding, folded; `difference` is what its fix changes."""
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
        yield f"**When** {escaped(condition_words(finding))}"
        yield ""
    if finding.resources:
        yield f"**In** {escaped(listed(finding.resources, most=50))}"
        yield ""
    if finding.why:
        yield f"**Why** {escaped(' '.join(finding.why.split()))}"
        yield ""
    if finding.remediation:
        yield "**Fix**"
        yield from fenced(finding.remediation)
        yield ""
    if difference:
        yield "**As a change**"
        yield from fenced(difference, language="diff")
        yield ""
    facts = [finding.rule.pillar.value, f"confidence {finding.confidence.word}"]
    if finding.evidence not in {None, Evidence.DECLARED} and finding.evidence:
        facts.append(f"evidence {finding.evidence.word}")
    yield f"<sub>{finding.rule.name} · {' · '.join(facts)}</sub>"
    yield "</details>"


def _place(location: Location, *, sources: Sources, look: Look) -> Iterator[str]:
    start = location.span.start
    label = f": {escaped(location.label)}" if location.label else ""
    yield f"- {_code(f'{look.path(location.path)}:{start.line}:{start.column}')}{label}"
    source = sources.line(location.path, start.line)
    if source is not None and source.strip():
        yield f"  {_code(source.strip()[:200])}"


def fenced(text: str, *, language: str = "yaml") -> Iterator[str]:
    """Yield text as a block of code that nothing in it can end."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}{language}"
    yield from (safe(line) for line in text.splitlines())
    yield fence


def _code(text: str) -> str:
    """Return a code span, its fence longer than any run of backticks in it."""
    shown = safe(text)
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if longest else ""
    return f"{fence}{blank}{shown}{blank}{fence}"


def escaped(text: str) -> str:
    """Return a line in which nothing is markup, a mention or a link."""
    return _SPECIAL.sub(lambda found: _ENTITIES.get(found[1], f"\\{found[1]}"), safe(text))


def _html(text: str) -> str:
    return re.sub("[&<>@#]", lambda found: _ENTITIES[found[0]], text)

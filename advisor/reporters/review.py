"""A report to hand to a review: summary, picture, and every finding by pillar."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from advisor.advice.advised import advice_of
from advisor.advice.difference import difference
from advisor.advice.summary import summarised
from advisor.reporters.excerpt import Sources
from advisor.reporters.fix_diff import difference_of
from advisor.reporters.html.page import render_html
from advisor.reporters.html.svg import text_of
from advisor.reporters.markdown import block, escaped
from advisor.reporters.mermaid import render_mermaid
from advisor.reporters.patterns import markdown_lines
from advisor.reporters.patterns_html import html_lines
from advisor.reporters.safe import safe
from advisor.reporters.summary import difference_lines, level_words, reason_words
from advisor.reporters.words import condition_words, counted, tally
from advisor.rules.finding import Pillar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor.advice.difference import Difference
    from advisor.advice.summary import Summary
    from advisor.architecture.architecture import Architecture
    from advisor.fixes.documents import Documents
    from advisor.report import Report
    from advisor.reporters.look import Look
    from advisor.rules.finding import Finding

_ORDER = list(Pillar)


def render_review_markdown(
    report: Report, architectures: Sequence[Architecture], *, title: str, look: Look
) -> str:
    """Return the report as Markdown with Mermaid pictures, as GitHub draws them."""
    summary, changed = summarised(report), difference(report)
    lines = [f"# {escaped(title)}", "", f"{_verdict(report)}. {escaped(level_words(summary))}.", ""]
    lines += [
        "| pillar | met | not met | accepted | not judged |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {each.pillar.value} | {len(each.met)} of {each.applies} | {' '.join(each.not_met)} "
        f"| {' '.join(each.accepted)} | {' '.join(each.not_judged)} |"
        for each in summary.pillars
    ]
    lines += ["", *(f"- not judged: {escaped(reason_words(each))}" for each in summary.reasons), ""]
    if changed is not None:
        said = difference_lines(changed)
        lines += [f"## Since {escaped(changed.since)}", ""]
        lines += [f"- {escaped(line.strip())}" for line in said] + [""]
    lines += ["## Architecture", ""]
    for each in architectures:
        lines += [
            "```mermaid",
            render_mermaid([each], findings=report.findings).rstrip(),
            "```",
            "",
        ]
    advice = advice_of(architectures, report)
    if advice.patterns or advice.moves:
        lines += ["## Patterns", *markdown_lines(advice, look=look, level=3), ""]
    documents, sources = _documents(report), Sources(report.sources)
    for pillar, findings in _by_pillar(report):
        lines += [f"## {pillar.value.capitalize()}", ""]
        for finding in findings:
            change = _change(finding, documents)
            if _is_new(finding, changed):
                lines += [f"New since {escaped(report.since)}:", ""]
            lines += [*block(finding, sources=sources, look=look, difference=change), ""]
    return "\n".join(lines).rstrip() + "\n"


def render_review_html(
    report: Report, architectures: Sequence[Architecture], *, title: str, look: Look
) -> str:
    """Return the report as one page below the interactive picture.

    Raises ConfigError where the library that lays the picture out is not installed.
    """
    summary, changed = summarised(report), difference(report)
    documents = _documents(report)
    parts = ['<article id="report">', *_overview(report, summary, changed)]
    parts += html_lines(advice_of(architectures, report), look=look)
    for pillar, findings in _by_pillar(report):
        parts.append(f"<h2>{text_of(pillar.value.capitalize())}</h2>")
        parts += [
            _card(each, _change(each, documents), look=look, new=_is_new(each, changed))
            for each in findings
        ]
    parts.append("</article>")
    return render_html(architectures, findings=report.findings, title=title, below="\n".join(parts))


def _overview(report: Report, summary: Summary, changed: Difference | None) -> Iterator[str]:
    yield "<h2>Summary</h2>"
    yield f"<p>{text_of(_verdict(report))}. {text_of(level_words(summary))}.</p>"
    yield "<table><tr><th>pillar</th><th>met</th><th>not met</th><th>accepted</th>"
    yield "<th>not judged</th></tr>"
    for each in summary.pillars:
        cells = [
            each.pillar.value,
            f"{len(each.met)} of {each.applies}",
            " ".join(each.not_met),
            " ".join(each.accepted),
            " ".join(each.not_judged),
        ]
        yield "<tr>" + "".join(f"<td>{text_of(cell)}</td>" for cell in cells) + "</tr>"
    yield "</table>"
    if summary.reasons:
        yield "<p>Not judged:</p><ul>"
        yield from (f"<li>{text_of(reason_words(each))}</li>" for each in summary.reasons)
        yield "</ul>"
    if changed is not None:
        yield f"<h2>Since {text_of(changed.since)}</h2><ul>"
        yield from (f"<li>{text_of(line.strip())}</li>" for line in difference_lines(changed))
        yield "</ul>"


def _card(finding: Finding, change: str, *, look: Look, new: bool) -> str:
    place = finding.location
    facts = [
        f"{look.path(place.path)}:{place.span.start.line}",
        f"confidence {finding.confidence.word}",
        *([f"evidence {finding.evidence.word}"] if finding.evidence else []),
        *(["new"] if new else []),
        *([f"when {condition_words(finding)}"] if finding.when else []),
    ]
    parts = [
        (
            f'<section class="card {finding.severity.word}"><p>'
            f'<span class="sev {finding.severity.word}">{finding.severity.word}</span> '
            f"{text_of(f'{finding.rule.id} {finding.rule.name}')}</p>"
            f"<p>{text_of(finding.message)}</p>"
            f'<p class="quiet">{text_of(" · ".join(facts))}</p>'
        )
    ]
    for other in finding.related:
        where = f"{look.path(other.path)}:{other.span.start.line} {other.label}"
        parts.append(f'<p class="quiet">{text_of(where)}</p>')
    if finding.why:
        parts.append(f"<p>{text_of(finding.why)}</p>")
    if finding.remediation:
        parts.append(f"<pre>{_lines(finding.remediation)}</pre>")
    if change:
        parts.append(f'<p>As a change:</p><pre class="diff">{_coloured(change)}</pre>')
    return "".join([*parts, "</section>"])


def _lines(text: str) -> str:
    return "\n".join(text_of(line) for line in text.split("\n"))


def _coloured(difference: str) -> str:
    """Return a difference in which colour, too, tells what is added and what is removed."""
    classes = {"+": "added", "-": "removed"}
    rows = []
    for line in difference.split("\n"):
        name = "" if line.startswith("--- ") else classes.get(line[:1], "")
        text = text_of(line)
        rows.append(f'<span class="{name}">{text}</span>' if name else text)
    return "\n".join(rows)


def _verdict(report: Report) -> str:
    if report.findings:
        return tally(report.findings)
    return f"Nothing was found in {counted(len(report.files), 'file')}"


def _by_pillar(report: Report) -> list[tuple[Pillar, list[Finding]]]:
    """Return the findings by pillar, the gravest of each first."""
    ordered = sorted(
        report.findings,
        key=lambda each: (_ORDER.index(each.rule.pillar), -each.severity, -each.confidence),
    )
    return [(key, list(group)) for key, group in groupby(ordered, lambda each: each.rule.pillar)]


def _documents(report: Report) -> Documents:
    from advisor.fixes.documents import Documents

    return Documents(report)


def _is_new(finding: Finding, changed: Difference | None) -> bool:
    marks = finding.members or (finding.fingerprint,)
    return changed is not None and not changed.new.isdisjoint(marks)


def _change(finding: Finding, documents: Documents) -> str:
    if finding.fix is None:
        return ""
    text = difference_of(finding.fix, documents)
    return "\n".join(safe(line) for line in text.split("\n"))


__all__ = ["render_review_html", "render_review_markdown"]

"""One line a finding, for searching and for the problem matchers of editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.reporters.look import INK_OF
from advisor.reporters.safe import no_command, safe
from advisor.reporters.words import condition_words, tally, unseen

if TYPE_CHECKING:
    from advisor.report import Report
    from advisor.reporters.look import Look
    from advisor.rules.finding import Finding


def render(report: Report, *, look: Look) -> str:
    """Return `path:line:column: severity ID message`, with the number of related places."""
    lines = [line_of(finding, look=look) for finding in report.findings]
    closing = unseen(report)
    if report.findings:
        closing.insert(0, f"{look.glyphs.bad} {tally(report.findings)}")
        if any(finding.related for finding in report.findings):
            closing.append("[+n] n related places, see --format text")
    if closing and (report.findings or not look.quiet):
        lines.append(f" {look.glyphs.dot} ".join(closing))
    return "".join(f"{no_command(line)}\n" for line in lines)


def line_of(finding: Finding, *, look: Look) -> str:
    """Return one finding in one line."""
    start = finding.location.span.start
    place = safe(look.path(finding.location.path), ascii_only=look.ascii_only)
    text = safe(finding.message, ascii_only=look.ascii_only)
    parts = [
        f"{place}:{start.line}:{start.column}:",
        look.paint(finding.severity.word, INK_OF[finding.severity]),
        finding.rule.id,
        text,
    ]
    if finding.when:
        parts.append(f"(when {safe(condition_words(finding), ascii_only=look.ascii_only)})")
    if finding.related:
        parts.append(f"[+{len(finding.related)}]")
    return " ".join(parts)

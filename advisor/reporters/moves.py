"""What a fault had better move to, drawn before and after, as text, Markdown and data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.reporters.json import location_data
from advisor.reporters.look import Ink
from advisor.reporters.markdown import escaped
from advisor.reporters.safe import safe
from advisor.reporters.sketch import mermaid_lines, sketch_data, tree_lines
from advisor.reporters.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.moves import Move
    from advisor.documents.document import Data
    from advisor.reporters.look import Look
    from advisor.rules.finding import Finding


def move_lines(move: Move, *, look: Look) -> Iterator[str]:
    """Yield one move as text: the findings, why, and the two trees."""
    yield look.paint(f"move to {move.title}", Ink.STRONG)
    for finding in move.findings:
        rows = wrapped(_safe(finding.message, look), look.room - 2)
        yield from (f"  {row}" for row in rows)
        yield f"    {look.paint(_safe(_place(finding, look), look), Ink.DIM)}"
    yield from (f"  {row}" for row in wrapped(_safe(move.why, look), look.room - 2))
    for word, sketch in (("before", move.before), ("after", move.after)):
        yield f"  {word}"
        yield from tree_lines(sketch, look=look, indent="    ")


def move_markdown(move: Move, *, look: Look, level: int = 3) -> Iterator[str]:
    """Yield one move as Markdown with two Mermaid pictures."""
    yield f"{'#' * level} Move to {move.title}"
    yield ""
    for finding in move.findings:
        yield f"- {escaped(finding.message)} ({escaped(_place(finding, look))})"
    yield ""
    yield f"{escaped(move.why[:1].upper() + move.why[1:])} ([reference]({move.reference}))."
    for word, sketch in (("Before", move.before), ("After", move.after)):
        yield ""
        yield f"{word}:"
        yield ""
        yield "```mermaid"
        yield from mermaid_lines(sketch)
        yield "```"


def move_data(move: Move) -> dict[str, Data]:
    """Return one move as plain data."""
    return {
        "to": move.to,
        "title": move.title,
        "why": move.why,
        "reference": move.reference,
        "findings": [
            {
                "rule": {"id": each.rule.id, "name": each.rule.name},
                "message": each.message,
                "severity": each.severity.word,
                "confidence": each.confidence.word,
                "fingerprint": each.fingerprint,
                "location": location_data(each.location),
            }
            for each in move.findings
        ],
        "before": sketch_data(move.before),
        "after": sketch_data(move.after),
    }


def _place(finding: Finding, look: Look) -> str:
    place = finding.location
    return f"{finding.rule.id}  {look.path(place.path)}:{place.span.start.line}"


def _safe(text: str, look: Look) -> str:
    return safe(text, ascii_only=look.ascii_only)


__all__ = ["move_data", "move_lines", "move_markdown"]

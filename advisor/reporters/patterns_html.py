"""Patterns and moves as a section of an HTML page; every name in it is plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.reporters.html.svg import text_of
from advisor.reporters.patterns import MOST_NAMES
from advisor.reporters.sketch import name_of, tree_lines
from advisor.reporters.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.advised import Advice
    from advisor.advice.moves import Move
    from advisor.advice.patterns import Lack, Pattern
    from advisor.documents.location import Location
    from advisor.reporters.look import Look


def html_lines(advice: Advice, *, look: Look) -> Iterator[str]:
    """Yield the patterns and the moves as cards; nothing where there are none."""
    if advice.patterns:
        yield "<h2>Patterns</h2>"
        for each in advice.patterns:
            yield "".join(_card(each, look))
    if advice.moves:
        yield "<h2>To move to</h2>"
        for move in advice.moves:
            yield "".join(_move(move, look))


def _card(each: Pattern, look: Look) -> Iterator[str]:
    place = _place(each.heart.at(), look)
    yield f'<section class="card"><p>{text_of(f"{each.kind.title}: {name_of(each.heart)}")}</p>'
    yield f"<p>{text_of(each.kind.summary)}</p>"
    yield f'<p class="quiet">{text_of(f"{place} · {each.confidence.word} confidence: ")}'
    yield f"{text_of(each.because)}</p><table>"
    for part in each.parts:
        names = listed((name_of(node) for node in part.nodes), most=MOST_NAMES)
        yield f"<tr><th>{text_of(part.role)}</th><td>{text_of(names)}</td></tr>"
    yield "</table>"
    if each.lacks:
        yield "<ul>"
        yield from (f"<li>{text_of(_lack(lack, look))}</li>" for lack in each.lacks)
        yield "</ul>"
    yield "</section>"


def _lack(lack: Lack, look: Look) -> str:
    rule = f"{lack.finding.rule.id}, " if lack.finding is not None else ""
    return f"lacks {lack.what}: {lack.said} ({rule}{_place(lack.place, look)})"


def _move(move: Move, look: Look) -> Iterator[str]:
    yield f'<section class="card"><p>{text_of(f"Move to {move.title}")}</p>'
    for finding in move.findings:
        told = f"{finding.rule.id} {finding.message}, {_place(finding.location, look)}"
        yield f'<p class="quiet">{text_of(told)}</p>'
    yield f"<p>{text_of(move.why)}</p>"
    for word, sketch in (("before", move.before), ("after", move.after)):
        tree = "\n".join(text_of(line) for line in tree_lines(sketch, look=look, indent=""))
        yield f"<p>{word}</p><pre>{tree}</pre>"
    yield "</section>"


def _place(place: Location, look: Look) -> str:
    return f"{look.path(place.path)}:{place.span.start.line}"


__all__ = ["html_lines"]

"""Explanations as text and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from advisor.records import fields
from advisor.reporters.look import Ink
from advisor.reporters.safe import cells, safe
from advisor.reporters.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from advisor.architecture.nodes.base import Node
    from advisor.explanation import Connection, Explanation, Judgement
    from advisor.reporters.look import Look

_WIDEST_NAME = 40


def render_explanation(each: Explanation, *, look: Look) -> str:
    """Return one resource: its values, its neighbours, its code, and what the rules say."""
    return "".join(f"{line}\n" for line in _lines(each, look))


def _lines(each: Explanation, look: Look) -> Iterator[str]:
    yield f"{_bold(each.name, look)}  {_safe(each.type, look)}  {_safe(each.place, look)}"
    if each.values:
        yield from _heading("values", look)
        width = min(_WIDEST_NAME, max(len(item.name) for item in each.values))
        for item in each.values:
            why = f"  (unknown: {item.why})" if item.why else ""
            why = why or (f"  (by {_safe(item.origin, look)})" if item.origin else "")
            text = f"{_safe(item.name, look):<{width}}  {_safe(item.value, look)}{why}"
            yield from _placed(text, item.place, look)
        if each.more_values:
            yield f"  and {each.more_values} more"
    yield from _connections("reached by", each.incoming, look)
    yield from _connections("reaches", each.outgoing, look)
    if each.more:
        yield from _heading(each.about, look)
        for line in each.more:
            yield from _broken(_safe(line, look), look)
    yield from _heading(
        f"rules: {len(each.not_met)} not met, {len(each.not_judged)} not judged, "
        f"{len(each.met)} met",
        look,
    )
    yield from _judged("not met", each.not_met, look)
    yield from _judged("not judged", each.not_judged, look)
    if each.met:
        yield from _broken(f"met: {', '.join(rule.name for rule in each.met)}", look)


def _broken(text: str, look: Look) -> Iterator[str]:
    """Yield a text that begins two columns in, its further lines six."""
    head, *rest = wrapped(text, look.room - 2, later=look.room - 6)
    yield f"  {head}"
    yield from (f"      {line}" for line in rest)


def _placed(text: str, place: str, look: Look) -> Iterator[str]:
    """Yield a text and the place it comes from, beside it or below where there is no room."""
    where = _safe(place, look)
    if cells(text) + cells(where) + 4 <= look.room:
        yield f"  {text}  {look.paint(where, Ink.DIM)}"
        return
    yield from _broken(text, look)
    yield f"      {look.paint(where, Ink.DIM)}"


def render_overview(
    nodes: Sequence[Node],
    *,
    counts: Mapping[str, tuple[int, int]],
    unread: Mapping[str, Sequence[str]],
    look: Look,
) -> str:
    """Return a line for each resource of a template, and what is not read of its code.

    `counts` are by id: how many edges arrive and leave.
    """
    lines: list[str] = []
    path = ""
    width = min(_WIDEST_NAME, max((len(node.title) for node in nodes), default=0))
    for node in nodes:
        place = node.at()
        if place.path != path:
            path = place.path
            lines.append(_bold(path, look))
        arriving, leaving = counts[node.id]
        name = f"{_safe(node.title, look):<{width}}"
        edges = f"{arriving} in, {leaving} out"
        lines.append(f"  {place.span.start.line:>5}  {name}  {_safe(node.type, look)}  {edges}")
    if unread:
        lines += _heading("code that is not read", look)
        for reason, names in unread.items():
            listed = ", ".join(names[:10]) + (f" and {len(names) - 10} more" if names[10:] else "")
            lines.append(f"  {_safe(reason, look)}: {_safe(listed, look)}")
        lines.append("  what these functions call is known by their grants and environments only")
    return "".join(f"{line}\n" for line in lines)


def explanations_as_json(found: Sequence[Explanation]) -> str:
    """Return explanations as JSON."""
    return json.dumps([_data(each) for each in found], indent=2, ensure_ascii=True) + "\n"


def _data(each: Explanation) -> dict[str, object]:
    """Return an explanation as plain data; what it lists are records of texts and numbers."""
    return {
        one.name: [_row(item) for item in value] if isinstance(value, tuple) else value
        for one in fields(each)
        for value in [getattr(each, one.name)]
    }


def _row(item: object) -> object:
    if isinstance(item, str):
        return item
    return {one.name: getattr(item, one.name) for one in fields(item)}


def _connections(title: str, found: Sequence[Connection], look: Look) -> Iterator[str]:
    if not found:
        return
    yield from _heading(title, look)
    for item in found:
        mode = f" {item.mode}" if item.mode else ""
        via = f", {_safe(item.via, look)}" if item.via else ""
        text = f"{_safe(item.other, look)}: {item.kind}{mode}{via}, {item.evidence}"
        yield from _placed(text, item.place, look)


def _judged(title: str, found: Sequence[Judgement], look: Look) -> Iterator[str]:
    for item in found:
        word = f"{item.severity} " if item.severity else ""
        yield from _broken(f"{title}: {word}{item.id} {item.name}: {_safe(item.said, look)}", look)


def _heading(text: str, look: Look) -> list[str]:
    return ["", look.paint(text, Ink.STRONG)]


def _bold(text: str, look: Look) -> str:
    return look.paint(_safe(text, look), Ink.STRONG)


def _safe(text: str, look: Look) -> str:
    return safe(text, ascii_only=look.ascii_only)

"""Sketches of a change, before and after: as a tree of text, as Mermaid, and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.apis import Route
from advisor.architecture.nodes.workflows import StateMachine, StateNode
from advisor.reporters.flow_words import sign_of, title_of
from advisor.reporters.mermaid import MAX_EDGES, quoted
from advisor.reporters.safe import cells, safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.moves import Arrow, Sketch, Spot
    from advisor.architecture.nodes.base import Node
    from advisor.documents.document import Data
    from advisor.reporters.look import Look

MAX_LEVELS = 25
"""Levels of a tree; what lies deeper is said to, or no line would end."""

_SIGNS = {
    "function": "ƒ", "state-machine": "◇", "queue": "≡", "topic": "⊳", "bus": "╪", "pipe": "╞",
    "table": "▤", "bucket": "▣", "stream": "≋", "stream-consumer": "≋", "db-proxy": "⛁",
}  # fmt: skip
_BRACKETS = {
    "state-machine": ("[[", "]]"),
    "table": ("[(", ")]"),
    "bucket": ("[(", ")]"),
    "state": ("(", ")"),
    "other": ("([", "])"),
}


def name_of(node: Node) -> str:
    """Return what a reader calls a resource; a definition that stands alone goes by its file."""
    if isinstance(node, StateNode):
        return node.name
    if isinstance(node, Route):
        return node.label
    if isinstance(node, StateMachine) and not node.name and node.workflow is not None:
        return node.workflow.places.path.rpartition("/")[2]
    return title_of(node)


def title(spot: Spot) -> str:
    """Return what a reader calls a box; of an ARN what names the resource."""
    return spot.label if spot.node is None else name_of(spot.node)


# --- text ---------------------------------------------------------------------------------------


def tree_lines(sketch: Sketch, *, look: Look, indent: str) -> Iterator[str]:
    """Yield a sketch as a tree that starts where nothing leads to; each box is drawn out once."""
    spots = {spot.key: spot for spot in sketch.spots}
    ways: dict[str, list[Arrow]] = {key: [] for key in spots}
    for arrow in sketch.arrows:
        ways[arrow.source].append(arrow)
    reached = {arrow.target for arrow in sketch.arrows if arrow.target != arrow.source}
    drawn: set[str] = set()
    # What lies in a circle is led to from within it only.
    for key in [*(key for key in spots if key not in reached), *spots]:
        if key in drawn:
            continue
        drawn.add(key)
        yield _cut(indent + _box(spots[key], look), look)
        yield from _below(key, spots, ways, drawn, look=look, indent=indent)


def _below(  # the tree while it is drawn, all named
    key: str,
    spots: dict[str, Spot],
    ways: dict[str, list[Arrow]],
    drawn: set[str],
    *,
    look: Look,
    indent: str,
) -> Iterator[str]:
    tee, corner, bar = ("|- ", "`- ", "|  ") if look.ascii_only else ("├─ ", "└─ ", "│  ")
    head, again = ("-->", " ^") if look.ascii_only else ("─▶", " ↑")
    # What is left to draw: the line, what stands before it, whether it is the last, its level.
    pending = [(arrow, indent, at == 0, 0) for at, arrow in enumerate(reversed(ways[key]))]
    while pending:
        arrow, before, last, level = pending.pop()
        target = spots[arrow.target]
        known = arrow.target in drawn
        lead = corner if last else tee
        lead = f"{lead}{_safe(arrow.label, look)} " if arrow.label else lead.rstrip()
        text = f"{before}{lead}{head} {_box(target, look)}"
        yield _cut(text + (again if known else ""), look)
        drawn.add(arrow.target)
        if known or level >= MAX_LEVELS:
            continue
        inner = before + ("   " if last else bar)
        pending += [
            (each, inner, at == 0, level + 1)
            for at, each in enumerate(reversed(ways[arrow.target]))
        ]


def _box(spot: Spot, look: Look) -> str:
    sign = sign_of(spot.node)[0] if spot.node is not None else _SIGNS.get(spot.kind, "")
    name = _safe(title(spot), look)
    new = f" (new {spot.kind.replace('-', ' ')})" if spot.is_new else ""
    return f"{sign} {name}{new}" if sign and not look.ascii_only else f"{name}{new}"


def _cut(line: str, look: Look) -> str:
    if cells(line) <= look.room:
        return line
    dots = look.glyphs.ellipsis
    while line and cells(line) > look.room - len(dots):
        line = line[:-1]
    return line + dots


def _safe(text: str, look: Look) -> str:
    return safe(text, ascii_only=look.ascii_only)


# --- Mermaid ------------------------------------------------------------------------------------


def mermaid_lines(sketch: Sketch) -> Iterator[str]:
    """Yield a sketch as a flowchart that GitHub draws; what is new has a dashed border."""
    names = {spot.key: f"n_{at}" for at, spot in enumerate(sketch.spots)}
    yield "flowchart LR"
    for spot in sketch.spots:
        opens, closes = _BRACKETS.get(spot.kind, ("[", "]"))
        text = quoted(title(spot), "new" if spot.is_new else "")
        yield f'  {names[spot.key]}{opens}"{text}"{closes}'
    for arrow in sketch.arrows[:MAX_EDGES]:
        label = f'|"{quoted(arrow.label)}"|' if arrow.label else ""
        yield f"  {names[arrow.source]} -->{label} {names[arrow.target]}"
    new = [names[spot.key] for spot in sketch.spots if spot.is_new]
    if new:
        yield "  classDef new stroke-dasharray:5 5"
        yield f"  class {','.join(new)} new"


# --- data ---------------------------------------------------------------------------------------


def sketch_data(sketch: Sketch) -> dict[str, Data]:
    """Return a sketch as plain data, with the same picture as Mermaid text."""
    keys = {spot.key: at for at, spot in enumerate(sketch.spots)}
    return {
        "boxes": [
            {"name": title(spot), "kind": spot.kind, "new": spot.is_new} for spot in sketch.spots
        ],
        "lines": [
            {"source": keys[each.source], "target": keys[each.target], "label": each.label}
            for each in sketch.arrows
        ],
        "mermaid": "\n".join(mermaid_lines(sketch)) + "\n",
    }


__all__ = ["mermaid_lines", "name_of", "sketch_data", "title", "tree_lines"]

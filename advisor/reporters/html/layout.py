"""Where boxes and lines of a layered picture lie: columns from left to right, as events flow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from advisor.errors import ConfigError
from advisor.records import field, record
from advisor.reporters.html.packing import packed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Point = tuple[float, float]
Pair = tuple[int, int]

MAX_LINES = 1_000
"""Lines that are laid out with few crossings; that takes up to a second, twice as many ten."""
_THOROUGH = 400
"""Lines up to which neighbours are tried the other way round as well."""
_STEP = 60.0
_ASIDE = 7
"""Pixels from the middle to each of two lines between the same boxes."""


@record(frozen=True)
class Measure:
    """The size of a box and the room between boxes, in pixels."""

    width: int
    height: int
    across: int
    """From one column to the next, beyond the width."""
    down: int
    """From one row to the next, beyond the height."""


@record()
class Drawing:
    """The upper left corner of every box, the points of every line, and the size of it all."""

    boxes: list[Point]
    lines: dict[Pair, list[Point]] = field(default_factory=dict)
    width: float = 0
    height: float = 0
    in_layers: bool = True
    """Whether crossings were avoided; false where there is too much for that."""
    frames: dict[int, tuple[float, float, float, float]] = field(default_factory=dict)
    """The corner and the size of the frame of each group."""


@record()
class _Piece:
    """One connected part: boxes, and lines as chains of bends, in columns and rows."""

    cells: dict[int, Point]
    chains: list[list[int]]


def laid_out(count: int, pairs: Iterable[Pair], measure: Measure) -> Drawing:
    """Return the picture of boxes 0 to `count` - 1 and of the lines between them.

    Raises ConfigError where the library that does it is not installed.
    """
    wanted = sorted({pair for pair in pairs if pair[0] != pair[1]})
    named = sorted({end for pair in wanted for end in pair})
    # Numbers without gaps, so that every other number that comes back is a bend.
    number = {box: at for at, box in enumerate(named)}
    edges = _onward([(number[a], number[b]) for a, b in wanted], len(named))
    in_layers = len(wanted) <= MAX_LINES
    pieces = _pieces(edges, len(named)) if in_layers else [_grid(len(named), edges)]
    pieces.sort(key=lambda piece: min(piece.cells))
    drawing = Drawing([(0.0, 0.0)] * count, in_layers=in_layers)
    ways = _place(drawing, pieces, named, measure)
    every = set(wanted)
    for pair in wanted:
        back = (pair[1], pair[0])
        corners = ways.get(pair) or ways.get(back, [])[::-1]
        corners = corners or [drawing.boxes[pair[0]], drawing.boxes[pair[1]]]
        drawing.lines[pair] = _points(corners, measure, both=back in every)
    loose = [box for box in range(count) if box not in number]
    line_up(drawing, loose, measure)
    return drawing


def layers_of(pairs: Sequence[Pair]) -> list[dict[int, Point]]:
    """Return column and row of all that lines connect, each connected part for itself."""
    named = sorted({end for pair in pairs for end in pair})
    number = {box: at for at, box in enumerate(named)}
    edges = _onward([(number[a], number[b]) for a, b in pairs], len(named))
    few = len(edges) <= MAX_LINES
    pieces = _pieces(edges, len(named)) if few else [_grid(len(named), edges)]
    return [
        {named[box]: cell for box, cell in piece.cells.items() if box < len(named)}
        for piece in pieces
    ]


def line_between(source: Point, target: Point, measure: Measure, *, both: bool) -> list[Point]:
    """Return the line from one box straight to another; `both` where one leads back."""
    return _points([source, target], measure, both=both)


def _onward(pairs: Sequence[Pair], count: int) -> list[Pair]:
    """Return lines without a way round in a circle: those that close one are turned about.

    What nothing leads to is where circles are entered, then the first box of each. The library
    neither ends nor draws every line where there is a circle.
    """
    after: dict[int, list[int]] = {}
    for source, target in pairs:
        after.setdefault(source, []).append(target)
    reached = {target for _, target in pairs}
    first = [box for box in range(count) if box not in reached]
    open_: set[int] = set()
    done: set[int] = set()
    found: set[Pair] = set()
    for start in [*first, *range(count)]:
        # A box and what is still to be followed from it; a stack, because chains are long.
        stack = [(start, iter(after.get(start, ())))] if start not in done else []
        open_.update(box for box, _ in stack)
        while stack:
            box, rest = stack[-1]
            for target in rest:
                found.add((target, box) if target in open_ else (box, target))
                if target not in open_ and target not in done:
                    open_.add(target)
                    stack.append((target, iter(after.get(target, ()))))
                    break
            else:
                stack.pop()
                open_.discard(box)
                done.add(box)
    return sorted(found)


def _pieces(edges: Sequence[Pair], boxes: int) -> list[_Piece]:
    """Lay out each connected part by itself; bends are numbered from `boxes` on.

    Of several parts the library gives a bend of one and a box of another the same number.
    """
    if not edges:
        return []
    try:
        from fast_sugiyama import from_edges
    except ImportError:
        raise ConfigError(
            "the picture needs the extra 'html': pip install 'serverless-advisor[html]'"
        ) from None
    found = []
    for part in _parts(edges):
        own = sorted({end for edge in part for end in edge})
        number = {box: at for at, box in enumerate(own)}
        made = from_edges(
            [(number[a], number[b]) for a, b in part],
            vertex_spacing=_STEP,
            dummy_vertices=True,
            transpose=len(edges) <= _THOROUGH,
        )
        found += [_piece(positions, lines or [], own, boxes) for positions, _, _, lines in made]
    return found


def _parts(edges: Sequence[Pair]) -> list[list[Pair]]:
    """Return the edges of each connected part, that of the lowest number first."""
    leader: dict[int, int] = {}

    def find(box: int) -> int:
        while leader.setdefault(box, box) != box:
            leader[box] = leader[leader[box]]
            box = leader[box]
        return box

    for one, other in edges:
        low, high = sorted((find(one), find(other)))
        leader[high] = low
    found: dict[int, list[Pair]] = {}
    for edge in edges:
        found.setdefault(find(edge[0]), []).append(edge)
    return [found[lowest] for lowest in sorted(found)]


def _piece(
    positions: Sequence[tuple[int | str, Point]],
    lines: Iterable[object],
    own: Sequence[int],
    boxes: int,
) -> _Piece:
    """Turn a picture from top to bottom into one from left to right.

    `own` are the boxes of this part by the numbers in it; what has a higher one is a bend.
    """

    def named(number: object) -> int:
        at = int(str(number))
        return own[at] if at < len(own) else boxes + at - len(own)

    ranks = sorted({y for _, (_, y) in positions}, reverse=True)
    column = {y: float(at) for at, y in enumerate(ranks)}
    least = min(x for _, (x, _) in positions)
    cells = {named(box): (column[y], (x - least) / _STEP) for box, (x, y) in positions}
    chains = [[named(end) for end in line] for line in lines if isinstance(line, tuple)]
    return _Piece(cells, chains)


def _grid(count: int, edges: Sequence[Pair]) -> _Piece:
    """Return all boxes row by row, for more lines than anybody can follow."""
    columns = max(1, math.ceil(math.sqrt(count)))
    cells = {box: (float(box % columns), float(box // columns)) for box in range(count)}
    return _Piece(cells, [list(edge) for edge in edges])


def _place(
    drawing: Drawing, pieces: Sequence[_Piece], named: Sequence[int], measure: Measure
) -> dict[Pair, list[Point]]:
    """Lay the pieces out in rows, as words are set in lines; return where their lines bend."""
    ways: dict[Pair, list[Point]] = {}
    across, down = measure.width + measure.across, measure.height + measure.down
    sizes = []
    for piece in pieces:
        columns = max(x for x, _ in piece.cells.values()) + 1
        rows = max(y for _, y in piece.cells.values()) + 1
        sizes.append((columns * across - measure.across, rows * down - measure.down))
    corners = packed(sizes, measure.height)
    for piece, (width, height), (left, top) in zip(pieces, sizes, corners, strict=True):
        at = {box: (left + x * across, top + y * down) for box, (x, y) in piece.cells.items()}
        for box, place in at.items():
            if box < len(named):
                drawing.boxes[named[box]] = place
        for chain in _chains(piece, len(named)):
            ends = (named[chain[0]], named[chain[-1]])
            ways[ends] = [at[box] for box in chain]
        drawing.width = max(drawing.width, left + width)
        drawing.height = max(drawing.height, top + height)
    return ways


def _chains(piece: _Piece, boxes: int) -> Iterable[list[int]]:
    """Yield every line with its bends: a bend has one way in and one way out."""
    onward = {chain[0]: chain[1] for chain in piece.chains if chain[0] >= boxes}
    for first, second in piece.chains:
        if first >= boxes:
            continue
        chain = [first, second]
        while chain[-1] >= boxes and chain[-1] in onward and len(chain) <= len(piece.cells):
            chain.append(onward[chain[-1]])
        if chain[-1] < boxes:
            yield chain


def _points(corners: Sequence[Point], measure: Measure, *, both: bool) -> list[Point]:
    """Return where a line leaves its box, passes each column straight, and arrives."""
    forward = corners[-1][0] >= corners[0][0]
    # There and back are two lines beside each other.
    aside = 0 if not both else -_ASIDE if corners[-1] > corners[0] else _ASIDE
    middle = measure.height / 2 + aside
    enter, leave = (0, measure.width) if forward else (measure.width, 0)
    if abs(corners[-1][0] - corners[0][0]) < measure.width:
        # One above the other: out and in again on the same side.
        enter = leave = measure.width
    points: list[Point] = []
    for at, (x, y) in enumerate(corners):
        if at:
            points.append((x + enter, y + middle))
        if at < len(corners) - 1:
            points.append((x + leave, y + middle))
    return points


def line_up(drawing: Drawing, loose: Sequence[int], measure: Measure) -> None:
    """Put what is not connected below the rest, in rows."""
    if not loose:
        return
    step = measure.width + measure.down
    room = max(drawing.width, math.sqrt(len(loose)) * step * 0.7, step * min(len(loose), 4))
    columns = max(1, int((room + measure.down) // step))
    top = drawing.height + measure.height if drawing.height else 0.0
    for at, box in enumerate(loose):
        x = at % columns * step
        y = top + at // columns * (measure.height + measure.down)
        drawing.boxes[box] = (x, y)
        drawing.width = max(drawing.width, x + measure.width)
        drawing.height = max(drawing.height, y + measure.height)


__all__ = [
    "MAX_LINES",
    "Drawing",
    "Measure",
    "Pair",
    "Point",
    "laid_out",
    "layers_of",
    "line_between",
    "line_up",
]

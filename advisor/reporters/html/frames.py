"""A picture in frames: each stack is laid out on its own, then the frames as events flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.records import record
from advisor.reporters.html.layout import Drawing, laid_out, layers_of, line_between, line_up
from advisor.reporters.html.packing import packed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from advisor.reporters.html.layout import Measure, Pair, Point

PAD = 22
"""Pixels from a frame to what is in it."""
HEAD = 24
"""Pixels above that for its name."""
_BETWEEN = 44
"""Pixels between frames."""
_LOWEST = 150.0
"""Pixels from the top of the frames to a column that is lower than the others."""
_WIDEST = 1.7
"""Width to height of frames in columns, beyond which columns are put below each other."""


@record()
class _Unit:
    """What is moved as a whole: a frame with its boxes, or one box outside of all frames."""

    members: list[int]
    width: float
    height: float
    inner: Drawing | None = None


def framed(
    groups: Sequence[int],
    pairs: Iterable[Pair],
    measure: Measure,
    *,
    widths: Sequence[float] = (),
) -> Drawing:
    """Return the picture of boxes whose groups are given, -1 for a box of no group.

    A frame of group n is at least `widths[n]` pixels wide. Raises ConfigError where the library
    that lays out is not installed.
    """
    pairs = sorted(set(pairs))
    units, unit_of = _units(groups, pairs, measure, widths)
    drawing = Drawing([(0.0, 0.0)] * len(groups))
    across = sorted({(unit_of[a], unit_of[b]) for a, b in pairs if unit_of[a] != unit_of[b]})
    bound = {end for pair in across for end in pair}
    placed = _placed(units, across, measure)
    # Single boxes that nothing leads to or from come last, in rows.
    loose = [at for at, unit in enumerate(units) if at not in bound and unit.inner is None]
    kept = [at for at in placed if at not in loose]
    for at in kept:
        _put(drawing, groups, units[at], placed[at])
    every = set(pairs)
    for source, target in pairs:
        if (source, target) in drawing.lines or source == target:
            continue
        ends = drawing.boxes[source], drawing.boxes[target]
        both = (target, source) in every
        drawing.lines[source, target] = line_between(*ends, measure, both=both)
    line_up(drawing, [units[at].members[0] for at in loose], measure)
    return drawing


def _units(
    groups: Sequence[int], pairs: Sequence[Pair], measure: Measure, widths: Sequence[float]
) -> tuple[list[_Unit], list[int]]:
    """Return what is moved as a whole, and for each box in which of them it is."""
    members: dict[int, list[int]] = {}
    for box, group in enumerate(groups):
        members.setdefault(group if group >= 0 else -1 - box, []).append(box)
    units: list[_Unit] = []
    unit_of = [0] * len(groups)
    for group, boxes in members.items():
        for box in boxes:
            unit_of[box] = len(units)
        if group < 0:
            units.append(_Unit(boxes, measure.width, measure.height))
            continue
        number = {box: at for at, box in enumerate(boxes)}
        inner = laid_out(
            len(boxes),
            [(number[a], number[b]) for a, b in pairs if a in number and b in number],
            measure,
        )
        least = widths[group] if group < len(widths) else 0.0
        width = max(inner.width + 2 * PAD, least)
        units.append(_Unit(boxes, width, inner.height + 2 * PAD + HEAD, inner))
    return units, unit_of


def _placed(units: Sequence[_Unit], across: Sequence[Pair], measure: Measure) -> dict[int, Point]:
    """Return where each unit lies: connected ones in columns, the whole packed."""
    clusters = layers_of(across)
    single = [at for at in range(len(units)) if not any(at in each for each in clusters)]
    clusters += [{at: (0.0, 0.0)} for at in single]
    inside = [_columns(cluster, units, measure) for cluster in clusters]
    corners = packed([size for _, size in inside], _BETWEEN)
    return {
        at: (corner[0] + x, corner[1] + y)
        for (places, _), corner in zip(inside, corners, strict=True)
        for at, (x, y) in places.items()
    }


def _columns(
    cells: dict[int, Point], units: Sequence[_Unit], measure: Measure
) -> tuple[dict[int, Point], Point]:
    """Return places by columns as wide as their widest unit, and the size of it all."""
    by_column: dict[float, list[int]] = {}
    for at in sorted(cells, key=lambda each: (cells[each], each)):
        by_column.setdefault(cells[at][0], []).append(at)
    columns = _folded([by_column[column] for column in sorted(by_column)], units, measure)
    heights = [_height(found, units) for found in columns]
    tallest = max(heights)
    places: dict[int, Point] = {}
    left = 0.0
    for found, height in zip(columns, heights, strict=True):
        # Beside a very high column the others stay where reading begins.
        top = min((tallest - height) / 2, _LOWEST)
        for at in found:
            places[at] = (left, top)
            top += units[at].height + _BETWEEN
        left += max(units[at].width for at in found) + measure.across
    return places, (left - measure.across, tallest)


def _folded(columns: list[list[int]], units: Sequence[_Unit], measure: Measure) -> list[list[int]]:
    """Return fewer columns, the lowest neighbours as one, until all is not too wide to be seen."""
    while len(columns) > 1:
        width = sum(max(units[at].width for at in each) + measure.across for each in columns)
        if width <= _WIDEST * max(_height(each, units) for each in columns):
            break
        together = [columns[at] + columns[at + 1] for at in range(len(columns) - 1)]
        least = min(range(len(together)), key=lambda at: _height(together[at], units))
        columns = [*columns[:least], together[least], *columns[least + 2 :]]
    return columns


def _height(column: Sequence[int], units: Sequence[_Unit]) -> float:
    return sum(units[at].height + _BETWEEN for at in column) - _BETWEEN


def _put(drawing: Drawing, groups: Sequence[int], unit: _Unit, corner: Point) -> None:
    """Take a unit into the picture, with the lines inside of it."""
    left, top = corner
    drawing.width = max(drawing.width, left + unit.width)
    drawing.height = max(drawing.height, top + unit.height)
    inner = unit.inner
    if inner is None:
        drawing.boxes[unit.members[0]] = corner
        return
    drawing.in_layers = drawing.in_layers and inner.in_layers
    drawing.frames[groups[unit.members[0]]] = (left, top, unit.width, unit.height)
    left, top = left + PAD, top + PAD + HEAD
    for box, (x, y) in zip(unit.members, inner.boxes, strict=True):
        drawing.boxes[box] = (left + x, top + y)
    for (source, target), points in inner.lines.items():
        drawing.lines[unit.members[source], unit.members[target]] = [
            (left + x, top + y) for x, y in points
        ]


__all__ = ["framed"]

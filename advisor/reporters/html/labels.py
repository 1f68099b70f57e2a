"""Where the words of lines stand: on their line, on no box, and on no other words."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from advisor.reporters.html.svg import short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor.reporters.html.layout import Measure, Point

_LETTER = 7.0
"""Pixels of a letter, as wide as common fonts have it."""
_HEIGHT = 14
_CELL = 100.0
_FEWEST = 14
"""Letters that are left of words which find no place as they are."""
_ALONG = (0.42, 0.32, 0.52, 0.22, 0.62)
"""Where along a piece of a line words may stand, the best first; from its end where it arrives."""
_AT_TIP = (0.9, 0.82)
"""The same for a line that crosses much: only where it arrives are its words told apart."""

_Area = tuple[float, float, float, float]


class Places:
    """What is taken: boxes, then the words placed so far."""

    def __init__(self, boxes: Sequence[Point], measure: Measure) -> None:
        self._cells: dict[tuple[int, int], list[_Area]] = {}
        for x, y in boxes:
            self._take((x, y, x + measure.width, y + measure.height))

    def place(
        self, words: str, points: Sequence[Point], *, at_end: bool, far: bool = False
    ) -> tuple[str, Point] | None:
        """Return the words and their middle at the foot, None where no place is free.

        They are cut short where that gives them a place. `at_end` prefers the end of the line,
        which it has more for itself; `far` allows nothing but its tip.
        """
        for text in dict.fromkeys((words, short(words, _FEWEST))):
            half = (len(text) * _LETTER + 6) / 2
            for x, y in _candidates(points, at_end=at_end or far, far=far):
                area = (x - half, y - _HEIGHT / 2, x + half, y + _HEIGHT / 2)
                if self._is_free(area):
                    self._take(area)
                    return text, (x, y + 4)
        return None

    def _take(self, area: _Area) -> None:
        for cell in _cells(area):
            self._cells.setdefault(cell, []).append(area)

    def _is_free(self, area: _Area) -> bool:
        x0, y0, x1, y1 = area
        return not any(
            x0 < right and left < x1 and y0 < bottom and top < y1
            for cell in _cells(area)
            for left, top, right, bottom in self._cells.get(cell, ())
        )


def _cells(area: _Area) -> Iterator[tuple[int, int]]:
    x0, y0, x1, y1 = (int(each // _CELL) for each in area)
    return ((x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1))


def _candidates(points: Sequence[Point], *, at_end: bool, far: bool) -> Iterator[Point]:
    """Yield places on a line: curves between columns, straight within them."""
    pieces = list(pairwise(points))
    order = [*range(0, len(pieces), 2), *range(1, len(pieces), 2)]
    if at_end:
        order = [*range(len(pieces) - 1, -1, -2), *range(len(pieces) - 2, -1, -2)]
    for at in order:
        (x0, y0), (x1, y1) = pieces[at]
        for along in _AT_TIP if far else _ALONG:
            part = 1 - along if at_end and not far else along
            # A curve that leaves and arrives level; its controls lie halfway across.
            rise = part if at % 2 else part * part * (3 - 2 * part)
            bend = part if at % 2 else 1.5 * part - 1.5 * part * part + part**3
            yield x0 + (x1 - x0) * bend, y0 + (y1 - y0) * rise


__all__ = ["Places"]

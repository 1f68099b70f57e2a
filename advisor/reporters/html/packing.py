"""Rectangles put together with little room between them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.reporters.html.layout import Point

_ASPECT = 1.3
"""Width to height of a picture that fits beside the panels of the page."""


def packed(sizes: Sequence[Point], gap: float) -> list[Point]:
    """Return the upper left corner of each rectangle: the tallest first, each as high as it can.

    What is placed has a lower rim, a step for each rectangle; the next lies on the highest
    steps that are wide enough.
    https://en.wikipedia.org/wiki/Strip_packing_problem#Bottom-left_(BL)
    """
    if not sizes:
        return []
    area = sum((width + gap) * (height + gap) for width, height in sizes)
    room = max([width for width, _ in sizes] + [math.sqrt(area * _ASPECT)]) + gap
    places: list[Point] = [(0.0, 0.0)] * len(sizes)
    rim: list[Point] = [(0.0, 0.0), (room, math.inf)]
    """Where each step begins, and how far down it lies."""
    for at in sorted(range(len(sizes)), key=lambda each: (-sizes[each][1], each)):
        width, height = sizes[at][0] + gap, sizes[at][1] + gap
        starts = [left for left, _ in rim if left + width <= room + 0.01]
        top, left = min((_lowest(rim, left, width), left) for left in starts)
        places[at] = (left, top)
        rim = _lowered(rim, left, left + width, top + height)
    return places


def _lowest(rim: Sequence[Point], left: float, width: float) -> float:
    """Return how far down the rim lies at its lowest between two places."""
    ends = [end for end, _ in rim[1:]] + [math.inf]
    right = left + width - 0.01
    return max(
        depth for (start, depth), end in zip(rim, ends, strict=True) if start < right and end > left
    )


def _lowered(rim: Sequence[Point], left: float, right: float, depth: float) -> list[Point]:
    """Return the rim with one step between two places that lies at `depth`."""
    behind = next(each for start, each in reversed(rim) if start <= right + 0.01)
    kept = [(start, each) for start, each in rim if start < left or start > right + 0.01]
    return sorted([*kept, (left, depth), (right, behind)])


__all__ = ["packed"]

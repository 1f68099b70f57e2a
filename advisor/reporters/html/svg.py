"""Elements of a picture as SVG text, in which nothing of a template is markup."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from advisor.reporters.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.reporters.html.layout import Point

_LOOP = 26
"""Pixels that a line from a box to itself reaches above it."""


def text_of(words: str) -> str:
    """Return text as it stands between tags or in a quoted attribute."""
    return escape(safe(words), quote=True)


def short(words: str, most: int) -> str:
    """Return the start of a text that is too long for its place."""
    flat = " ".join(words.split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"


def number(value: float) -> str:
    """Return a coordinate with at most one digit behind the point."""
    return f"{value:.1f}".removesuffix(".0")


def path_of(points: Sequence[Point], *, down: bool = False) -> str:
    """Return the line through the points: curves between columns, straight within them.

    With `down` the points are turned: what is across goes from top to bottom.
    """

    def place(across: float, along: float) -> str:
        return " ".join(map(number, (along, across) if down else (across, along)))

    x, y = points[0]
    parts = [f"M{place(x, y)}"]
    for at, (to_x, to_y) in enumerate(points[1:]):
        if at % 2:
            parts.append(f"L{place(to_x, to_y)}")
        else:
            middle = (x + to_x) / 2
            parts.append(f"C{place(middle, y)} {place(middle, to_y)} {place(to_x, to_y)}")
        x, y = to_x, to_y
    return "".join(parts)


def loop_of(corner: Point, width: float) -> list[Point]:
    """Return the points of a line from a box to itself: it rises from the top and falls on it."""
    x, y = corner
    return [(x + width * 0.35, y), (x + width * 0.65, y - _LOOP)]


def loop_path(points: Sequence[Point]) -> str:
    """Return the line of a box to itself."""
    (x, y), (to_x, top) = points
    return (
        f"M{number(x)} {number(y)}"
        f"C{number(x)} {number(top)} {number(to_x)} {number(top)} {number(to_x)} {number(y)}"
    )


__all__ = ["loop_of", "loop_path", "number", "path_of", "short", "text_of"]

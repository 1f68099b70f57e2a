"""Offsets in a text to lines and columns, and back."""

from __future__ import annotations

import re
from bisect import bisect_right

from advisor.documents.location import Position

_BREAK = re.compile(r"\r\n|\n|\r")


class Lines:
    """Where the lines of a text start; counted on the first question.

    Lines end as editors and git see them. Column and line count from one, in code points.
    """

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: list[int] = []

    @property
    def starts(self) -> list[int]:
        """The offset of each line's first character."""
        if not self._starts:
            self._starts = [0, *(found.end() for found in _BREAK.finditer(self._text))]
        return self._starts

    def position(self, offset: int) -> Position:
        """Return the line and column of an offset."""
        starts = self.starts
        line = bisect_right(starts, offset)
        return Position(line, offset - starts[line - 1] + 1)

    def offset(self, position: Position) -> int:
        """Return the offset of a line and column."""
        return self.starts[position.line - 1] + position.column - 1

    def line(self, number: int) -> str:
        """Return the text of a line without its end; nothing behind the last."""
        starts = self.starts
        if not 0 < number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self._text)
        return self._text[starts[number - 1] : end].rstrip("\r\n")

"""From the byte columns of parsers to columns in code points."""

from __future__ import annotations

from advisor.documents.location import Position, Span


class Columns:
    """Translates (line from one, byte column from zero) of one text into positions."""

    def __init__(self, text: str, origin: tuple[int, int] = (0, 0)) -> None:
        self._origin = origin
        self._lines = None if text.isascii() else text.encode("utf-8", "surrogatepass").split(b"\n")

    def position(self, line: int, column: int) -> Position:
        """Return the place with line and column counted from one, in code points."""
        if self._lines is not None and 0 < line <= len(self._lines):
            start = self._lines[line - 1][:column]
            if not start.isascii():
                column = len(start.decode("utf-8", "replace"))
        return Position(line + self._origin[0], column + 1 + self._origin[1])

    def span(self, start: tuple[int, int], end: tuple[int, int]) -> Span:
        """Return the span between two places."""
        return Span(self.position(*start), self.position(*end))

"""Texts as an editor sees them: lines from zero, columns in the code units that were agreed on.

Everywhere else lines and columns count from one, columns in code points.
https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocuments
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from advisor.documents.lines import Lines
from advisor.documents.location import Position, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

_MARK = "\ufeff"
_WIDEST_OF_ONE = "\uffff"
_UTF8_BOUNDS = ("\x80", "\u0800", "\U00010000")


def units(text: str, encoding: str) -> int:
    """Return how many code units of an encoding a text takes."""
    if encoding == types.PositionEncodingKind.Utf32 or text.isascii():
        return len(text)
    if encoding == types.PositionEncodingKind.Utf8:
        return sum(1 + sum(char >= bound for bound in _UTF8_BOUNDS) for char in text)
    return len(text) + sum(char > _WIDEST_OF_ONE for char in text)


def points(text: str, count: int, encoding: str) -> int:
    """Return how many characters the first code units of a text are; at most all of them.

    What ends within a character counts it as a whole.
    """
    if encoding == types.PositionEncodingKind.Utf32 or text.isascii():
        return min(count, len(text))
    for index, char in enumerate(text):
        if count <= 0:
            return index
        count -= units(char, encoding)
    return len(text)


class Page:
    """One text of an editor, with both ways of naming a place in it."""

    def __init__(self, text: str, encoding: str = types.PositionEncodingKind.Utf16) -> None:
        self.text = text
        self.encoding = encoding
        self.lines = Lines(text)

    def line(self, number: int) -> str:
        """Return a line, counted from zero, without its end; "" beyond the last one."""
        starts = self.lines.starts
        if not 0 <= number < len(starts):
            return ""
        end = starts[number + 1] if number + 1 < len(starts) else len(self.text)
        return self.text[starts[number] : end].rstrip("\r\n")

    def offset(self, position: types.Position) -> int:
        """Return the offset of an editor's position; beyond the end of a line, that end."""
        starts = self.lines.starts
        if position.line >= len(starts):
            return len(self.text)
        line = self.line(position.line)
        return starts[position.line] + points(line, position.character, self.encoding)

    def at(self, offset: int) -> types.Position:
        """Return an offset as an editor's position."""
        place = self.lines.position(min(max(offset, 0), len(self.text)))
        start = self.lines.starts[place.line - 1]
        before = self.text[start : start + place.column - 1]
        return types.Position(place.line - 1, units(before, self.encoding))

    def range(self, start: int, end: int) -> types.Range:
        """Return two offsets as an editor's range."""
        return types.Range(self.at(start), self.at(end))

    def offset_of(self, place: Position) -> int:
        """Return the offset of a place of a document, which knows no byte order mark."""
        starts = self.lines.starts
        line = min(max(place.line, 1), len(starts))
        mark = len(_MARK) if line == 1 and self.text.startswith(_MARK) else 0
        end = starts[line] if line < len(starts) else len(self.text)
        return min(starts[line - 1] + mark + max(place.column, 1) - 1, end)

    def span(self, span: Span) -> types.Range:
        """Return a document's span as an editor's range."""
        return self.range(self.offset_of(span.start), self.offset_of(span.end))

    def place(self, offset: int) -> Position:
        """Return the place of a document that stands at an offset."""
        found = self.lines.position(offset)
        mark = len(_MARK) if found.line == 1 and self.text.startswith(_MARK) else 0
        return Position(found.line, max(found.column - mark, 1))

    def changed(self, changes: Iterable[types.TextDocumentContentChangeEvent]) -> Page:
        """Return the text after an editor's changes, each of which counts on those before it."""
        page = self
        for change in changes:
            text = change.text
            if isinstance(change, types.TextDocumentContentChangePartial):
                start, end = page.offset(change.range.start), page.offset(change.range.end)
                start, end = min(start, end), max(start, end)
                text = f"{page.text[:start]}{text}{page.text[end:]}"
            page = Page(text, self.encoding)
        return page


def same_ends(old: str, new: str) -> tuple[int, int]:
    """Return how many characters two texts share at their starts and at their ends."""
    most = min(len(old), len(new))
    low, high = 0, most
    while low < high:  # compared by slices, which is much faster than by characters
        middle = (low + high + 1) // 2
        if old[:middle] == new[:middle]:
            low = middle
        else:
            high = middle - 1
    start = low
    low, high = 0, most - start
    while low < high:
        middle = (low + high + 1) // 2
        if old[len(old) - middle :] == new[len(new) - middle :]:
            low = middle
        else:
            high = middle - 1
    return start, low


class Drift:
    """Where what stood in one text stands in a later one: around what was edited."""

    def __init__(self, old: Page, new: Page) -> None:
        self.old = old
        self.new = new
        self._start, self._end = (
            (len(old.text), 0) if old.text == new.text else same_ends(old.text, new.text)
        )

    def forward(self, offset: int, *, late: bool = False) -> int | None:
        """Return where an offset of the old text is in the new one; None within the edit.

        Where something was put in at the offset itself, it stands before that unless it is `late`.
        """
        if late and offset >= len(self.old.text) - self._end:
            return offset - len(self.old.text) + len(self.new.text)
        return _moved(offset, self._start, len(self.old.text), len(self.new.text), self._end)

    def back(self, offset: int) -> int | None:
        """Return where an offset of the new text was in the old one; None within the edit."""
        return _moved(offset, self._start, len(self.new.text), len(self.old.text), self._end)

    def span(self, span: Span) -> types.Range | None:
        """Return where a span of the old text stands; None where the edit touches it."""
        start = self.forward(self.old.offset_of(span.start), late=True)
        end = self.forward(self.old.offset_of(span.end))
        return None if start is None or end is None or end < start else self.new.range(start, end)


def _moved(offset: int, start: int, length: int, other: int, end: int) -> int | None:
    if offset <= start:
        return offset
    if offset >= length - end:
        return offset - length + other
    return None


__all__ = ["Drift", "Page", "Span", "points", "same_ends", "units"]

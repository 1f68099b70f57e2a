"""Where the parts of a definition stand: in a file of its own, or within a template."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from advisor.documents.location import Location, Position, Span
from advisor.records import record

if TYPE_CHECKING:
    from advisor.documents.document import Document
    from advisor.documents.location import Pointer

_TAGS = r"(?:[!&][^\s]*[ \t]+)*"
_BLOCK = re.compile(rf"{_TAGS}\|([-+0-9]{{0,2}})[ \t]*(?:#[^\n]*)?\r?\n")
_QUOTED = re.compile(rf"{_TAGS}\"")
_PLAIN = re.compile(r'[^"\\]*')
_ESCAPE_WIDTHS = {"u": 6, "x": 4, "U": 10}


class Places(Protocol):
    """Tells where a key or value of a definition is written."""

    @property
    def path(self) -> str:
        """The file, as shown to the user."""
        ...

    def at(self, pointer: Pointer, *, key: bool, label: str = "") -> Location:
        """Return the place of a value, or of its key; of the nearest parent that is written."""
        ...


@record(frozen=True)
class DocumentPlaces:
    """A definition that is a document, or an object below a pointer of one."""

    document: Document
    prefix: Pointer = ()
    resource: str | None = None

    @property
    def path(self) -> str:
        """The file, as shown to the user."""
        return self.document.path

    def at(self, pointer: Pointer, *, key: bool, label: str = "") -> Location:
        """Return the place of a value, or of its key; of the nearest parent that is written."""
        whole = (*self.prefix, *pointer)
        return _nearest(self.document, whole, key=key, label=label, resource=self.resource)


@record(frozen=True)
class TextPlaces:
    """A definition that is a string within a template.

    `inner` is the string read as a document of its own. Exact in literal block scalars and in
    double-quoted strings; otherwise every place is the string itself.
    """

    inner: Document
    document: Document
    pointer: Pointer
    resource: str | None = None

    @property
    def path(self) -> str:
        """The file, as shown to the user."""
        return self.document.path

    @property
    def is_block(self) -> bool:
        """Whether it is a literal block scalar, whose lines stand in the file as they are."""
        try:
            start = self.document.span(self.pointer).start
        except (KeyError, IndexError):
            return False
        line = _lines(self.document.text)[start.line - 1 : start.line]
        return bool(line) and _BLOCK.match(f"{line[0][start.column - 1 :]}\n") is not None

    def at(self, pointer: Pointer, *, key: bool, label: str = "") -> Location:
        """Return the place of a value, or of its key; of the whole string where not mapped."""
        outer = _nearest(
            self.document, self.pointer, key=False, label=label, resource=self.resource
        )
        inside = _nearest(self.inner, pointer, key=key, label=label, resource=None).span
        start = _translated(self.document.text, outer.span, inside.start)
        end = _translated(self.document.text, outer.span, inside.end)
        if start is None or end is None:
            return outer
        return Location(outer.path, outer.pointer, Span(start, end), label, self.resource)


def _nearest(
    document: Document, pointer: Pointer, *, key: bool, label: str, resource: str | None
) -> Location:
    """Return the place of the longest part of the pointer that the document holds."""
    while True:
        try:
            span = document.key_span(pointer) if key and pointer else document.span(pointer)
            if not key and pointer and span.end.line > span.start.line:
                span = document.key_span(pointer)
        except (KeyError, IndexError):
            if not pointer:
                span = Span(Position(1, 1), Position(1, 1))
            else:
                # What is not written is shown at the key of what would hold it.
                pointer, key = pointer[:-1], True
                continue
        return Location(document.path, pointer, span, label, resource)


def _translated(text: str, outer: Span, inside: Position) -> Position | None:
    """Return the place in the file of a position within a string of it; None where unknown."""
    lines = _lines(text)
    first = outer.start.line - 1
    if not 0 <= first < len(lines):
        return None
    style = _style(text, outer.start.line, outer.start.column)
    if isinstance(style, str):
        return _in_block(lines, first, indicator=style, inside=inside)
    if style is not None and outer.start.line == outer.end.line:
        column = style.offset(inside)
        if column is not None:
            return Position(outer.start.line, outer.start.column + column)
    return None


@lru_cache(maxsize=4)
def _lines(text: str) -> list[str]:
    return text.split("\n")


def _in_block(lines: list[str], first: int, *, indicator: str, inside: Position) -> Position | None:
    line = first + inside.line
    if line >= len(lines):
        line = len(lines) - 1
    following = (lines[number] for number in range(first + 1, len(lines)))
    body = next((item for item in following if item.strip()), "")
    width = len(body) - len(body.lstrip(" "))
    if digits := indicator.strip("+-"):
        # An explicit indicator counts from the parent's indentation, which the key line shows.
        parent = len(lines[first]) - len(lines[first].lstrip(" "))
        width = min(width, parent + int(digits))
    return Position(line + 1, inside.column + width)


@lru_cache(maxsize=4)
def _style(text: str, line: int, column: int) -> str | _Quoted | None:
    """Return how the string that starts at a place is written.

    The indicators of a literal block scalar, or the characters of a double-quoted string. Kept, as
    every place of a definition asks for it, and a string is long where its places are many.
    """
    head = _lines(text)[line - 1][column - 1 :] + "\n"
    if block := _BLOCK.match(head):
        return block.group(1)
    quote = _QUOTED.match(head)
    return _quoted(head, quote.end()) if quote else None


@record(frozen=True)
class _Quoted:
    """The runs of plain characters in a string that is spelled with escapes."""

    starts: list[tuple[int, int]]
    """Line and column within the string at which each run starts, ascending."""
    offsets: list[int]
    """Where each run starts in what is written."""
    lengths: list[int]
    """Characters of each run; its last place is that of the escape or quote after it."""

    def offset(self, inside: Position) -> int | None:
        """Return where a place of the string is written; None behind its end."""
        place = (inside.line, inside.column)
        run = max(bisect_right(self.starts, place) - 1, 0)
        line, column = self.starts[run]
        if place <= (line, column):
            return self.offsets[run]
        if line == inside.line and inside.column - column <= self.lengths[run]:
            return self.offsets[run] + inside.column - column
        # Beyond the end of a line is where the next one starts.
        return self.offsets[run + 1] if run + 1 < len(self.offsets) else None


def _quoted(head: str, start: int) -> _Quoted:
    """Return the runs of a string whose first character stands at `start`."""
    line, column, offset = 1, 1, start
    starts, offsets, lengths = [], [], []
    while True:
        end = _PLAIN.match(head, offset).end()  # type: ignore[union-attr]  # it matches nothing too
        starts.append((line, column))
        offsets.append(offset)
        lengths.append(end - offset)
        if end >= len(head) or head[end] == '"':
            return _Quoted(starts, offsets, lengths)
        escape = head[end + 1 : end + 2]
        column += end - offset
        offset = end + _ESCAPE_WIDTHS.get(escape, 2)
        line, column = (line + 1, 1) if escape == "n" else (line, column + 1)

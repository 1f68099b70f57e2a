"""Where the parts of a definition stand: in a file of its own, or within a template."""

from __future__ import annotations

import re
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
    head = lines[first][outer.start.column - 1 :] + "\n"
    if block := _BLOCK.match(head):
        return _in_block(lines, first, indicator=block[1], inside=inside)
    if (quote := _QUOTED.match(head)) and outer.start.line == outer.end.line:
        column = _in_quotes(head, quote.end(), inside)
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
    body = next((item for item in lines[first + 1 :] if item.strip()), "")
    width = len(body) - len(body.lstrip(" "))
    if digits := indicator.strip("+-"):
        # An explicit indicator counts from the parent's indentation, which the key line shows.
        parent = len(lines[first]) - len(lines[first].lstrip(" "))
        width = min(width, parent + int(digits))
    return Position(line + 1, inside.column + width)


def _in_quotes(head: str, start: int, inside: Position) -> int | None:
    """Return the offset within `head` of a place in the string that it spells with escapes."""
    line, column, offset = 1, 1, start
    while (line, column) < (inside.line, inside.column):
        if offset >= len(head) or head[offset] == '"':
            return None
        if head[offset] != "\\":
            offset, column = offset + 1, column + 1
            continue
        escape = head[offset + 1 : offset + 2]
        offset += _ESCAPE_WIDTHS.get(escape, 2)
        line, column = (line + 1, 1) if escape == "n" else (line, column + 1)
    return offset

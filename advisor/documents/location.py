"""Where something stands: positions, spans, pointers and labelled locations."""

from __future__ import annotations

from advisor.records import record, replace

Pointer = tuple[str | int, ...]
"""Keys and list indexes from the root of a document."""


@record(frozen=True, order=True)
class Position:
    """A place in a text; line and column count from one, columns in code points."""

    line: int
    column: int


@record(frozen=True, order=True)
class Span:
    """From `start` up to and not including `end`."""

    start: Position
    end: Position


@record(frozen=True)
class Location:
    """A span of a file, with the pointer that leads there and a label that tells the story.

    `resource` is the logical id that the place belongs to, where there is one; `construct` the
    name that the code has for it which generated the file.
    """

    path: str
    pointer: Pointer
    span: Span
    label: str = ""
    resource: str | None = None
    construct: str = ""

    def labelled(self, label: str) -> Location:
        """Return the same place with another label."""
        return replace(self, label=label)


def format_pointer(pointer: Pointer) -> str:
    """Return the pointer as RFC 6901 text."""
    return "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in pointer)

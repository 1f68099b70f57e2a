"""A read file: plain data, and where every key and value of it stands."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.documents.location import Pointer, Span

Data = dict[str, "Data"] | list["Data"] | str | int | float | bool | None
"""What a document holds; intrinsic functions stand in their long form."""


class Syntax(StrEnum):
    """How a document is written."""

    YAML = "yaml"
    JSON = "json"


@record(frozen=True)
class Comment:
    """A comment with its leading `#`; `alone` where nothing else stands on the line."""

    line: int
    column: int
    text: str
    alone: bool


@record(frozen=True)
class DuplicateKey:
    """A key that stands twice in one mapping; the last value is the one in the data."""

    pointer: Pointer
    first: Span
    again: Span
    is_same: bool = False
    """Whether both say the same."""


class Document(Protocol):
    """One file, read: `data` is plain, positions are asked for by pointer."""

    path: str
    """As shown to the user: relative to the project's root, with forward slashes."""
    text: str
    syntax: Syntax
    data: Data
    duplicate_keys: Sequence[DuplicateKey]

    def span(self, pointer: Pointer) -> Span:
        """Return where the value stands, tag and quotes included; KeyError if there is none."""
        ...

    def has(self, pointer: Pointer) -> bool:
        """Tell whether a pointer leads to something."""
        ...

    def key_span(self, pointer: Pointer) -> Span:
        """Return where the key stands that the pointer ends in; an item's own span in a list."""
        ...

    def line(self, number: int) -> str:
        """Return the text of a line, counted from one; nothing behind the last."""
        ...

    def comments(self) -> Sequence[Comment]:
        """Return the comments of a YAML document in reading order; JSON has none."""
        ...

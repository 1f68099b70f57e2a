"""What a property's value is, as far as a template alone can tell.

A resolved value is plain Python data in which three kinds of leaf may stand besides literals:

- `Reference`: the identity of a resource of the same architecture, or one of its attributes
- `Unknown`: something that the files do not say; equal where it is the same unknown thing
- `Text`: a string of which only parts are known
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn

from advisor.documents.document import Data
from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator


class Cause(StrEnum):
    """Why a value is not known."""

    PARAMETER = "parameter without default"
    PSEUDO = "pseudo parameter"
    IMPORT = "import from another stack"
    DYNAMIC = "dynamic reference"
    ATTRIBUTE = "attribute that exists only after deployment"
    MACRO = "macro"
    MAPPING = "mapping looked up by an unknown key"
    FUNCTION = "function of something unknown"
    MISSING = "reference to nothing in the template"
    CONDITION = "condition that cannot be evaluated"
    OPAQUE = "not readable"


@record(frozen=True)
class Unknown:
    """A value that the files do not say. Never a finding, never true, never false.

    Two are equal when they stand for the same unknown thing, such as the same parameter.
    """

    cause: Cause
    key: str = ""

    def __bool__(self) -> NoReturn:
        """Refuse: an unknown value is neither true nor false."""
        raise TypeError("an unknown value is neither true nor false; compare its type")


UNKNOWN = Unknown(Cause.OPAQUE)
"""Something unknown of which nothing more can be said."""


@record(frozen=True)
class Reference:
    """A resource of the architecture, or one of its attributes.

    `owner` is the path of the template (or the instance of a nested stack) that holds it;
    `attribute` is "" for what `Ref` returns, else the name after `Fn::GetAtt`.
    """

    owner: str
    logical_id: str
    attribute: str = ""

    @property
    def resource(self) -> tuple[str, str]:
        """The identity of the resource, whatever the attribute."""
        return (self.owner, self.logical_id)


@record(frozen=True)
class Text:
    """A string of which only parts are known; never empty, never all literal, never one part."""

    parts: tuple[str | Reference | Unknown, ...]

    def __str__(self) -> str:
        """Return the text with what is not known in `${…}`, for showing only."""
        return "".join(
            part if isinstance(part, str) else f"${{{show(part)}}}" for part in self.parts
        )

    @property
    def references(self) -> tuple[Reference, ...]:
        """The references inside, in order."""
        return tuple(part for part in self.parts if isinstance(part, Reference))


Leaf = str | int | float | bool | Reference | Unknown | Text
Value = dict[str, "Value"] | list["Value"] | Leaf | None
"""A resolved value. `None` means that the property is absent (or `AWS::NoValue`)."""


def join(parts: list[Value]) -> str | Text | Reference | Unknown:
    """Concatenate what is known and what is not into the simplest value that says it all."""
    flat: list[str | Reference | Unknown] = []
    for part in parts:
        pieces: tuple[str | Reference | Unknown, ...]
        if isinstance(part, Text):
            pieces = part.parts
        elif isinstance(part, (Reference, Unknown)):
            pieces = (part,)
        elif isinstance(part, bool):
            pieces = ("true" if part else "false",)
        elif isinstance(part, (str, int, float)):
            pieces = (str(part),)
        else:
            pieces = (UNKNOWN,)
        for piece in pieces:
            if isinstance(piece, str) and flat and isinstance(flat[-1], str):
                flat[-1] += piece
            elif piece != "":
                flat.append(piece)
    if not flat:
        return ""
    if len(flat) == 1:
        return flat[0]
    return Text(tuple(flat))


def show(value: Value) -> str:
    """Return a short text of a value for messages, in the template's own words."""
    if isinstance(value, Reference):
        return f"{value.logical_id}.{value.attribute}" if value.attribute else value.logical_id
    if isinstance(value, Unknown):
        # A template says `${AWS::StackName}`; whose that is stands before it in the key.
        own = value.cause in {Cause.PARAMETER, Cause.PSEUDO}
        return (value.key.rpartition("#")[2] if own else value.key) or "?"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def is_known(value: Value) -> bool:
    """Tell whether nothing in the value is unknown (references count as known)."""
    if isinstance(value, Unknown):
        return False
    if isinstance(value, Text):
        return not any(isinstance(part, Unknown) for part in value.parts)
    if isinstance(value, dict):
        return all(is_known(item) for item in value.values())
    if isinstance(value, list):
        return all(is_known(item) for item in value)
    return True


def references_in(value: Value) -> Iterator[Reference]:
    """Yield every reference inside a value, in order."""
    if isinstance(value, Reference):
        yield value
    elif isinstance(value, Text):
        yield from value.references
    elif isinstance(value, dict):
        for item in value.values():
            yield from references_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from references_in(item)


__all__ = [
    "UNKNOWN",
    "Cause",
    "Data",
    "Leaf",
    "Reference",
    "Text",
    "Unknown",
    "Value",
    "is_known",
    "join",
    "references_in",
    "show",
]

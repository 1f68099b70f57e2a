"""The values that are known of a resource, each with where it is written and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.records import record
from advisor.templates.values import Reference, Text, Unknown, is_known, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.architecture.nodes.base import Node
    from advisor.documents.document import Data
    from advisor.documents.location import Location
    from advisor.templates.values import Value

_DEEPEST = 8
_LONGEST = 200


@record(frozen=True)
class KnownValue:
    """One resolved value: `why` says what is not known of it, "" where all is."""

    name: str
    value: str
    why: str
    place: str
    origin: str = ""
    """How the template writes it, where that is not the value itself: `!Ref Seconds`."""


def known_values(node: Node) -> Iterator[KnownValue]:
    """Yield every resolved value of a node, the leaves in reading order."""
    properties = node.get()
    if not isinstance(properties, dict):
        return
    stack: list[tuple[tuple[str | int, ...], Value]] = [
        ((key,), value) for key, value in reversed(properties.items())
    ]
    while stack:
        path, value = stack.pop()
        inner: list[tuple[str | int, Value]] = []
        if len(path) < _DEEPEST and isinstance(value, dict):
            inner = list(value.items())
        elif len(path) < _DEEPEST and isinstance(value, list):
            inner = list(enumerate(value))
        if inner:
            stack += [((*path, key), item) for key, item in reversed(inner)]
            continue
        name = ".".join(str(key) for key in path)
        place = node.at(*path)
        shown = f"{place.path}:{place.span.start.line}"
        yield KnownValue(name, _value(value), _why(value), shown, _origin(node, value, place))


def _origin(node: Node, value: Value, place: Location) -> str:
    """Return the function that a plain value is the outcome of, "" where it is written out."""
    if isinstance(value, (Reference, Text, Unknown, dict, list)):
        return ""
    document = node.view.document(node.resource)
    data: Data = document.data if document is not None and place.path == document.path else None
    for key in place.pointer:
        if isinstance(data, dict) and isinstance(key, str):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return ""
    if not isinstance(data, dict) or len(data) != 1:
        return ""
    ((name, inner),) = data.items()
    if not (name == "Ref" or name.startswith("Fn::")):
        return ""
    # What a function is given may be a whole tree; its names say enough.
    words = inner if isinstance(inner, list) else [inner]
    text = ".".join(word for word in words if isinstance(word, str))
    return " ".join(f"!{name.removeprefix('Fn::')} {text}".split())[:_LONGEST]


def _value(value: Value) -> str:
    if isinstance(value, (dict, list)):
        text = "{…}" if isinstance(value, dict) and value else "[…]" if value else str(value)
    elif isinstance(value, Reference):
        text = f"→ {show(value)}"
    elif isinstance(value, Unknown):
        text = _unknown(value)
    elif isinstance(value, Text):
        text = "".join(
            part
            if isinstance(part, str)
            else f"${{{_unknown(part) if isinstance(part, Unknown) else show(part)}}}"
            for part in value.parts
        )
    else:
        text = show(value)
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[:_LONGEST]}…"


def _unknown(value: Unknown) -> str:
    # The key begins with the template that the name belongs to.
    return value.key.rpartition("#")[2] or "?"


def _why(value: Value) -> str:
    if isinstance(value, Unknown):
        return value.cause.value
    if isinstance(value, Text) and not is_known(value):
        causes = {part.cause.value for part in value.parts if isinstance(part, Unknown)}
        return f"in part: {', '.join(sorted(causes))}"
    return ""


__all__ = ["KnownValue", "known_values"]

"""Reading partly known texts with patterns: unknown parts stand as marks that pass through."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.records import record
from advisor.templates.values import Cause, Reference, Text, Unknown, join

if TYPE_CHECKING:
    from advisor.architecture.nodes.base import Node
    from advisor.documents.document import Data
    from advisor.templates.values import Value

MARK = "\ue000"
"""Encloses the number of a part; a private-use character that no AWS name can hold."""

MAX_LENGTH = 262_144
"""Characters read of one text: more than any request template or policy may have."""

MAX_MENTIONS = 1_000
"""Parts of one property that are looked at for references."""

_MARKED = re.compile(f"{MARK}([0-9]{{1,6}}){MARK}")


@record(frozen=True)
class Marked:
    """A text whose references and unknown parts are numbered marks."""

    text: str
    parts: tuple[Reference | Unknown, ...] = ()

    def value(self, fragment: str) -> str | Text | Reference | Unknown:
        """Return what a fragment of the text stands for, marks turned back into their parts."""
        if MARK not in fragment:
            return fragment
        pieces: list[Value] = []
        end = 0
        for match in _MARKED.finditer(fragment):
            index = int(match[1])
            if index >= len(self.parts):
                continue
            pieces += [fragment[end : match.start()], self.parts[index]]
            end = match.end()
        return join([*pieces, fragment[end:]])


def marked(value: Value) -> Marked | None:
    """Return a value as a text to match patterns on; None where it is no text."""
    if isinstance(value, str):
        return Marked(value[:MAX_LENGTH].replace(MARK, ""))
    if isinstance(value, (Reference, Unknown)):
        return Marked(f"{MARK}0{MARK}", (value,))
    if not isinstance(value, Text):
        return None
    pieces: list[str] = []
    parts: list[Reference | Unknown] = []
    for part in value.parts:
        if isinstance(part, str):
            pieces.append(part[:MAX_LENGTH].replace(MARK, ""))
        else:
            pieces.append(f"{MARK}{len(parts)}{MARK}")
            parts.append(part)
    return Marked("".join(pieces)[:MAX_LENGTH], tuple(parts))


def references(value: Value) -> tuple[Reference, ...]:
    """Return the references in a text, in order; none in anything else."""
    if isinstance(value, Reference):
        return (value,)
    return value.references if isinstance(value, Text) else ()


def is_blank(value: Value) -> bool:
    """Tell whether nothing tells a value from others, so that equal ones need not be the same."""
    parts = value.parts if isinstance(value, Text) else (value,)
    return any(
        isinstance(part, Unknown) and part.cause in {Cause.MISSING, Cause.OPAQUE} for part in parts
    )


def mentions(node: Node, *path: str | int) -> tuple[Reference, ...]:
    """Return the references anywhere in a property as written, even within what is unknown.

    Looks into intrinsics whose result is not known, such as a host cut out of a URL.
    """
    data: Data = node.resource.properties
    for key in path:
        if isinstance(data, dict) and isinstance(key, str):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return ()
    found: list[Reference] = []
    pending: list[Data] = [data]
    for _ in range(MAX_MENTIONS):
        if not pending:
            break
        item = pending.pop(0)
        if isinstance(item, list):
            pending += item
        elif isinstance(item, dict):
            if len(item) == 1 and next(iter(item)) in {"Ref", "Fn::GetAtt", "Fn::Sub"}:
                found += references(node.view.resolve(node.resource, item))
            else:
                pending += item.values()
    return tuple(found)


def walk(value: Value, *path: str | int) -> Value:
    """Return what lies at a path of a resolved value; Unknown through Unknown, else None."""
    for key in path:
        if isinstance(value, Unknown):
            return value
        if isinstance(value, dict):
            value = value.get(key) if isinstance(key, str) else None
        elif isinstance(value, list) and isinstance(key, int):
            value = value[key] if -len(value) <= key < len(value) else None
        else:
            return None
    return value


__all__ = ["MARK", "Marked", "is_blank", "marked", "mentions", "references", "walk"]

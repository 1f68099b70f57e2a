"""`${Name}` and intrinsic functions inside a definition: opaque places with a type of their own.

They are found before JSON is parsed, because a definition that a template deploys may hold one
where JSON allows no text: `"TimeoutSeconds": ${Seconds}`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.records import record
from advisor.templates.values import Reference, Text, Unknown, join, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from advisor.documents.document import Data
    from advisor.templates.values import Value

_NAME = r"[^{}\"\\\n]{1,256}"
_PLACEHOLDER = re.compile(rf"\$\{{({_NAME})\}}")
_WHOLE = re.compile(rf"\s*\$\{{({_NAME})\}}\s*\Z")
# A JSON string, or a placeholder outside of one: whichever starts first. A string that does
# not end goes to the end of the text, so that the search never looks at a character twice.
_STRING_OR_HOLE = re.compile(rf'"(?:[^"\\]|\\.)*+(?:"|\Z)|\$\{{({_NAME})\}}', re.DOTALL)

_MARK = "\ue000"
"""First character of the text that stands for a bare placeholder; private use, so in no file."""


@record(frozen=True)
class Placeholder:
    """A value that deployment fills in: nothing of its type or text is known in the file.

    `value` is what the template says of it, None where nothing does. `name` is the name of the
    substitution, empty for an intrinsic function. A bare one stands without quotes.
    """

    text: str
    name: str = ""
    value: Value = None
    bare: bool = False

    def __str__(self) -> str:
        return self.text


Asl = dict[str, "Asl"] | list["Asl"] | str | int | float | bool | Placeholder | None
"""A definition as read: plain data in which placeholders may stand for any value."""

Lookup = "Callable[[str], Value]"
"""Tells the value of a name; None where nothing defines it."""


def prepare(text: str) -> str:
    """Return JSON text in which bare placeholders are strings of the same width.

    Every other character keeps its place, so that positions in the result hold for the text.
    """
    if "${" not in text:
        return text

    def quoted(match: re.Match[str]) -> str:
        name = match[1]
        return match[0] if name is None else f'"{_MARK}{name}"'

    return _STRING_OR_HOLE.sub(quoted, text)


def names(text: str) -> list[str]:
    """Return the names of all placeholders of a text, in order."""
    return [match[1] for match in _PLACEHOLDER.finditer(text) if not match[1].startswith("!")]


def has_placeholder(text: str) -> bool:
    """Tell whether a part of the text is filled in at deployment."""
    return "${" in text and _PLACEHOLDER.search(text) is not None


def blank(text: str, filler: str = "\x00") -> str:
    """Return the text with every placeholder as one filler character."""
    return _PLACEHOLDER.sub(filler, text) if "${" in text else text


def fill(text: str, lookup: Callable[[str], Value]) -> Value:
    """Return the text with the values of its placeholders in place; unresolved ones stay."""
    parts: list[Value] = []
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        name = match[1]
        parts.append(text[end : match.start()])
        value = f"${{{name[1:]}}}" if name.startswith("!") else lookup(name)
        parts.append(match[0] if value is None or isinstance(value, (dict, list)) else value)
        end = match.end()
    if not parts:
        return text
    parts.append(text[end:])
    return join(parts)


def type_leaves(
    data: Data,
    *,
    lookup: Callable[[str], Value],
    resolve: Callable[[Data], Value] | None = None,
) -> Asl:
    """Return a copy of the data with placeholders in the place of what deployment fills in.

    With `resolve` the data stands in a template, where a mapping such as `{"Ref": …}` is an
    intrinsic function; without it the data is a definition of its own, where it is plain data.
    """
    root: list[Asl] = [None]
    # A list of (container, key, value) to place: definitions nest too deep for recursion.
    waiting: list[tuple[dict[str, Asl] | list[Asl], str | int, object]] = [(root, 0, data)]
    while waiting:
        target, key, item = waiting.pop()
        made: Asl
        if isinstance(item, dict):
            if resolve is not None and _is_intrinsic(item):
                made = _intrinsic(item, resolve)
            else:
                made = dict.fromkeys(map(str, item))
                waiting.extend((made, str(name), value) for name, value in item.items())
        elif isinstance(item, list):
            made = [None] * len(item)
            waiting.extend((made, index, value) for index, value in enumerate(item))
        elif isinstance(item, str):
            made = _text(item, lookup)
        elif isinstance(item, (Reference, Text, Unknown)):
            made = Placeholder(f"${{{show(item)}}}", value=item)
        elif item is None or isinstance(item, (bool, int, float)):
            made = item
        else:
            made = str(item)
        target[key] = made  # type: ignore[index]  # key and container belong together
    return root[0]


def walk(data: Asl) -> Iterator[tuple[tuple[str | int, ...], Asl]]:
    """Yield every value below and including `data` with its pointer, in reading order."""
    waiting: list[tuple[tuple[str | int, ...], Asl]] = [((), data)]
    while waiting:
        pointer, item = waiting.pop()
        yield pointer, item
        if isinstance(item, dict):
            waiting.extend(((*pointer, key), item[key]) for key in reversed(item))
        elif isinstance(item, list):
            waiting.extend(
                ((*pointer, index), item[index]) for index in range(len(item) - 1, -1, -1)
            )


def _text(item: str, lookup: Callable[[str], Value]) -> Asl:
    if item.startswith(_MARK):
        name = item[1:]
        return Placeholder(f"${{{name}}}", name, lookup(name), bare=True)
    if "${" not in item:
        return item
    match = _WHOLE.match(item)
    if match is None or match[1].startswith("!"):
        return item
    return Placeholder(item.strip(), match[1], lookup(match[1]))


def _is_intrinsic(item: dict[str, Data]) -> bool:
    if len(item) != 1:
        return False
    key = next(iter(item))
    return isinstance(key, str) and (key == "Ref" or key.startswith("Fn::"))


def _intrinsic(item: dict[str, Data], resolve: Callable[[Data], Value]) -> Placeholder:
    key, argument = next(iter(item.items()))
    value = resolve(item)
    if isinstance(argument, list):
        argument = argument[0] if key == "Fn::Sub" else ".".join(map(str, argument[:2]))
    shown = str(argument) if isinstance(argument, str) else key
    return Placeholder(shown if key == "Fn::Sub" else f"${{{shown}}}", value=value)

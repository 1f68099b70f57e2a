"""Text for remediations: properties under the keys where a reader has to write them."""

from __future__ import annotations

import json
import re
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.architecture.nodes.base import Node
    from advisor.documents.document import Data

_PLAIN = re.compile(
    r"(?!(?i:y|n|yes|no|on|off|true|false|null)$)[A-Za-z/$][\w./$-]*(?:::?[\w./$-]+)*"
)
_SHORTEST_LIST = 60
_SHORT = {"Ref": "!Ref", "Fn::Sub": "!Sub", "Fn::GetAtt": "!GetAtt", "Fn::If": "!If"}


def setting(node: Node, text: str) -> str:
    """Return YAML that sets properties of a node, at the place where the template holds them.

    For what SAM makes of an event that is the event itself, below its function. `text` are
    properties in the node's own terms, one a line.
    """
    body = textwrap.dedent(text).strip("\n")
    first = body.partition(":")[0]
    place = (*node.resource.place, "Properties")
    if node.is_generated:
        origins = node.resource.origins
        place = origins.get((), place)
        named = origins.get((first,), ())
        if named:
            place = named[:-1] if named[-1] == first else named
    keys = [key for key in place[1:] if isinstance(key, str)]
    lines = [f"{'  ' * depth}{key}:" for depth, key in enumerate(keys)]
    return "\n".join([*lines, textwrap.indent(body, "  " * len(keys))]) + "\n"


def as_yaml(data: dict[str, Data]) -> str:
    """Return data as YAML on lines of its own, intrinsic functions in their short form."""
    return "".join(f"{line}\n" for line in _lines(data))


def _lines(data: Data) -> list[str]:
    """Return a mapping or a list as lines without indentation."""
    lines: list[str] = []
    entries: list[tuple[str, Data]] = []
    if isinstance(data, dict):
        entries = [(f"{_scalar(key)}:", value) for key, value in data.items()]
    elif isinstance(data, list):
        entries = [("-", value) for value in data]
    for head, value in entries:
        inline = _inline(value)
        if inline is not None:
            lines.append(f"{head} {inline}")
            continue
        below = _lines(value)
        if head == "-":
            lines += [f"- {below[0]}", *(f"  {line}" for line in below[1:])]
        else:
            lines += [head, *(f"  {line}" for line in below)]
    return lines


def _inline(value: Data) -> str | None:
    """Return what fits behind a key: a scalar, a function of one, something empty."""
    if not isinstance(value, (dict, list)) or not value:
        return _scalar(value)
    if isinstance(value, list):
        parts = [_inline(item) for item in value]
        is_short = all(part is not None and len(part) < _SHORTEST_LIST for part in parts)
        is_flat = not any(isinstance(item, list) for item in value)
        return f"[{', '.join(map(str, parts))}]" if is_short and is_flat else None
    if len(value) > 1:
        return None
    name, argument = next(iter(value.items()))
    if name == "Fn::GetAtt" and isinstance(argument, list):
        argument = ".".join(map(str, argument))
    if name not in _SHORT or not isinstance(argument, str):
        return None
    return f"{_SHORT[name]} {_scalar(argument)}"


def _scalar(value: Data) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False)


__all__ = ["as_yaml", "setting"]

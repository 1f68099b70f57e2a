"""CloudFormation's intrinsic functions over values of which only parts may be known.

Each takes resolved arguments and gives the simplest value that says all that is known; none
raises on wrong shapes: what CloudFormation would refuse is `Unknown`.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from advisor.templates.template import scalar_text
from advisor.templates.values import Cause, Reference, Text, Unknown, is_known, join, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.templates.values import Value

_VARIABLE = re.compile(r"\$\{(!?)\s*([^{}]*?)\s*\}")
_MOST_TEXT = 1_000_000  # characters of one resolved string; a template body has at most 1 MB


def unknown_function(name: str, argument: Value) -> Unknown:
    """Return the Unknown of a function that cannot be computed; equal for equal arguments."""
    return Unknown(Cause.FUNCTION, f"{name} {canonical(argument)}")


def canonical(value: Value) -> str:
    """Return a text that is equal for equal values, bounded in length."""
    if isinstance(value, dict):
        inner = ",".join(f"{key}:{canonical(item)}" for key, item in sorted(value.items()))
        return f"{{{inner}}}"[:_MOST_TEXT]
    if isinstance(value, list):
        return f"[{','.join(canonical(item) for item in value)}]"[:_MOST_TEXT]
    if isinstance(value, Reference):
        return f"<{value.owner}#{show(value)}>"
    return repr(value) if isinstance(value, (Unknown, Text)) else json.dumps(value)


def substitute(template: str, lookup: Callable[[str], Value]) -> Value:
    """Return a `Fn::Sub` text with each `${Name}` looked up and `${!Name}` left as `${Name}`."""
    parts: list[Value] = []
    end = 0
    for match in _VARIABLE.finditer(template):
        parts.append(template[end : match.start()])
        literal, name = match.groups()
        parts.append(f"${{{name}}}" if literal else lookup(name))
        end = match.end()
    parts.append(template[end:])
    return join(parts)


def variables(template: str) -> list[str]:
    """Return the names that a `Fn::Sub` text looks up, in order."""
    return [name for literal, name in _VARIABLE.findall(template) if not literal]


def fn_join(argument: Value) -> Value:
    """Join a list with a delimiter; unknown items stay as unknown parts."""
    if not isinstance(argument, list) or len(argument) != 2:
        return unknown_function("Fn::Join", argument)
    delimiter, items = argument
    if not isinstance(delimiter, str) or not isinstance(items, list):
        return unknown_function("Fn::Join", argument)
    parts: list[Value] = []
    for item in items:
        if item is None:
            continue
        if parts:
            parts.append(delimiter)
        parts.append(item)
    return join(parts)


def fn_split(argument: Value) -> Value:
    """Split a string; one with unknown parts only where these cannot hold the delimiter."""
    if not isinstance(argument, list) or len(argument) != 2:
        return unknown_function("Fn::Split", argument)
    delimiter, text = argument
    if not isinstance(delimiter, str) or not delimiter:
        return unknown_function("Fn::Split", argument)
    if isinstance(text, (str, int, float)):
        return list(scalar_text(text).split(delimiter))
    if not isinstance(text, (Text, Reference)):
        return unknown_function("Fn::Split", argument)
    parts = text.parts if isinstance(text, Text) else (text,)
    if any(_may_hold(part, delimiter) for part in parts):
        return unknown_function("Fn::Split", argument)
    pieces: list[list[Value]] = [[]]
    for part in parts:
        if isinstance(part, str):
            first, *rest = part.split(delimiter)
            pieces[-1].append(first)
            pieces.extend([piece] for piece in rest)
        else:
            pieces[-1].append(part)
    return [join(piece) for piece in pieces]


def _may_hold(part: str | Reference | Unknown, delimiter: str) -> bool:
    """Tell whether a part that is not literal may contain the delimiter once it is known."""
    if isinstance(part, str):
        return False
    if isinstance(part, Unknown):
        # Regions, account ids and partitions hold neither of these.
        return part.cause is not Cause.PSEUDO or delimiter not in {":", "/", ",", "."}
    # Names, ids and ARNs hold no comma; what a custom resource returns may.
    return delimiter != "," or not (part.attribute or "Id").endswith(("Id", "Arn"))


def items_of(value: Value) -> Value:
    """Return the items of a comma-delimited list, as a parameter has it; Unknown if not known."""
    items = fn_split([",", join([value])]) if isinstance(value, (str, Text, Reference)) else value
    return [_stripped(item) for item in items] if isinstance(items, list) else items


def _stripped(item: Value) -> Value:
    if isinstance(item, str):
        return item.strip()
    if not isinstance(item, Text):
        return item
    first, *rest = item.parts
    parts = [first.lstrip() if isinstance(first, str) else first, *rest]
    last = parts[-1]
    return join([*parts[:-1], last.rstrip() if isinstance(last, str) else last])


def fn_select(argument: Value) -> Value:
    """Select one item of a list by its index."""
    if not isinstance(argument, list) or len(argument) != 2:
        return unknown_function("Fn::Select", argument)
    index, items = argument
    if isinstance(index, str) and index.isascii() and index.isdigit() and len(index) < 6:
        index = int(index)
    if isinstance(items, list) and type(index) is int and 0 <= index < len(items):
        return items[index]
    return unknown_function("Fn::Select", argument)


def fn_base64(argument: Value) -> Value:
    """Encode a known string."""
    if isinstance(argument, str):
        import base64

        return base64.b64encode(argument.encode("utf-8", "surrogatepass")).decode("ascii")
    return unknown_function("Fn::Base64", argument)


def fn_length(argument: Value) -> Value:
    """Count the items of a list."""
    return len(argument) if isinstance(argument, list) else unknown_function("Fn::Length", argument)


def fn_cidr(argument: Value) -> Value:
    """Cut a block into subnets: [block, count, bits of each subnet's hosts]."""
    if not isinstance(argument, list) or not 2 <= len(argument) <= 3 or not is_known(argument):
        return unknown_function("Fn::Cidr", argument)
    import ipaddress

    try:
        network = ipaddress.ip_network(scalar_text(argument[0]), strict=False)
        count = int(scalar_text(argument[1]))
        host_bits = int(scalar_text(argument[2])) if len(argument) == 3 else 8
        subnets = network.subnets(new_prefix=network.max_prefixlen - host_bits)
        # CloudFormation gives at most 256 blocks.
        return [str(next(subnets)) for _ in range(min(count, 256))]
    except (ValueError, StopIteration):
        return unknown_function("Fn::Cidr", argument)


def fn_to_json_string(argument: Value) -> Value:
    """Return the JSON text of a value; what is not literal stays a part of the text."""
    leaves: list[Reference | Unknown | Text] = []

    def mark(leaf: object) -> str:
        if isinstance(leaf, (Reference, Unknown, Text)):
            leaves.append(leaf)
            return f"\ue000{len(leaves) - 1}\ue001"
        raise TypeError

    try:
        text = json.dumps(argument, default=mark, separators=(",", ":"), ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return unknown_function("Fn::ToJsonString", None)
    pieces = re.split("\ue000([0-9]{1,6})\ue001", text)
    # Odd pieces are indexes; one that the template itself wrote with these private characters
    # is left as the text that it is.
    parts: list[Value] = [
        leaves[int(piece)] if at % 2 and int(piece) < len(leaves) else piece
        for at, piece in enumerate(pieces)
    ]
    return join(parts)


def fn_find_in_map(mappings: dict[str, Value] | object, argument: Value) -> Value:
    """Look two keys up in the Mappings section; one value under all keys needs no known key."""
    if not isinstance(argument, list) or not 3 <= len(argument) <= 4:
        return unknown_function("Fn::FindInMap", argument)
    fallback: Value = None
    if len(argument) == 4 and isinstance(options := argument[3], dict):
        fallback = options.get("DefaultValue")
    name, first, second = argument[:3]
    table = mappings.get(name) if isinstance(mappings, dict) and isinstance(name, str) else None
    unknown = Unknown(Cause.MAPPING, canonical(argument[:3]))
    if not isinstance(table, dict):
        return fallback if fallback is not None and isinstance(name, str) else unknown
    rows: list[Value] = list(table.values())
    if _is_key(first):
        if scalar_text(first) not in table:
            return fallback if fallback is not None else unknown
        rows = [table[scalar_text(first)]]
    if not _is_key(second):
        return _only(
            [cell for row in rows if isinstance(row, dict) for cell in row.values()], unknown
        )
    key = scalar_text(second)
    cells = [row.get(key, fallback) for row in rows if isinstance(row, dict)]
    return _only(cells, unknown)


def _is_key(value: Value) -> bool:
    return isinstance(value, (str, int, float))


def _only(cells: list[Value], unknown: Unknown) -> Value:
    """Return the one value that all cells have, else the Unknown."""
    if not cells or cells[0] is None or any(cell != cells[0] for cell in cells):
        return unknown
    return cells[0]


FUNCTIONS: dict[str, Callable[[Value], Value]] = {
    "Fn::Join": fn_join,
    "Fn::Split": fn_split,
    "Fn::Select": fn_select,
    "Fn::Base64": fn_base64,
    "Fn::Length": fn_length,
    "Fn::Cidr": fn_cidr,
    "Fn::ToJsonString": fn_to_json_string,
}
"""Functions of nothing but their arguments."""

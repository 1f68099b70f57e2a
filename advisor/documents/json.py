"""JSON text to data, exactly as JSON, and to a tree of positions when somebody asks."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NoReturn

from advisor.documents.construct import ShapeError
from advisor.documents.nodes import MAX_DEPTH, MAX_NODES, TEXT_TAG, Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.documents.nodes import Node

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s"\[\]{},:]+', re.DOTALL)
# A text without its end is read to the end, or each quote in it would be tried in turn.
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_MAX_DIGITS = 4000  # Python refuses to read longer integers
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_HALF_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class JsonRead:
    """What reading gives: the data, and whether some object holds a key twice."""

    __slots__ = ("data", "has_duplicates")

    def __init__(self) -> None:
        self.data: Data = None
        self.has_duplicates = False

    def pairs(self, pairs: list[tuple[str, Data]]) -> dict[str, Data]:
        """Make one object, noting repeated keys."""
        found = dict(pairs)
        if len(found) != len(pairs):
            self.has_duplicates = True
        return found


def read_json(text: str) -> JsonRead:
    """Return the data of a JSON text; ShapeError where it is none or goes beyond a bound."""
    _bound(text)
    read = JsonRead()
    try:
        read.data = json.loads(
            text,
            object_pairs_hook=read.pairs,
            parse_constant=_refuse,
            parse_float=_number,
            parse_int=_whole,
        )
    except json.JSONDecodeError as error:
        from advisor.documents.messages import explain_json  # its patterns take time to compile

        raise ShapeError(*explain_json(error, text)) from None
    except ValueError as error:
        name = str(error)
        raise ShapeError(f"'{name}' is not JSON", max(text.find(name), 0)) from None
    if _HALF_ESCAPE.search(text):
        read.data = _whole_characters(read.data)
    return read


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _number(text: str) -> float | str:
    value = float(text)
    return text if value in (float("inf"), float("-inf")) else value


def _whole(text: str) -> int | str:
    return int(text) if len(text) < _MAX_DIGITS else text


def _bound(text: str) -> None:
    """Refuse what is too deep or too large before json recurses into it."""
    if text.count("{") + text.count("[") > MAX_DEPTH:
        depth = 0
        for found in _BRACKETS.finditer(text):
            character = found[0]
            if character in "[{":
                depth += 1
                if depth > MAX_DEPTH:
                    raise ShapeError(f"nested more than {MAX_DEPTH} levels deep", found.start())
            elif character in "]}":
                depth -= 1
    if text.count(",") + text.count(":") > MAX_NODES:
        raise ShapeError(f"more than {MAX_NODES:,} values in one file", 0)


def _whole_characters(data: Data) -> Data:
    """Replace halves of surrogate pairs, which no output can carry."""
    if isinstance(data, str):
        return _LONE_SURROGATE.sub("\ufffd", data)
    if isinstance(data, list):
        return [_whole_characters(item) for item in data]
    if isinstance(data, dict):
        return {_LONE_SURROGATE.sub("\ufffd", k): _whole_characters(v) for k, v in data.items()}
    return data


def scan_json(text: str) -> Node:
    """Return the tree of a text that `read_json` has accepted."""
    stack: list[Sequence | Mapping] = []
    keys: list[Scalar | None] = []
    root: Node | None = None
    for token in _TOKEN.finditer(text):
        found, start, end = token[0], token.start(), token.end()
        first = found[0]
        if first in ",:":
            continue
        if first in "]}":
            stack.pop().end = end
            keys.pop()
            continue
        node: Node
        if first == '"':
            node = Scalar(_string(found), TEXT_TAG, '"', start, end)
        elif first in "[{":
            node = (Sequence if first == "[" else Mapping)(None, True, start)  # noqa: FBT003 a hot constructor
        else:
            node = Scalar(found, None, "", start, end)
        if not stack:
            root = node
        else:
            parent = stack[-1]
            if isinstance(parent, Sequence):
                parent.items.append(node)
            elif (key := keys[-1]) is not None:
                parent.items.append((key, node))
                keys[-1] = None
            elif isinstance(node, Scalar):
                keys[-1] = node
        if not isinstance(node, Scalar):
            stack.append(node)
            keys.append(None)
    if root is None:
        raise ShapeError("there is no JSON here", 0)
    return root


def _string(quoted: str) -> str:
    if "\\" not in quoted:
        return quoted[1:-1]
    value: str = json.loads(quoted)
    return _LONE_SURROGATE.sub("\ufffd", value)

"""Reading properties: numbers, presence, and JSON that stands in a property as text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from advisor.architecture.marked import MARK, marked
from advisor.templates.values import UNKNOWN, Unknown

if TYPE_CHECKING:
    from advisor.architecture.marked import Marked
    from advisor.documents.document import Data
    from advisor.templates.values import Value

_DEEPEST = 60  # levels of JSON that are read; AWS accepts far fewer


def whole(number: int | Unknown | None) -> int | Unknown:
    """Return a number that has a default, so that it is never absent."""
    return UNKNOWN if number is None else number


def present(value: Value) -> bool | Unknown:
    """Tell whether something is declared at all."""
    return value if isinstance(value, Unknown) else value is not None


def parsed(value: Value) -> Value:
    """Return what a property says that takes an object or its JSON text; Unknown if unreadable.

    References and unknown parts of the text stay what they are within the object.
    """
    text = marked(value)
    if text is None or isinstance(value, Unknown):
        return value
    try:
        data = json.loads(_quoted(text.text))
    except (ValueError, RecursionError):
        return UNKNOWN
    return _restored(data, text, _DEEPEST)


def _quoted(text: str) -> str:
    """Put quotes around the marks that stand where JSON has a number or an object."""
    pieces: list[str] = []
    in_string = False
    in_mark = False
    escaped = False
    for character in text:
        if character == MARK and not in_string:
            pieces.append(f'{character}"' if in_mark else f'"{character}')
            in_mark = not in_mark
            continue
        if character == '"' and not escaped:
            in_string = not in_string
        escaped = character == "\\" and not escaped
        pieces.append(character)
    return "".join(pieces)


def _restored(data: Data, text: Marked, depth: int) -> Value:
    if depth == 0:
        return UNKNOWN
    if isinstance(data, str):
        return text.value(data)
    if isinstance(data, list):
        return [_restored(item, text, depth - 1) for item in data]
    if isinstance(data, dict):
        return {
            key: _restored(item, text, depth - 1) for key, item in data.items() if item is not None
        }
    return data


__all__ = ["parsed", "present", "whole"]

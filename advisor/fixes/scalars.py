"""Scalars of YAML and JSON as text that is read back as the same value."""

from __future__ import annotations

import json
import math
import re

from advisor.documents.scalars import plain_type
from advisor.fixes.patch import Refused

_LONGEST_KEY = 1000
"""YAML reads no longer key without a `?` before it (1,024 characters)."""
_NUMBER_ELSEWHERE = re.compile(
    r"[-+.]?[0-9][0-9a-fA-FxXoO_.,:+-]*|[-+]?\.(?:inf|nan)", re.IGNORECASE
)
_WORDS_ELSEWHERE = frozenset({"y", "n", "<<", "=", "~"})
_NOT_FIRST = frozenset("-?:,[]{}#&*!|>'\"%@`=.+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def json_scalar(value: str | float | bool | None, *, ascii_only: bool) -> str:  # noqa: FBT001  # a value
    """Return a scalar as JSON."""
    if isinstance(value, float) and not math.isfinite(value):
        raise Refused(f"JSON has no number '{value}'")
    text = json.dumps(value, ensure_ascii=ascii_only)
    if text.isprintable():
        return text
    # What looks like JSON may be read as YAML, which takes no control characters.
    return "".join(
        char if char.isprintable() or ord(char) > 0xFFFF else f"\\u{ord(char):04x}" for char in text
    )


def yaml_scalar(
    value: str | float | bool | None,  # noqa: FBT001  # a value
    *,
    quote: str,
    flow: bool,
    forced: bool = False,
) -> str:
    """Return a scalar on one line; `forced` quotes a text that could stand without."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    if not forced and is_plain(value, flow=flow):
        return value
    return quoted(value, quote)


def yaml_key(key: str, *, quote: str, flow: bool, forced: bool = False) -> str:
    """Return a key on one line."""
    if len(key) > _LONGEST_KEY:
        raise Refused("a key is too long to be written")
    return yaml_scalar(key, quote=quote, flow=flow, forced=forced)


def is_plain(text: str, *, flow: bool) -> bool:
    """Tell whether a text can stand without quotes and is a text to every reader of YAML."""
    if not text or text != text.strip() or not text.isprintable():
        return False
    if plain_type(text) != "str" or text.lower() in _WORDS_ELSEWHERE:
        return False
    if _NUMBER_ELSEWHERE.fullmatch(text):
        return False
    if text[0] in _NOT_FIRST and not (text[0] == "." and text[1:2].isalnum()):
        # A path or a dotted name starts like a number and is none.
        return text.startswith("./") and _inside_is_plain(text, flow=flow)
    return _inside_is_plain(text, flow=flow)


def _inside_is_plain(text: str, *, flow: bool) -> bool:
    if ": " in text or " #" in text or text.endswith(":"):
        return False
    return not flow or not any(char in ",[]{}?" for char in text)


def quoted(text: str, quote: str) -> str:
    """Return a text in quotes; double ones where it cannot stand in single ones."""
    if quote == "'" and (text.isprintable() or not text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x100:  # what the escape's width can say
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # the same


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise Refused(f"CloudFormation has no number '{value}'")
    text = repr(value)
    if "e" in text and "." not in text:
        text = text.replace("e", ".0e")  # without a dot YAML 1.1 reads a text
    return text


def literal_lines(text: str) -> tuple[str, list[str]] | None:
    """Return header and lines of a block scalar; None where it could not hold the text."""
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    lines = body.split("\n")
    if len(lines) + ends < 2 or not body or ends > 1:
        return None
    if lines[0] != lines[0].lstrip() or not lines[0]:
        return None
    if any(line and not line.replace("\t", "").isprintable() for line in lines):
        return None
    return ("|" if ends else "|-"), lines

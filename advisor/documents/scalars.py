"""What a plain YAML scalar means: YAML 1.1, as CloudFormation reads its templates.

Types after https://yaml.org/type/ with two exceptions that keep what was meant: timestamps
stay text (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html),
and so does a zero-padded number of twelve digits, which is an account id and no octal number.
"""

from __future__ import annotations

import re

WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_NUMBER_STARTS = frozenset("+-.0123456789")
_ACCOUNT_DIGITS = 12
_MAX_DIGITS = 3500  # Python refuses to write 4,300 decimal ones, 3,571 hexadecimal
_SIXTY = 60

_INTEGER = re.compile(
    r"[-+]?(?:0b[01_]*[01]_*|0x[0-9a-fA-F_]*[0-9a-fA-F]_*|0[0-7_]*|[1-9][0-9_]*(?::[0-5]?[0-9])*)"
)
_FLOAT = re.compile(
    r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?"
    r"|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*"
)
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
    r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?"
)


def plain_value(text: str) -> str | int | float | bool | None:
    """Return what an unquoted scalar means."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in _NUMBER_STARTS or len(text) > _MAX_DIGITS:
        return text
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return _float(text)
    return text


def plain_type(text: str) -> str:
    """Return the YAML 1.1 type of an unquoted scalar: str, int, float, bool, null or timestamp."""
    value = plain_value(text)
    if value is None:
        return "null"
    if isinstance(value, str):
        return "timestamp" if _TIMESTAMP.fullmatch(text) else "str"
    return type(value).__name__


def _integer(text: str) -> int | str:
    digits = text.replace("_", "")
    if digits == text and len(text) == _ACCOUNT_DIGITS and text[0] == "0" and text.isdigit():
        return text
    sign = -1 if digits[0] == "-" else 1
    digits = digits.lstrip("+-")
    if digits.startswith(("0b", "0x")):
        return sign * int(digits, 0)
    if digits.startswith("0"):
        return sign * int(digits, 8)
    total = 0
    for part in digits.split(":"):
        total = total * _SIXTY + int(part)
    return sign * total


def _float(text: str) -> float | str:
    digits = text.replace("_", "")
    sign = -1.0 if digits[0] == "-" else 1.0
    total = 0.0
    for part in digits.lstrip("+-").split(":"):
        total = total * _SIXTY + float(part)
    return sign * total if total != float("inf") else text

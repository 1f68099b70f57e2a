"""Checks of single values: numbers, texts, paths, timestamps; one function per kind of value."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from advisor.workflows.jsonata import expression_faults, is_expression
from advisor.workflows.jsonpath import (
    RETURNS_TEXT,
    PathError,
    check_intrinsic,
    check_path,
    is_intrinsic,
    is_variable,
)
from advisor.workflows.placeholders import Placeholder, has_placeholder
from advisor.workflows.validity.problem import Code

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.workflows.placeholders import Asl
    from advisor.workflows.validity.problem import Spot

    Check = Callable[[Spot, Asl], None]

_TIMESTAMP = re.compile(
    r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?(?:Z|[+-](\d{2}):(\d{2}))\Z"
)
_PATH_LIKE = re.compile(r"\$\$?[.\[]|States\.\w+\(")

SECONDS_LIMIT = 99_999_999
"""The longest time in seconds that a definition can give."""


def kind_of(value: Asl) -> str:
    """Return what a value is, with its article, for messages."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"the boolean {'true' if value else 'false'}"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else f"the text '{_short(str(value))}'"


def is_open(value: Asl) -> bool:
    """Tell whether deployment fills in the value or a part of it."""
    return isinstance(value, Placeholder) or (isinstance(value, str) and has_placeholder(value))


def expression(spot: Spot, text: str) -> None:
    """Check text that starts with `{%`."""
    if has_placeholder(text):
        return
    for fault in expression_faults(text, result=spot.result, error_output=spot.error_output):
        code = Code.SCHEMA if fault.syntax else Code.JSONATA
        add = spot.warning if fault.warning else spot.error
        add(f"{spot.label} {fault.message}", code=code, topic="jsonata")


def whole(low: int, high: int | None = None) -> Check:
    """Return a check for a whole number, in JSONata also an expression."""

    def check(spot: Spot, value: Asl) -> None:
        if is_open(value) or _expressed(spot, value):
            return
        if isinstance(value, str) and _PATH_LIKE.match(value):
            spot.error(f"{spot.label} is the path '{_short(value)}', not a number")
        elif isinstance(value, bool) or not isinstance(value, (int, float)):
            spot.error(f"{spot.label} is {kind_of(value)}, not a whole number")
        elif isinstance(value, float) and not value.is_integer():
            spot.error(f"{spot.label} is {value}, not a whole number")
        elif value < low:
            spot.error(f"{spot.label} is {_number(value)}, less than {low}")
        elif high is not None and value > high:
            spot.error(f"{spot.label} is {_number(value)}, more than {high}")

    return check


def number(low: float, high: float | None = None) -> Check:
    """Return a check for any number, in JSONata also an expression."""

    def check(spot: Spot, value: Asl) -> None:
        if is_open(value) or _expressed(spot, value):
            return
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            spot.error(f"{spot.label} is {kind_of(value)}, not a number")
        elif value < low:
            spot.error(f"{spot.label} is {_number(value)}, less than {_number(low)}")
        elif high is not None and value > high:
            spot.error(f"{spot.label} is {_number(value)}, more than {_number(high)}")

    return check


def text(spot: Spot, value: Asl) -> None:
    """Check a string, in JSONata also an expression."""
    if is_open(value) or _expressed(spot, value):
        return
    if not isinstance(value, str):
        spot.error(f"{spot.label} is {kind_of(value)}, not text")
    elif not spot.jsonata and is_expression(value):
        _foreign(spot)


def constant(spot: Spot, value: Asl) -> None:
    """Check a string that the service never evaluates."""
    if not isinstance(value, (str, Placeholder)):
        spot.error(f"{spot.label} is {kind_of(value)}, not text")


def flag(spot: Spot, value: Asl) -> None:
    """Check a boolean, in JSONata also an expression."""
    if not (is_open(value) or isinstance(value, bool) or _expressed(spot, value)):
        spot.error(f"{spot.label} is {kind_of(value)}, neither true nor false")


def one_of(*choices: str) -> Check:
    """Return a check for one of some words."""

    def check(spot: Spot, value: Asl) -> None:
        if not is_open(value) and value not in choices:
            wanted = ", ".join(f"'{choice}'" for choice in choices)
            spot.error(f"{spot.label} is {kind_of(value)}, not one of {wanted}")

    return check


def path(spot: Spot, value: Asl) -> None:
    """Check a path; null takes nothing."""
    if value is not None:
        _path(spot, value, single=False)


def reference(spot: Spot, value: Asl) -> None:
    """Check a reference path."""
    _path(spot, value, single=True)


def result_path(spot: Spot, value: Asl) -> None:
    """Check where a result goes: a reference path into the state's input; null drops it."""
    if value is None or is_open(value):
        return
    if isinstance(value, str) and (value.startswith("$$") or is_variable(value)):
        what = "the context object" if value.startswith("$$") else "a variable"
        spot.error(
            f"{spot.label} is '{_short(value)}', {what}, which no result can go into", topic="path"
        )
        return
    _path(spot, value, single=True)


def text_path(spot: Spot, value: Asl) -> None:
    """Check a reference path or an intrinsic function that gives text."""
    if not isinstance(value, str) or not is_intrinsic(value):
        _path(spot, value, single=True)
    elif not has_placeholder(value):
        try:
            name = check_intrinsic(value).name
        except PathError as error:
            spot.error(f"{spot.label} {error}", topic="path")
            return
        if name not in RETURNS_TEXT:
            spot.error(f"{spot.label} calls 'States.{name}', which gives no text", topic="path")


def template_value(spot: Spot, value: Asl) -> None:
    """Check what a key ending in `.$` holds: a path or an intrinsic function."""
    if is_open(value):
        return
    if not isinstance(value, str):
        spot.error(
            f"{spot.label} is {kind_of(value)}, neither a path nor an intrinsic function",
            topic="path",
        )
        return
    try:
        if not is_intrinsic(value):
            check_path(value)
            return
        mismatch = check_intrinsic(value).mismatch
    except PathError as error:
        spot.error(f"{spot.label}, '{_short(value)}', {error}", topic="path")
        return
    if mismatch:
        spot.warning(f"{spot.label} {mismatch} of 'States.Format'", topic="path")


def timestamp(spot: Spot, value: Asl) -> None:
    """Check a moment as RFC 3339 writes it, in JSONata also an expression."""
    if is_open(value) or _expressed(spot, value):
        return
    if not isinstance(value, str) or not is_timestamp(value):
        spot.error(f"{spot.label} is {kind_of(value)}, not an RFC 3339 timestamp")


def is_timestamp(value: str) -> bool:
    """Tell whether text is a real moment with a capital T and a `Z` or an offset."""
    match = _TIMESTAMP.match(value)
    if match is None or int(match[3] or 0) > 23 or int(match[4] or 0) > 59:
        return False
    # A leap second is a moment that the calendar of Python does not have.
    clock = match[2].replace(":60", ":59") if match[2].endswith(":60") else match[2]
    try:
        datetime.fromisoformat(f"{match[1]}T{clock}+00:00")
    except ValueError:
        return False
    return True


def _path(spot: Spot, value: Asl, *, single: bool) -> None:
    if is_open(value):
        return
    if not isinstance(value, str):
        spot.error(f"{spot.label} is {kind_of(value)}, not a path", topic="path")
        return
    if is_intrinsic(value):
        spot.error(
            f"{spot.label} is the intrinsic function '{_short(value)}', not a path", topic="path"
        )
        return
    try:
        names_one = check_path(value)
    except PathError as error:
        spot.error(f"{spot.label}, '{_short(value)}', {error}", topic="path")
        return
    if single and not names_one:
        spot.error(f"{spot.label}, '{_short(value)}', can select more than one value", topic="path")


def _expressed(spot: Spot, value: Asl) -> bool:
    """Tell whether a value is an expression where it may be one, and check it."""
    if not spot.jsonata or not isinstance(value, str) or not is_expression(value):
        return False
    expression(spot, value)
    return True


def _foreign(spot: Spot) -> None:
    spot.warning(f"{spot.label} is a JSONata expression in a JSONPath state", topic="undelimited")


def _number(value: float) -> str:
    # Of a number with hundreds of digits the first ones say enough; no float holds it.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _short(str(value))


def _short(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= 60 else f"{line[:59]}…"

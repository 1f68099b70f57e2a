"""Reads the traffic file: YAML or JSON, numbers under names under sections."""

from __future__ import annotations

import re
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING

from advisor.advice.cost.answers import Answer, Answers
from advisor.data.prices import regions
from advisor.documents.load import load_file
from advisor.errors import LoadError
from advisor.templates.tags import long_form

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from advisor.advice.cost.answers import Key
    from advisor.documents.document import Data
    from advisor.documents.location import Pointer
    from advisor.documents.tree import TreeDocument

SECTIONS: dict[str, str] = {
    "defaults": "used for everything that has no value of its own",
    "entries": "events a month at each place where they come in",
    "functions": "what one invocation takes",
    "machines": "what one execution of an Express state machine takes",
    "choices": "share of each way out of a Choice state; they add up to 1",
    "maps": "items that a Map state goes through each time",
    "calls": "calls that one invocation of a function makes",
    "shares": "share of events that go this way, 0 to 1: past a filter, a pattern, a cache",
    "batches": "records handed over in one batch",
    "pollers": "pollers that wait at a queue around the clock",
    "payload_kb": "KB of one message, event, record or request",
    "connection_minutes": "minutes a month that clients are connected to a WebSocket API, summed",
    "nat_gb": "GB a month through a NAT gateway",
    "tables": "request units a month of an on-demand table",
    "buckets": "requests a month to a bucket",
    "prices": "USD for one unit, in place of the price table's",
}
_NESTED = frozenset({"functions", "machines", "choices", "tables", "buckets"})
MOST = Decimal("1e15")
"""The greatest number that is taken; no account has such traffic."""
MOST_ANSWERS = 50_000
_NUMBER = re.compile(r"-?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,6})?\Z")


def read_traffic(file: Path, shown: str) -> Answers:
    """Return what a traffic file says. Raises LoadError with the line of what is wrong in it."""
    document = load_file(file, shown, tags=long_form)
    for duplicate in document.duplicate_keys:
        name = str(duplicate.pointer[-1])
        start = duplicate.again.start
        raise LoadError(shown, f"'{name}' stands here twice", line=start.line, column=start.column)
    data = document.data
    if not isinstance(data, dict):
        text = "a traffic file is a mapping, as '--init' writes it"
        raise LoadError(shown, text, line=1, column=1)
    region = ""
    given: dict[Key, Answer] = {}
    for section, value in data.items():
        if section == "region":
            region = _region(document, value)
        elif section not in SECTIONS:
            close = get_close_matches(section, ["region", *SECTIONS], n=1)
            hint = f", did you mean '{close[0]}'?" if close else ""
            raise _error(document, (section,), f"there is no section '{section}'{hint}")
        else:
            given.update(_section(document, section, value))
            if len(given) > MOST_ANSWERS:
                raise LoadError(shown, f"gives more than {MOST_ANSWERS} numbers")
    return Answers(shown, given, region=region)


def _region(document: TreeDocument, value: Data) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or value not in regions():
        known = ", ".join(regions())
        raise _error(document, ("region",), f"no prices are known for '{value}', but for {known}")
    return value


def _section(document: TreeDocument, section: str, value: Data) -> Iterator[tuple[Key, Answer]]:
    if value is None:
        return
    if not isinstance(value, dict):
        raise _error(document, (section,), f"'{section}' is a mapping of names to numbers")
    for name, item in value.items():
        if section not in _NESTED:
            if item is not None:
                answer = _answer(document, (section, name), item)
                yield (section, name, ""), answer
        elif isinstance(item, dict):
            for field, inner in item.items():
                if inner is not None:
                    yield (section, name, field), _answer(document, (section, name, field), inner)
        elif item is not None:
            raise _error(document, (section, name), f"'{section}.{name}' is a mapping, not a value")


def _answer(document: TreeDocument, pointer: Pointer, value: Data) -> Answer:
    start = document.span(pointer).start
    path = ".".join(str(key) for key in pointer)
    number = _decimal(value)
    if number is None or not number.is_finite():
        text = str(value)[:40]
        raise _error(document, pointer, f"'{path}' is '{text}', which is no number to count with")
    if number < 0:
        raise _error(document, pointer, f"'{path}' is negative")
    if number > MOST:
        raise _error(document, pointer, f"'{path}' is more than {MOST:.0e}, the most that is taken")
    return Answer(number, start.line, start.column)


def _decimal(value: Data) -> Decimal | None:
    """Return a number; YAML reads `1e6` as text, and a float says no more than its digits."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, int):
        return Decimal(value) if value.bit_length() < 128 else Decimal(2) ** 128
    if isinstance(value, str) and _NUMBER.match(value):
        return Decimal(value)
    return None


def _error(document: TreeDocument, pointer: Pointer, text: str) -> LoadError:
    place = document.span(pointer).start
    if len(pointer) == 1:
        place = document.key_span(pointer).start
    return LoadError(document.path, text, line=place.line, column=place.column)


__all__ = ["MOST", "SECTIONS", "read_traffic"]

"""Payload templates: objects whose values are filled in when a state runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.records import replace
from advisor.workflows.jsonata import is_expression
from advisor.workflows.placeholders import Placeholder, walk
from advisor.workflows.validity import checks
from advisor.workflows.validity.problem import Code

if TYPE_CHECKING:
    from advisor.workflows.placeholders import Asl
    from advisor.workflows.validity.problem import Spot

_LOOKS_LIKE_PATH = re.compile(r"\$\$?[.\[]|States\.\w+\(")
_LOOKS_LIKE_EXPRESSION = re.compile(r"\$(?:states|var)\.")
_NAME = re.compile(r"[^\W\d]\w*\Z")

MAX_VARIABLE_NAME = 80
"""Characters of a variable's name."""


def payload(spot: Spot, value: Asl) -> None:
    """Check a payload template in the language that holds at the spot."""
    if isinstance(value, Placeholder):
        return
    for pointer, item in walk(value):
        inside = spot.at(*pointer)
        if isinstance(item, dict):
            _same_keys(inside, item)
        key = pointer[-1] if pointer else ""
        if spot.jsonata:
            _jsonata_leaf(inside, key, item)
        else:
            _jsonpath_leaf(inside, key, item)


def static_result(spot: Spot, value: Asl) -> None:
    """Check the `Result` of a Pass state, which the service never fills in."""
    for pointer, item in walk(value):
        key = pointer[-1] if pointer else ""
        if isinstance(key, str) and key.endswith(".$") and isinstance(item, str):
            spot.at(*pointer).warning(
                f"{spot.label} holds '{key}', but a result is never evaluated",
                code=Code.STATIC_RESULT,
                on_key=True,
                topic="undelimited",
            )


def assignments(spot: Spot, value: Asl) -> None:
    """Check `Assign`: the names of variables, then their values."""
    if isinstance(value, Placeholder):
        return
    if not isinstance(value, dict):
        spot.error(f"{spot.label} is {checks.kind_of(value)}, not an object of variables")
        return
    for key in value:
        name = key if spot.jsonata else key.removesuffix(".$")
        if "${" in name:
            continue
        fault = ""
        if name == "states":
            fault = "is a reserved name"
        elif not _NAME.match(name):
            fault = "is no name for a variable"
        elif len(name) > MAX_VARIABLE_NAME:
            fault = f"has {len(name)} characters, more than {MAX_VARIABLE_NAME}"
        if fault:
            spot.at(key).error(f"variable '{name}' in {spot.label} {fault}", on_key=True)
    payload(spot, value)


def _same_keys(spot: Spot, item: dict[str, Asl]) -> None:
    if spot.jsonata:
        return
    for key in item:
        if key.endswith(".$") and key[:-2] in item:
            spot.at(key).error(f"'{key}' and '{key[:-2]}' are the same field", on_key=True)


def _jsonpath_leaf(spot: Spot, key: str | int, item: Asl) -> None:
    if isinstance(key, str) and key.endswith(".$"):
        checks.template_value(spot, item)
    elif not isinstance(item, str):
        return
    elif is_expression(item):
        spot.warning(
            f"{spot.label} is a JSONata expression in a JSONPath state", topic="undelimited"
        )
    elif _LOOKS_LIKE_PATH.match(item):
        what = f"'{key}' has no '.$'" if isinstance(key, str) else "it stands in a list"
        spot.warning(
            f"{spot.label} passes the text '{item[:60]}' on as it is, because {what}",
            code=Code.NO_DOLLAR,
            topic="undelimited",
        )


def _jsonata_leaf(spot: Spot, key: str | int, item: Asl) -> None:
    if isinstance(key, str) and key.endswith(".$") and len(key) > 2:
        spot.warning(
            f"'{key}' of {spot.owner} has no meaning in JSONata", on_key=True, topic="undelimited"
        )
    if not isinstance(item, str):
        return
    if is_expression(item):
        checks.expression(spot, item)
    elif _LOOKS_LIKE_EXPRESSION.match(item):
        spot.warning(
            f"{spot.label} passes the text '{item[:60]}' on as it is, because it lacks '{{% %}}'",
            topic="undelimited",
        )
    elif item.endswith("%}") and not checks.is_open(item):
        # https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
        spot.error(f"{spot.label} ends with '%}}' but does not start with '{{%'", topic="jsonata")


def with_result(spot: Spot) -> Spot:
    """Return the spot as one where the state's result can be read."""
    kind = spot.state.type if spot.state else ""
    return replace(spot, result=kind in {"Task", "Parallel", "Map"})

"""Rules of Choice states: operators and their operands, nesting, JSONata conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.workflows.validity import checks, payloads
from advisor.workflows.validity.fields import Field, check_fields, takes_any

if TYPE_CHECKING:
    from advisor.workflows.placeholders import Asl
    from advisor.workflows.validity.checks import Check
    from advisor.workflows.validity.problem import Spot


def _boolean(spot: Spot, value: Asl) -> None:
    if not checks.is_open(value) and not isinstance(value, bool):
        spot.error(f"{spot.label} is {checks.kind_of(value)}, neither true nor false")


def _operators() -> dict[str, Check]:
    found: dict[str, Check] = {
        "BooleanEquals": _boolean,
        "BooleanEqualsPath": checks.reference,
        "StringMatches": checks.constant,
        "IsNull": _boolean,
        "IsPresent": _boolean,
        "IsNumeric": _boolean,
        "IsString": _boolean,
        "IsBoolean": _boolean,
        "IsTimestamp": _boolean,
    }
    operands: dict[str, Check] = {
        "String": checks.constant,
        "Numeric": checks.number(float("-inf")),
        "Timestamp": checks.timestamp,
    }
    relations = ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")
    for kind, check in operands.items():
        for relation in relations:
            found[f"{kind}{relation}"] = check
            found[f"{kind}{relation}Path"] = checks.reference
    return found


OPERATORS = _operators()
"""Comparison operator → what its operand may be."""

_LOGICAL = ("And", "Or", "Not")
_OUTPUT_FIELDS = {"Assign": Field(payloads.assignments), "Comment": Field(checks.constant)}


def check_choices(spot: Spot, value: Asl) -> None:
    """Check the rules of a Choice state."""
    if checks.is_open(value):
        return
    if not isinstance(value, list):
        spot.error(f"{spot.label} is {checks.kind_of(value)}, not a list of rules")
        return
    if not value:
        spot.error(f"{spot.label} is empty")
    for index, rule in enumerate(value):
        inside = spot.at(index)
        if checks.is_open(rule):
            continue
        if not isinstance(rule, dict):
            inside.error(f"rule {index + 1} in {spot.label} is {checks.kind_of(rule)}")
            continue
        if "Next" not in rule and not any(map(takes_any, rule)):
            inside.error(f"rule {index + 1} in {spot.label} has no 'Next'")
        if spot.jsonata:
            _condition(inside, rule)
        else:
            _comparison(inside, rule)


def _condition(spot: Spot, rule: dict[str, Asl]) -> None:
    """Check a rule in JSONata."""
    fields = _OUTPUT_FIELDS | {
        "Next": Field(_skip),
        "Condition": Field(_truth),
        "Output": Field(payloads.payload),
    }
    check_fields(spot, rule, fields, what="a rule in JSONata")
    if "Condition" not in rule and not any(map(takes_any, rule)):
        spot.error(f"a rule in 'Choices' of {spot.owner} has no 'Condition'")


def _truth(spot: Spot, value: Asl) -> None:
    if isinstance(value, str) and not checks.is_open(value) and not value.startswith("{%"):
        spot.error(f"{spot.label} is {checks.kind_of(value)}, no expression")
        return
    checks.flag(spot, value)


def _skip(_spot: Spot, _value: Asl) -> None:
    """Accept: targets are checked with the graph."""


def _comparison(spot: Spot, rule: dict[str, Asl]) -> None:
    """Check a rule in JSONPath with all that is nested in it."""
    waiting: list[tuple[Spot, Asl, bool]] = [(spot, rule, True)]
    while waiting:
        here, data, outer = waiting.pop()
        if checks.is_open(data):
            continue
        if not isinstance(data, dict):
            here.error(f"a rule in 'Choices' of {spot.owner} is {checks.kind_of(data)}")
            continue
        if any(map(takes_any, data)):
            continue
        logical = [name for name in _LOGICAL if name in data]
        waiting.extend((nested, item, False) for nested, item in _nested(here, data, logical))
        _one_rule(here, data, logical, outer=outer)


def _nested(spot: Spot, data: dict[str, Asl], logical: list[str]) -> list[tuple[Spot, Asl]]:
    found: list[tuple[Spot, Asl]] = []
    for name in logical:
        inside, value = spot.at(name), data[name]
        if name == "Not":
            found.append((inside, value))
        elif isinstance(value, list) and value:
            found.extend((inside.at(index), item) for index, item in enumerate(value))
        elif not checks.is_open(value):
            what = "is empty" if value == [] else f"is {checks.kind_of(value)}, not a list"
            inside.error(f"{inside.label} {what}")
    return found


def _one_rule(spot: Spot, data: dict[str, Asl], logical: list[str], *, outer: bool) -> None:
    operators = [name for name in data if name in OPERATORS]
    fields = dict.fromkeys((*_LOGICAL, "Variable"), Field(_skip)) | {
        name: Field(OPERATORS[name]) for name in operators
    }
    fields["Comment"] = _OUTPUT_FIELDS["Comment"]
    if outer:
        fields |= {"Next": Field(_skip), "Assign": Field(payloads.assignments)}
    known = {name: value for name, value in data.items() if name in fields}
    for name in data:
        if name not in fields:
            spot.at(name).error(_foreign(spot, name, outer=outer), on_key=True)
    check_fields(spot, known, fields, what="a rule")
    if len(logical) + len(operators) > 1:
        names = ", ".join(f"'{name}'" for name in [*logical, *operators])
        spot.error(f"a rule in 'Choices' of {spot.owner} compares more than once: {names}")
    if logical:
        if "Variable" in data:
            spot.at("Variable").error(
                f"'Variable' of {spot.owner} stands beside '{logical[0]}'", on_key=True
            )
        return
    if "Variable" in data:
        checks.path(spot.at("Variable"), data["Variable"])
        if data["Variable"] is None:
            spot.at("Variable").error(f"'Variable' of {spot.owner} is null, not a path")
    else:
        spot.error(f"a rule in 'Choices' of {spot.owner} has no 'Variable'")
    if not operators and not any(name not in fields for name in data):
        spot.error(f"a rule in 'Choices' of {spot.owner} has no comparison")


def _foreign(spot: Spot, name: str, *, outer: bool) -> str:
    if name in {"Next", "Assign"} and not outer:
        return f"'{name}' in a nested rule of {spot.owner} has no effect and is refused"
    if name in {"Condition", "Output"}:
        return f"{spot.named(name)} is a field of JSONata, but the state uses JSONPath"
    return f"{spot.named(name)} is no comparison operator"

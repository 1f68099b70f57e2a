"""Which fields a state of each type takes, in which query language, and what each may hold.

Sources: https://states-language.net/spec.html and
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from advisor.workflows.validity import checks, payloads

if TYPE_CHECKING:
    from advisor.workflows.placeholders import Asl
    from advisor.workflows.validity.checks import Check
    from advisor.workflows.validity.problem import Spot


class Field(NamedTuple):
    """What a field may hold; `only` names the query language that alone has it."""

    check: Check
    only: str = ""


def _anything(_spot: Spot, _value: Asl) -> None:
    """Accept: another check looks at it as a whole."""


def _with_result(spot: Spot, value: Asl) -> None:
    payloads.payload(payloads.with_result(spot), value)


def _assign(spot: Spot, value: Asl) -> None:
    payloads.assignments(payloads.with_result(spot), value)


def _arguments(spot: Spot, value: Asl) -> None:
    if not isinstance(value, (dict, str)) and not checks.is_open(value):
        spot.error(f"{spot.label} is {checks.kind_of(value)}, not an object")
        return
    payloads.payload(spot, value)


def _items(spot: Spot, value: Asl) -> None:
    if isinstance(value, str) and not checks.is_open(value) and "{%" not in value:
        spot.error(f"{spot.label} is {checks.kind_of(value)}, neither a list nor an expression")
        return
    payloads.payload(spot, value)


_SECONDS = checks.whole(1, checks.SECONDS_LIMIT)
_COUNT = checks.whole(0)

_LANGUAGE = Field(checks.one_of("JSONPath", "JSONata"))
_PATH = Field(checks.path, "JSONPath")
_REFERENCE = Field(checks.reference, "JSONPath")
_PAYLOAD = Field(payloads.payload, "JSONPath")
_RESULT_PATH = Field(checks.result_path, "JSONPath")
_OUTPUT = Field(_with_result, "JSONata")
_ARGUMENTS = Field(_arguments, "JSONata")
_ASSIGN = Field(_assign)
_WHOLE = Field(_anything)

_EVERY: dict[str, Field] = {
    "Type": _WHOLE,
    "Comment": Field(checks.constant),
    "QueryLanguage": _LANGUAGE,
}
_NEXT = {"Next": _WHOLE, "End": _WHOLE}
_IO = {"InputPath": _PATH, "OutputPath": _PATH, "Output": _OUTPUT}
_RESULT = {"Parameters": _PAYLOAD, "ResultPath": _RESULT_PATH}
_SELECTOR = {"ResultSelector": _PAYLOAD}
_FAILURES = {"Retry": _WHOLE, "Catch": _WHOLE}

STATE_FIELDS: dict[str, dict[str, Field]] = {
    "Pass": _EVERY | _NEXT | _IO | _RESULT | {"Assign": _ASSIGN, "Result": Field(_anything)},
    "Task": _EVERY
    | _NEXT
    | _IO
    | _RESULT
    | _SELECTOR
    | _FAILURES
    | {
        "Arguments": _ARGUMENTS,
        "Assign": _ASSIGN,
        "Resource": _WHOLE,
        "Credentials": Field(payloads.payload),
        "TimeoutSeconds": Field(_SECONDS),
        "TimeoutSecondsPath": _REFERENCE,
        "HeartbeatSeconds": Field(_SECONDS),
        "HeartbeatSecondsPath": _REFERENCE,
    },
    "Choice": _EVERY | _IO | {"Assign": _ASSIGN, "Choices": _WHOLE, "Default": _WHOLE},
    "Wait": _EVERY
    | _NEXT
    | _IO
    | {
        "Assign": _ASSIGN,
        "Seconds": Field(checks.whole(0, checks.SECONDS_LIMIT)),
        "SecondsPath": _REFERENCE,
        "Timestamp": Field(checks.timestamp),
        "TimestampPath": _REFERENCE,
    },
    "Succeed": _EVERY | _IO,
    "Fail": _EVERY
    | {
        "Error": Field(checks.text),
        "ErrorPath": Field(checks.text_path, "JSONPath"),
        "Cause": Field(checks.text),
        "CausePath": Field(checks.text_path, "JSONPath"),
    },
    "Parallel": _EVERY
    | _NEXT
    | _IO
    | _RESULT
    | _SELECTOR
    | _FAILURES
    | {"Arguments": _ARGUMENTS, "Assign": _ASSIGN, "Branches": _WHOLE},
    "Map": _EVERY
    | _NEXT
    | _IO
    | _RESULT
    | _SELECTOR
    | _FAILURES
    | {
        "Assign": _ASSIGN,
        "ItemProcessor": _WHOLE,
        "Iterator": _WHOLE,
        "ItemsPath": _REFERENCE,
        "Items": Field(_items, "JSONata"),
        "ItemReader": _WHOLE,
        "ItemSelector": Field(payloads.payload),
        "ItemBatcher": _WHOLE,
        "ResultWriter": _WHOLE,
        "MaxConcurrency": Field(_COUNT),
        "MaxConcurrencyPath": _REFERENCE,
        "ToleratedFailureCount": Field(_COUNT),
        "ToleratedFailureCountPath": _REFERENCE,
        "ToleratedFailurePercentage": Field(checks.number(0, 100)),
        "ToleratedFailurePercentagePath": _REFERENCE,
        "Label": _WHOLE,
    },
}
"""Type → field → what it may hold."""

MACHINE_FIELDS = {
    "Comment": Field(checks.constant),
    "StartAt": _WHOLE,
    "States": _WHOLE,
    "Version": Field(checks.constant),
    "TimeoutSeconds": Field(_SECONDS),
    "QueryLanguage": _LANGUAGE,
}
"""Fields of the machine itself."""

BRANCH_FIELDS = {name: MACHINE_FIELDS[name] for name in ("Comment", "StartAt", "States")}
"""Fields of a branch of a Parallel state."""

PROCESSOR_FIELDS = BRANCH_FIELDS | {"ProcessorConfig": _WHOLE}
"""Fields of the processor of a Map state."""

REQUIRED = {
    "Task": ("Resource",),
    "Choice": ("Choices",),
    "Parallel": ("Branches",),
}
"""Type → fields that it cannot be without."""

EXCLUSIVE = {
    "Task": (
        ("TimeoutSeconds", "TimeoutSecondsPath"),
        ("HeartbeatSeconds", "HeartbeatSecondsPath"),
    ),
    "Fail": (("Error", "ErrorPath"), ("Cause", "CausePath")),
    "Map": (
        ("ItemProcessor", "Iterator"),
        ("ItemSelector", "Parameters"),
        ("MaxConcurrency", "MaxConcurrencyPath"),
        ("ToleratedFailureCount", "ToleratedFailureCountPath"),
        ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
    ),
}
"""Type → groups of fields of which at most one can be there."""

WAITS = ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")
"""Fields of a Wait state of which exactly one must be there."""


def takes_any(name: str) -> bool:
    """Tell whether a key is none of the language: deployment replaces it."""
    return name.startswith("Fn::") or "${" in name


def check_fields(spot: Spot, data: dict[str, Asl], fields: dict[str, Field], *, what: str) -> None:
    """Check every field of an object: whether it exists, in this language, and its value."""
    for name, value in data.items():
        field = fields.get(name)
        inside = spot.at(name)
        if field is None:
            if not takes_any(name):
                inside.error(f"{spot.named(name)} is no field of {what}", on_key=True)
            continue
        language = "JSONata" if spot.jsonata else "JSONPath"
        if field.only and field.only != language:
            inside.error(
                f"{spot.named(name)} is a field of {field.only}, but the state uses {language}",
                on_key=True,
                topic="language",
            )
            continue
        field.check(inside, value)


def check_exclusive(spot: Spot, data: dict[str, Asl], groups: tuple[tuple[str, ...], ...]) -> None:
    """Check that no two fields of a group are there."""
    for group in groups:
        there = [name for name in group if name in data]
        if len(there) > 1:
            spot.at(there[1]).error(
                f"{spot.named(there[0])} and '{there[1]}' exclude each other", on_key=True
            )

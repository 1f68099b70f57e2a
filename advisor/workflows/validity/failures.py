"""`Retry` and `Catch`: fields, bounds, error names and their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.records import replace
from advisor.workflows.placeholders import Placeholder
from advisor.workflows.validity import checks, payloads
from advisor.workflows.validity.fields import Field, check_fields, takes_any

if TYPE_CHECKING:
    from advisor.workflows.placeholders import Asl
    from advisor.workflows.validity.problem import Spot

PREDEFINED = frozenset(
    f"States.{name}"
    for name in (
        "ALL",
        "HeartbeatTimeout",
        "Timeout",
        "TaskFailed",
        "Permissions",
        "ResultPathMatchFailure",
        "ParameterPathFailure",
        "BranchFailed",
        "NoChoiceMatched",
        "IntrinsicFailure",
        "ExceedToleratedFailureThreshold",
        "ItemReaderFailed",
        "ResultWriterFailed",
        "QueryEvaluationError",
        "DataLimitExceeded",
        "Runtime",
    )
)
"""Error names that the service itself raises.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""


def is_predefined(name: str) -> bool:
    """Tell whether the service itself raises an error of the name."""
    return name in PREDEFINED or name.startswith("States.Http.")


_NOT_RETRIABLE = {"States.Runtime", "States.DataLimitExceeded"}
_MAX_DELAY = 31_622_400
_WHOLE_LIMIT = checks.SECONDS_LIMIT


def _skip(_spot: Spot, _value: Asl) -> None:
    """Accept: another check looks at it."""


_RETRIER = {
    "ErrorEquals": Field(_skip),
    "Comment": Field(checks.constant),
    "IntervalSeconds": Field(checks.whole(1, _WHOLE_LIMIT)),
    "MaxAttempts": Field(checks.whole(0, _WHOLE_LIMIT)),
    "BackoffRate": Field(checks.number(1)),
    "MaxDelaySeconds": Field(checks.whole(1, _MAX_DELAY)),
    "JitterStrategy": Field(checks.one_of("FULL", "NONE")),
}
_CATCHER = {
    "ErrorEquals": Field(_skip),
    "Comment": Field(checks.constant),
    "Next": Field(_skip),
    "ResultPath": Field(checks.result_path, "JSONPath"),
    "Output": Field(payloads.payload, "JSONata"),
    "Assign": Field(payloads.assignments),
}


def check_failures(spot: Spot, data: dict[str, Asl]) -> None:
    """Check `Retry` and `Catch` of a state that has them."""
    for name, fields, what in (("Retry", _RETRIER, "a retrier"), ("Catch", _CATCHER, "a catcher")):
        if name not in data or isinstance(data[name], Placeholder):
            continue
        inside, entries = spot.at(name), data[name]
        if not isinstance(entries, list):
            inside.error(f"{inside.label} is {checks.kind_of(entries)}, not a list")
            continue
        if name == "Retry":
            # A retrier's numbers are constants, whatever the language.
            inside = replace(inside, jsonata=False)
        else:
            inside = replace(inside, error_output=True)
        for index, entry in enumerate(entries):
            if checks.is_open(entry):
                continue
            if not isinstance(entry, dict):
                inside.at(index).error(f"{what} of {spot.owner} is {checks.kind_of(entry)}")
                continue
            check_fields(inside.at(index), entry, fields, what=what)
            _entry(inside.at(index), entry, is_retry=name == "Retry")
        _order(inside, entries)


def _entry(spot: Spot, entry: dict[str, Asl], *, is_retry: bool) -> None:
    what = "retrier" if is_retry else "catcher"
    if any(map(takes_any, entry)):
        return
    if not is_retry and "Next" not in entry:
        spot.error(f"a catcher of {spot.owner} has no 'Next'")
    if "ErrorEquals" not in entry:
        spot.error(f"a {what} of {spot.owner} has no 'ErrorEquals'")
    else:
        _errors(spot.at("ErrorEquals"), entry["ErrorEquals"])
    interval, longest = entry.get("IntervalSeconds", 1), entry.get("MaxDelaySeconds")
    if _is_number(interval) and _is_number(longest) and longest <= interval:  # type: ignore[operator]  # both are numbers
        spot.at("MaxDelaySeconds").error(
            f"{spot.named('MaxDelaySeconds')} is {longest},"
            f" not more than 'IntervalSeconds', {interval}"
        )


def _errors(spot: Spot, value: Asl) -> None:
    if checks.is_open(value):
        return
    if not isinstance(value, list):
        spot.error(f"{spot.label} is {checks.kind_of(value)}, not a list of error names")
        return
    if not value:
        spot.error(f"{spot.label} is empty")
    for index, name in enumerate(value):
        if checks.is_open(name):
            continue
        if not isinstance(name, str):
            spot.at(index).error(f"{spot.label} holds {checks.kind_of(name)}, not an error name")
        elif name == "States.ALL" and len(value) > 1:
            spot.at(index).error(f"'States.ALL' in {spot.label} does not stand alone")
        elif name.startswith("States.") and not is_predefined(name):
            raised = name in spot.report.raised
            fact = (
                "begins with 'States.', which is reserved for the errors of Step Functions"
                if raised
                else "is no error that Step Functions raises"
            )
            spot.at(index).warning(
                f"'{name}' in {spot.label} {fact}",
                topic="reserved-error-name" if raised else "error-name",
            )


def _order(spot: Spot, entries: list[Asl]) -> None:
    """Check that nothing follows an entry that answers everything, and no name comes twice."""
    seen: dict[str, int] = {}
    is_retry = spot.pointer[-1] == "Retry"
    for index, entry in enumerate(entries):
        errors = entry.get("ErrorEquals") if isinstance(entry, dict) else None
        listed = errors if isinstance(errors, list) else []
        names = [name for name in listed if isinstance(name, str)]
        if "States.ALL" in names and index < len(entries) - 1:
            spot.at(index, "ErrorEquals").error(
                f"'States.ALL' in {spot.label} is not in its last entry"
            )
        if names and all(_is_answered(name, seen) for name in names) and len(names) == len(listed):
            quoted = [f"'{name}'" for name in names]
            last = " and ".join(["", quoted.pop()] if len(quoted) > 1 else [quoted.pop()])
            verb = "is" if not quoted else "are"
            spot.at(index, "ErrorEquals").warning(
                f"entry {index + 1} in {spot.label} never applies: {', '.join(quoted)}{last}"
                f" {verb} answered before",
                topic="dead-handler",
            )
        if is_retry and names and all(name in _NOT_RETRIABLE for name in names):
            spot.at(index, "ErrorEquals").warning(
                f"'{names[0]}' in {spot.label} is never retried", topic="dead-handler"
            )
        for name in names:
            seen.setdefault(name, index)


def _is_answered(name: str, seen: dict[str, int]) -> bool:
    """Tell whether an earlier entry answers an error: by its name, or as any failure of a task.

    Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    return name in seen or ("States.TaskFailed" in seen and not name.startswith("States."))


def _is_number(value: Asl) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)

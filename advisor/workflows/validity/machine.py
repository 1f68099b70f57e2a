"""Judge a whole definition: its scopes, its states, its transitions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.workflows.model import Language, ScopeKind
from advisor.workflows.placeholders import Placeholder, has_placeholder
from advisor.workflows.validity import checks
from advisor.workflows.validity.choices import check_choices
from advisor.workflows.validity.failures import check_failures
from advisor.workflows.validity.fields import (
    BRANCH_FIELDS,
    EXCLUSIVE,
    MACHINE_FIELDS,
    PROCESSOR_FIELDS,
    REQUIRED,
    STATE_FIELDS,
    WAITS,
    check_exclusive,
    check_fields,
    takes_any,
)
from advisor.workflows.validity.graph import check_names, check_transitions, described
from advisor.workflows.validity.maps import check_labels, check_map
from advisor.workflows.validity.payloads import static_result
from advisor.workflows.validity.problem import Code, Report, Spot
from advisor.workflows.validity.tasks import check_express, check_task
from advisor.workflows.validity.variables import check_variables

if TYPE_CHECKING:
    from advisor.workflows.model import Scope, State, Workflow
    from advisor.workflows.placeholders import Asl
    from advisor.workflows.validity.problem import Problem

MAX_NAME = 80
"""Characters of a state's name."""

MAX_BYTES = 1024 * 1024
"""Size of a definition. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""

_FIELDS = {
    ScopeKind.MACHINE: (MACHINE_FIELDS, "a state machine"),
    ScopeKind.BRANCH: (BRANCH_FIELDS, "a branch"),
    ScopeKind.PROCESSOR: (PROCESSOR_FIELDS, "a Map's processor"),
}
_YAML_BOOLEAN = re.compile(r"(?i:yes|no|on|off|true|false|y|n|null|~)\Z|[-+.\d][\d_.eE+-]*\Z")


def validate(workflow: Workflow, *, machine_type: str | None = None) -> list[Problem]:
    """Return what the service refuses in a definition, and what in it cannot be meant.

    `machine_type` is `STANDARD` or `EXPRESS`; None where nothing says, which judges neither.
    """
    if machine_type not in workflow.problems:
        workflow.problems[machine_type] = _problems(workflow, machine_type)
    return workflow.problems[machine_type]


def _problems(workflow: Workflow, machine_type: str | None) -> list[Problem]:
    report = Report(workflow, machine_type)
    if not isinstance(workflow.data, dict):
        if not isinstance(workflow.data, Placeholder):
            what = checks.kind_of(workflow.data)
            report.error((), f"the definition is {what}, not an object", code=Code.JSON)
        return report.problems
    if workflow.size > MAX_BYTES:
        report.error((), f"the definition has {workflow.size} bytes, more than {MAX_BYTES}")
    for scope in workflow.scopes:
        _scope(report, scope)
    check_names(report)
    check_labels(report)
    check_variables(report)
    check_express(report)
    return report.problems


def _scope(report: Report, scope: Scope) -> None:
    fields, what = _FIELDS[scope.kind]
    owner = f"'{scope.owner.name}'" if scope.owner else "the state machine"
    spot = Spot(report, scope.pointer, owner, scope.owner)
    check_fields(spot, dict(scope.data), fields, what=what)
    states = scope.data.get("States")
    if any(map(takes_any, scope.data)):
        return
    if "States" not in scope.data:
        spot.error(f"{described(scope)} has no 'States'")
    elif not isinstance(states, (dict, Placeholder)):
        spot.at("States").error(f"'States' of {owner} is {checks.kind_of(states)}, not an object")
    elif not states:
        spot.at("States").error(f"'States' of {owner} is empty")
    for name, data in states.items() if isinstance(states, dict) else ():
        if name in scope.states:
            _state(report, scope.states[name])
        elif not isinstance(data, Placeholder) and not takes_any(name):
            _not_a_state(spot.at("States", name), name, data)
    check_transitions(spot, scope)


def _not_a_state(spot: Spot, name: str, data: Asl) -> None:
    if name in MACHINE_FIELDS:
        spot.error(f"'{name}' stands among the states, one level too deep", on_key=True)
    else:
        spot.error(f"state '{name}' is {checks.kind_of(data)}, not an object", on_key=True)


# --- states -----------------------------------------------------------------------------------


def _state(report: Report, state: State) -> None:
    spot = Spot(report, state.pointer, f"'{state.name}'", state, state.is_jsonata)
    _name(spot, state)
    fields = STATE_FIELDS.get(state.type)
    if fields is None:
        _unknown_type(spot, state)
        return
    data = dict(state.data)
    check_fields(spot, data, fields, what=f"a {state.type} state")
    if (
        state.workflow.language is Language.JSONATA
        and data.get("QueryLanguage") == Language.JSONPATH.value
    ):
        spot.at("QueryLanguage").error(
            f"'{state.name}' goes back to JSONPath in a JSONata state machine", topic="language"
        )
    for name in REQUIRED.get(state.type, ()):
        if name not in data and not any(map(takes_any, data)):
            spot.error(f"'{state.name}' is a {state.type} state without '{name}'", on_key=True)
    check_exclusive(spot, data, EXCLUSIVE.get(state.type, ()))
    if "Next" in fields:
        _way_out(spot, data)
    if "Retry" in fields:
        check_failures(spot, data)
    _by_type(spot, state, data)


def _by_type(spot: Spot, state: State, data: dict[str, Asl]) -> None:
    if state.type == "Choice" and "Choices" in data:
        check_choices(spot.at("Choices"), data["Choices"])
    elif state.type == "Wait":
        _wait(spot, data)
    elif state.type == "Pass" and "Result" in data:
        static_result(spot.at("Result"), data["Result"])
        if state.is_jsonata:
            spot.at("Result").warning(
                f"'Result' of {spot.owner} is a field of JSONPath, but the state uses JSONata",
                on_key=True,
                topic="language",
            )
    elif state.type == "Parallel" and "Branches" in data:
        _branches(spot.at("Branches"), data["Branches"])
    elif state.type == "Map":
        check_map(spot, state)
    elif state.type == "Task":
        check_task(spot, state)


def _name(spot: Spot, state: State) -> None:
    if has_placeholder(state.name):
        return
    if not 1 <= len(state.name) <= MAX_NAME:
        shown = f"'{state.name[:40]}…'" if state.name else "''"
        spot.error(
            f"the name of state {shown} has {len(state.name)} characters, not 1 to {MAX_NAME}",
            code=Code.NAME,
            on_key=True,
        )
    if _YAML_BOOLEAN.match(state.name) and _is_yaml_typed(spot, state):
        spot.error(
            f"YAML reads the name of state '{state.name}' as {_is_yaml_typed(spot, state)}",
            code=Code.NAME,
            on_key=True,
            topic="yaml",
        )


def _is_yaml_typed(spot: Spot, state: State) -> str:
    """Return the type that YAML sees in a state's name where that is no text; else nothing."""
    from advisor.documents.document import Syntax
    from advisor.documents.tree import TreeDocument
    from advisor.workflows.places import DocumentPlaces

    places = spot.report.workflow.places
    if not isinstance(places, DocumentPlaces) or not isinstance(places.document, TreeDocument):
        return ""
    if places.document.syntax is not Syntax.YAML:
        return ""
    words = {"bool": "a boolean", "int": "a number", "float": "a number", "null": "null"}
    try:
        return words.get(places.document.key_type((*places.prefix, *state.pointer)), "")
    except KeyError:
        return ""


def _unknown_type(spot: Spot, state: State) -> None:
    if any(map(takes_any, state.data)) or isinstance(state.data.get("Type"), Placeholder):
        return
    if "Type" not in state.data:
        hint = ": a field one level too deep" if state.name in MACHINE_FIELDS else ""
        spot.error(f"state '{state.name}' has no 'Type'{hint}", on_key=True)
    elif not checks.is_open(state.type) or not state.type:
        kind = checks.kind_of(state.data["Type"])
        spot.at("Type").error(f"'Type' of '{state.name}' is {kind}, no type of state")


def _way_out(spot: Spot, data: dict[str, Asl]) -> None:
    if any(map(takes_any, data)):
        return
    if "End" in data and not isinstance(data["End"], (bool, Placeholder)):
        spot.at("End").error(f"'End' of {spot.owner} is {checks.kind_of(data['End'])}, not true")
    elif data.get("End") is False:
        if "Next" not in data:
            spot.at("End").error(
                f"'End' of {spot.owner} is false, and it has no 'Next'", topic="way-out"
            )
        return
    if "Next" in data and "End" in data:
        spot.at("End").error(
            f"{spot.owner} has both 'Next' and 'End'", on_key=True, topic="way-out"
        )
    elif "Next" not in data and "End" not in data:
        spot.error(f"{spot.owner} has neither 'Next' nor 'End'", on_key=True, topic="way-out")


def _wait(spot: Spot, data: dict[str, Asl]) -> None:
    there = [name for name in WAITS if name in data]
    if not there and not any(map(takes_any, data)):
        spot.error(f"{spot.owner} is a Wait state without 'Seconds' or 'Timestamp'", on_key=True)
    elif len(there) > 1:
        names = " and ".join(f"'{name}'" for name in there)
        spot.at(there[1]).error(f"{spot.owner} waits by {names} at once", on_key=True)


def _branches(spot: Spot, value: Asl) -> None:
    if checks.is_open(value):
        return
    if not isinstance(value, list):
        spot.error(f"{spot.label} is {checks.kind_of(value)}, not a list")
        return
    if not value:
        spot.error(f"{spot.label} is empty")
    for index, branch in enumerate(value):
        if not isinstance(branch, (dict, Placeholder)):
            spot.at(index).error(f"{spot.label} holds {checks.kind_of(branch)}, not a branch")

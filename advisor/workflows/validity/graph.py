"""Transitions of a scope: targets that exist, an end, states that can be reached, names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.workflows.model import ScopeKind, TransitionKind
from advisor.workflows.placeholders import has_placeholder
from advisor.workflows.validity import checks
from advisor.workflows.validity.fields import STATE_FIELDS, takes_any
from advisor.workflows.validity.problem import Code, Spot

if TYPE_CHECKING:
    from advisor.workflows.model import Scope, State
    from advisor.workflows.placeholders import Asl
    from advisor.workflows.validity.problem import Report


def described(scope: Scope) -> str:
    """Return a scope in words."""
    if scope.owner is None:
        return "the state machine"
    part = "a branch" if scope.kind is ScopeKind.BRANCH else "the processor"
    return f"{part} of '{scope.owner.name}'"


def check_transitions(spot: Spot, scope: Scope) -> None:
    """Check where a scope starts, where its states lead, and that it can end."""
    start = scope.data.get("StartAt")
    meant: list[State | None] = []
    if "StartAt" not in scope.data:
        spot.error(f"{described(scope)} has no 'StartAt'")
    elif isinstance(start, str) and not has_placeholder(start):
        if not _is_declared(scope, start) and scope.data.get("States"):
            what = f"'StartAt' of {described(scope)}"
            meant.append(_missing(spot.at("StartAt"), scope, start, what=what))
    elif not checks.is_open(start):
        spot.at("StartAt").error(f"'StartAt' is {checks.kind_of(start)}, not the name of a state")
    is_open = scope.is_open or checks.is_open(start)
    for state in scope.states.values():
        is_open |= any(map(takes_any, state.data)) or checks.is_open(state.type)
        for transition in state.transitions:
            target = transition.target
            if target is None:
                is_open = True
                _no_target(spot, transition.pointer, state)
            elif not _is_declared(scope, target) and not _is_refused(state, transition.kind):
                place = Spot(spot.report, transition.pointer, f"'{state.name}'", state)
                what = _naming(transition.kind, state)
                meant.append(_missing(place, scope, target, what=what))
    if is_open or not scope.states:
        return
    states = scope.states.values()
    ends = any(state.is_terminal for state in states)
    if not ends and not meant and all(map(_is_plain, states)):
        spot.at("States").error(
            f"{described(scope)} has no state that ends it", code=Code.END, on_key=True
        )
    if scope.start is None:
        return
    # What only a misspelt name leads to is not a second fault.
    reached = scope.reachable(*(state for state in meant if state is not None))
    for name, state in scope.states.items():
        if name not in reached:
            spot.report.error(
                state.pointer,
                f"state '{name}' cannot be reached from '{start}'",
                on_key=True,
                topic="unreachable",
            )


def _is_plain(state: State) -> bool:
    """Tell whether the state's ways out are written as they have to be."""
    if state.type not in STATE_FIELDS:
        return False
    if "Next" not in STATE_FIELDS[state.type]:
        return True
    return "Next" in state.data or state.data.get("End") is True


def _is_declared(scope: Scope, name: str) -> bool:
    """Tell whether a state of the name is written down, even if it is not usable."""
    states = scope.data.get("States")
    return scope.is_open or (isinstance(states, dict) and name in states)


def _is_refused(state: State, kind: TransitionKind) -> bool:
    """Tell whether the field itself is refused, so that its target does not matter."""
    fields = STATE_FIELDS.get(state.type, {})
    name = kind.value
    return bool(fields) and name not in fields


def _naming(kind: TransitionKind, state: State) -> str:
    inside = {
        TransitionKind.CHOICE: "'Next' in a rule",
        TransitionKind.CATCH: "'Next' in a catcher",
    }
    return f"{inside.get(kind, repr(kind.value))} of '{state.name}'"


def _no_target(spot: Spot, pointer: tuple[str | int, ...], state: State) -> None:
    value: Asl = dict(state.data)
    for key in pointer[len(state.pointer) :]:
        value = value[key] if isinstance(value, (dict, list)) else None  # type: ignore[index]  # the pointer was made from this data
    if checks.is_open(value):
        return
    spot.report.error(
        pointer,
        f"'{pointer[-1]}' of '{state.name}' is {checks.kind_of(value)}, not the name of a state",
        topic="yaml" if isinstance(value, bool) else "",
    )


def _missing(spot: Spot, scope: Scope, target: str, *, what: str) -> State | None:
    """Add that a target is not there; return the state of the scope that may be meant."""
    elsewhere = spot.report.by_name.get(target)
    if elsewhere is not None:
        spot.error(
            f"{what} names '{target}', which is a state of {described(elsewhere.scope)}",
            code=Code.TARGET,
        )
        return None
    near = spot.report.near(target, scope.states)
    hint = f"; there is '{near}'" if near else ""
    spot.error(
        f"{what} names '{target}', which does not exist{hint}",
        code=Code.TARGET,
        suggestion=near or "",
    )
    return scope.states[near] if near else None


def check_names(report: Report) -> None:
    """Check that no name of a state comes twice, in whichever scopes."""
    seen: dict[str, State] = {}
    for state in report.workflow.states():
        first = seen.setdefault(state.name, state)
        if first is not state and not has_placeholder(state.name):
            report.error(
                state.pointer,
                f"state '{state.name}' is there twice in the definition",
                code=Code.DUPLICATE_NAME,
                on_key=True,
                related=(first.pointer,),
            )

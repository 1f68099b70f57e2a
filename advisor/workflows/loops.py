"""Cycles of a state machine, what one round of them costs, and how long fixed waits last.

Event counts are what a Standard execution records per state; a history ends at 25,000 events.
Source: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from advisor.records import record
from advisor.templates.values import Unknown
from advisor.workflows.placeholders import walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.workflows.model import Scope, State, Workflow

HISTORY_EVENTS = 25_000
"""Events after which a Standard execution fails."""

_STEP_EVENTS = 2
_TASK_EVENTS = 5
_WAITING_TASK_EVENTS = 6
_NUMERIC = re.compile(r"Numeric\w+\Z")
_COMPARES_NUMBER = re.compile(r"[<>]=?|=\s*\d|\d\s*=")


@record(frozen=True, eq=False)
class Loop:
    """States of one scope that can all be reached from one another."""

    scope: Scope
    states: tuple[State, ...]

    @property
    def waits(self) -> tuple[State, ...]:
        """The Wait states in it."""
        return tuple(state for state in self.states if state.type == "Wait")

    @property
    def choices(self) -> tuple[State, ...]:
        """The Choice states in it."""
        return tuple(state for state in self.states if state.type == "Choice")

    @property
    def exits(self) -> tuple[State, ...]:
        """The states that it can go on to, or through which it can end."""
        inside = set(self.states)
        found = {
            transition.state: None
            for state in self.states
            for transition in state.transitions
            if transition.state is not None and transition.state not in inside
        }
        return tuple(found)

    @property
    def seconds(self) -> float | None:
        """Seconds that the Wait states of one round take; None where one of them is not known."""
        total = 0.0
        for state in self.waits:
            seconds = state.seconds("Seconds")
            if seconds is None or isinstance(seconds, Unknown):
                return None
            total += seconds
        return total

    @property
    def events(self) -> int:
        """History events of one round through all of its states."""
        return sum(history_events(state) for state in self.states)

    @property
    def rounds(self) -> int:
        """Rounds until the history of a Standard execution is full."""
        return HISTORY_EVENTS // max(self.events, 1)

    @property
    def lifetime(self) -> float | None:
        """Seconds of waiting until the history is full; None where a wait is not known."""
        seconds = self.seconds
        return None if seconds is None else self.rounds * seconds

    @property
    def compares_number(self) -> bool:
        """Whether a Choice in it compares a number, as one that counts rounds does."""
        return any(map(_compares_number, self.choices))


def find_loops(workflow: Workflow) -> list[Loop]:
    """Return all loops of all scopes, in reading order."""
    return [loop for scope in workflow.scopes for loop in _loops(scope)]


def history_events(state: State) -> int:
    """Return how many history events one run of a state takes, retries aside.

    Of an inline Map it is one item's; a distributed Map runs its items elsewhere.
    """
    call = state.call
    if call is not None:
        waits = call.is_job or call.is_callback
        return _WAITING_TASK_EVENTS if waits else _TASK_EVENTS
    if state.type == "Fail":
        return 1
    inside = 0
    if not state.is_distributed:
        inside = sum(history_events(inner) for inner in state.within() if not inner.scopes)
    return _STEP_EVENTS + inside


def longest_wait(workflow: Workflow) -> float:
    """Return the most seconds that fixed Wait states take on one path without cycles."""
    longest: dict[Scope, float] = {}
    # Inner scopes come after outer ones in reading order.
    for scope in reversed(workflow.scopes):
        longest[scope] = _longest_in(scope, longest)
    return longest.get(workflow.scopes[0], 0.0) if workflow.scopes else 0.0


def _compares_number(state: State) -> bool:
    if state.is_jsonata:
        rules = json.dumps(state.data.get("Choices"), default=str)
        return _COMPARES_NUMBER.search(rules) is not None
    return any(
        isinstance(item, dict) and any(_NUMERIC.match(key) for key in item)
        for _, item in walk(state.data.get("Choices"))
    )


def _next_states(state: State) -> Iterable[State]:
    return (found for found in (move.state for move in state.transitions) if found is not None)


def _loops(scope: Scope) -> list[Loop]:
    order = {state: index for index, state in enumerate(scope.states.values())}
    found: list[Loop] = []
    for group in _components(scope):
        alone = len(group) == 1
        if alone and group[0] not in set(_next_states(group[0])):
            continue
        found.append(Loop(scope, tuple(sorted(group, key=order.__getitem__))))
    return sorted(found, key=lambda loop: order[loop.states[0]])


def _components(scope: Scope) -> list[list[State]]:
    """Return the strongly connected components, each after those that it leads to.

    Tarjan's algorithm with a stack of its own, because definitions are long.
    """
    number: dict[State, int] = {}
    low: dict[State, int] = {}
    path: list[State] = []
    on_path: set[State] = set()
    found: list[list[State]] = []
    for root in scope.states.values():
        if root in number:
            continue
        number[root] = low[root] = len(number)
        path.append(root)
        on_path.add(root)
        work = [(root, iter(_next_states(root)))]
        while work:
            state, following = work[-1]
            step = next(following, None)
            if step is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[state])
                if low[state] == number[state]:
                    group = [path.pop()]
                    while group[-1] is not state:
                        group.append(path.pop())
                    on_path.difference_update(group)
                    found.append(group)
            elif step not in number:
                number[step] = low[step] = len(number)
                path.append(step)
                on_path.add(step)
                work.append((step, iter(_next_states(step))))
            elif step in on_path:
                low[state] = min(low[state], number[step])
    return found


def _longest_in(scope: Scope, inner: dict[Scope, float]) -> float:
    group_of: dict[State, int] = {}
    best: list[float] = []
    for index, group in enumerate(_components(scope)):
        group_of.update(dict.fromkeys(group, index))
        own = sum(_own_wait(state, inner) for state in group)
        after = [
            best[group_of[following]]
            for state in group
            for following in _next_states(state)
            if group_of[following] != index
        ]
        best.append(own + max(after, default=0.0))
    start = scope.start
    return best[group_of[start]] if start is not None else 0.0


def _own_wait(state: State, inner: dict[Scope, float]) -> float:
    if state.type == "Wait":
        seconds = state.seconds("Seconds")
        return 0.0 if seconds is None or isinstance(seconds, Unknown) else float(seconds)
    if state.is_distributed:
        return 0.0
    return max((inner.get(scope, 0.0) for scope in state.scopes), default=0.0)

"""How long one execution of a state machine may take, as far as its definition tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import EdgeKind
from advisor.architecture.nodes.functions import Function
from advisor.architecture.nodes.workflows import StateNode
from advisor.workflows.model import TransitionKind

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.workflows import StateMachine
    from advisor.workflows.model import Scope, State

Run = tuple[float, tuple["State", ...]]
"""Seconds, and the states that take them."""

_NOTHING: Run = (0.0, ())


def longest_run(architecture: Architecture, machine: StateMachine) -> Run:
    """Return the seconds that the longest way through a machine may take, and its slow states.

    Counted are fixed waits and, for tasks, what bounds them: their own timeout or that of the
    function they run. What nothing bounds counts as nothing; so do retries, catchers and rounds.
    """
    workflow = machine.workflow
    if workflow is None or not workflow.scopes:
        return _NOTHING
    bounds: dict[tuple[str | int, ...], float] = {}
    for edge in architecture.outgoing(machine, EdgeKind.INVOKES):
        task, function = edge.declared_by, edge.target
        if isinstance(task, StateNode) and isinstance(function, Function):
            timeout = function.timeout
            # A durable function takes as long as it likes without running.
            if isinstance(timeout, int) and function.is_durable is False:
                bounds[task.state.pointer] = timeout
    runs: dict[int, Run] = {}
    for scope in sorted(workflow.scopes, key=lambda scope: -scope.depth):
        runs[id(scope)] = _through(scope, bounds, runs)
    return runs[id(workflow.scopes[0])]


def _through(scope: Scope, bounds: dict[tuple[str | int, ...], float], runs: dict[int, Run]) -> Run:
    """Return the longest way from the start of a scope to an end of it."""
    if scope.start is None:
        return _NOTHING
    best: dict[str, Run] = {}
    entered: set[str] = {scope.start.name}
    stack = [(scope.start, iter(_next(scope.start)))]
    while stack:
        state, following = stack[-1]
        for target in following:
            if target.name not in entered:
                entered.add(target.name)
                stack.append((target, iter(_next(target))))
                break
        else:
            stack.pop()
            # A way back to a state that is still open is a loop: one round counts.
            ways = [best[after.name] for after in _next(state) if after.name in best]
            rest = max(ways, key=lambda run: run[0], default=_NOTHING)
            own = _own(state, bounds, runs)
            best[state.name] = (own[0] + rest[0], (*own[1], *rest[1]))
    return best[scope.start.name]


def _next(state: State) -> list[State]:
    found = [way.state for way in state.transitions if way.kind is not TransitionKind.CATCH]
    return [target for target in found if target is not None]


def _own(state: State, bounds: dict[tuple[str | int, ...], float], runs: dict[int, Run]) -> Run:
    """Return what one state may take."""
    if state.scopes:
        # Branches run side by side, items of a map too unless they are told not to.
        return max(
            (runs[id(scope)] for scope in state.scopes if id(scope) in runs),
            key=lambda run: run[0],
            default=_NOTHING,
        )
    if state.type == "Wait":
        seconds = state.seconds("Seconds")
        return (float(seconds), (state,)) if isinstance(seconds, (int, float)) else _NOTHING
    if state.type != "Task":
        return _NOTHING
    limits = [
        float(item)
        for item in (state.timeout, bounds.get(state.pointer))
        if isinstance(item, (int, float))
    ]
    return (min(limits), (state,)) if limits else _NOTHING


__all__ = ["Run", "longest_run"]

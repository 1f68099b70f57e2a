"""Saga with compensation: a workflow whose failures lead to tasks that take earlier steps back.

Conditions, all of them in the definition of one state machine:

1. At least two tasks on the ordinary way change something, one after the other: a write or a call
   of a service that changes data, or a function.
2. A Catch of the later one, or of a state around it, leads to a task that compensates. It does so
   if it undoes by its action what one of the earlier ones did to the same target (`deleteItem`
   after `putItem`), or if its name or that of its function says so (cancel, refund, roll back,
   compensate, revert, undo, release, restore).
3. That task is no part of the ordinary way: only errors and choices lead to it, and if a choice
   does, the way on from it can end in a Fail state. What runs in either case is cleaning up.

Where names alone tell, the case is less sure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.advice.patterns.record import Kind, Lack, part, pattern
from advisor.architecture.nodes.workflows import StateMachine
from advisor.workflows.facts import can_fail, following
from advisor.workflows.model import TransitionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.patterns.record import Pattern
    from advisor.advice.patterns.survey import Survey
    from advisor.architecture.questions_workflows import WorkflowTask
    from advisor.workflows.model import Scope, State

KIND = Kind(
    name="saga",
    title="saga with compensation",
    summary="when a step fails for good, the steps before it are taken back",
    references=(
        "https://docs.aws.amazon.com/prescriptive-guidance/latest/cloud-design-patterns/saga-orchestration.html",
    ),
    asks={
        "saga-without-compensation": "a way back from every step that changes something",
        "lambda-task-without-retry": "retries when the Lambda service fails",
        "service-task-without-retry": "retries",
        "retry-repeats-effect": "retries that do nothing twice",
        "catch-loses-input": "the input that its way back needs",
        "caught-failure-ends-well": "an end that tells of the failure",
        "handler-never-applies": "a Catch that applies",
        "express-repeats-effect": "steps that are not repeated",
    },
)

_BACK = re.compile(
    r"(?i)cancel|refund|roll[ _-]?back|compensat|revert|undo|release|restore|reverse|un-?reserve"
)
_OPPOSITES = (
    ("put", "delete"), ("create", "delete"), ("put", "remove"), ("add", "remove"),
    ("start", "stop"), ("run", "stop"), ("create", "terminate"), ("attach", "detach"),
    ("register", "deregister"), ("submit", "cancel"), ("submit", "terminate"), ("put", "update"),
)  # fmt: skip
_TELLING = frozenset({"sns", "sqs", "events", "eventbridge", "logs", "cloudwatch", "ses", "sesv2"})
_MOST_TASKS = 100
"""Tasks of one machine that are compared with each other."""


def recognise(survey: Survey) -> Iterator[Pattern]:
    """Yield a case for each state machine that takes steps back."""
    for machine in survey.architecture.all(StateMachine):
        tasks = {task.state: task for task in survey.architecture.workflow_tasks(machine)}
        if machine.workflow is None or len(tasks) > 10 * _MOST_TASKS:
            continue
        for scope in machine.workflow.scopes[:_MOST_TASKS]:
            found = _in_scope(machine, scope, tasks)
            if found is not None:
                yield found
                break


def _in_scope(
    machine: StateMachine, scope: Scope, tasks: dict[State, WorkflowTask]
) -> Pattern | None:
    ordinary = _ordinary(scope)
    forward = [
        task
        for state in scope.states.values()
        if state in ordinary
        for task in _within(state, tasks)
        if _changes(task) and not _says_back(task)
    ][:_MOST_TASKS]
    back: dict[State, WorkflowTask] = {}
    caught: list[tuple[WorkflowTask, list[WorkflowTask]]] = []
    for state in scope.states.values():
        if state not in ordinary or not state.catchers:
            continue
        before = [task for task in forward if _precedes(task, state, scope)]
        own = [task for task in forward if _top(task.state, scope) is state]
        ways = _ways_back(state, tasks, before + own, ordinary)
        if ways and (before or len(own) > 1):
            back |= {task.state: task for task in ways}
            caught += [(task, ways) for task in own or before[-1:]]
    if not back or len(forward) < 2:
        return None
    by_action = any(_undoes(task, first) for task in back.values() for first in forward)
    compensations = list(back.values())
    nodes = [task.node for task in compensations]
    return pattern(
        KIND,
        [
            part("workflow", [machine]),
            part("steps", [task.node for task in forward]),
            part("caught", [task.node for task, _ in caught]),
            part("compensations", nodes),
            part("functions", [t.function for t in (*forward, *compensations) if t.function]),
        ],
        [],
        doubt="" if by_action else "names tell which tasks take steps back",
        lacks=_unanswered(forward, caught, compensations, scope),
    )


def _ordinary(scope: Scope) -> set[State]:
    """Return the states that run when nothing goes wrong, as far as errors decide."""
    found: set[State] = set()
    waiting = [scope.start] if scope.start is not None else []
    while waiting:
        state = waiting.pop()
        if state in found:
            continue
        found.add(state)
        waiting += [
            move.state
            for move in state.transitions
            if move.state is not None and move.kind is not TransitionKind.CATCH
        ]
    return found


def _within(state: State, tasks: dict[State, WorkflowTask]) -> list[WorkflowTask]:
    inside = (tasks.get(inner) for inner in (state, *state.within()))
    return [task for task in inside if task is not None]


def _changes(task: WorkflowTask) -> bool:
    return task.changes_something and task.call.service not in _TELLING


def _says_back(task: WorkflowTask) -> bool:
    function = task.function
    names = [task.state.name, *([function.name] if function is not None else [])]
    return any(_BACK.search(name) for name in names)


def _ways_back(
    state: State,
    tasks: dict[State, WorkflowTask],
    before: list[WorkflowTask],
    ordinary: set[State],
) -> list[WorkflowTask]:
    """Return the compensating tasks to which the catchers of a state lead."""
    reached: dict[State, None] = {}
    for catcher in state.catchers:
        if catcher.target is not None:
            reached |= dict.fromkeys([catcher.target, *following(catcher.target)])
    found = []
    for other in reached:
        if other in ordinary and not (_only_chosen(other) and can_fail(other)):
            continue
        found += [
            task
            for task in _within(other, tasks)
            if _changes(task)
            and (_says_back(task) or any(_undoes(task, first) for first in before))
        ]
    return found


def _only_chosen(state: State) -> bool:
    """Tell whether nothing but errors, choices and other ways back lead to a state."""
    return all(
        move.kind is not TransitionKind.NEXT or _BACK.search(other.name) is not None
        for other in state.scope.states.values()
        for move in other.transitions
        if move.state is state
    )


def _undoes(task: WorkflowTask, first: WorkflowTask) -> bool:
    """Tell whether a task does the opposite of another one to the same target."""
    if task.call.service != first.call.service or task.state is first.state:
        return False
    did, does = first.call.action.lower(), task.call.action.lower()
    if not any(did.startswith(a) and does.startswith(b) for a, b in _OPPOSITES):
        return False
    return bool(_targets(task) & _targets(first))


def _targets(task: WorkflowTask) -> set[str]:
    written = {target.written for target in task.call.targets() if target.written}
    return {target.id for target in task.targets} or written


def _top(state: State, scope: Scope) -> State | None:
    """Return the state of the scope that a state is, or lies in."""
    return next((one for one in (state, *state.enclosing()) if one.scope is scope), None)


def _precedes(task: WorkflowTask, state: State, scope: Scope) -> bool:
    top = _top(task.state, scope)
    return top is not None and top is not state and state in following(top)


_WORDS = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{3,}")


def _unanswered(
    forward: list[WorkflowTask],
    caught: list[tuple[WorkflowTask, list[WorkflowTask]]],
    back: list[WorkflowTask],
    scope: Scope,
) -> Iterator[Lack]:
    """Yield the steps before a failing one for which its way back holds nothing.

    A task answers a step if it works on the same target or shares a word with its name. Told only
    where every task on the way back answers some step, so that none is left that might.
    """
    told: set[State] = set()
    for failing, ways in caught:
        earlier = [
            task
            for task in forward
            if task is not failing
            and (top := _top(failing.state, scope)) is not None
            and _precedes(task, top, scope)
        ]
        answered = {first.state for first in earlier for task in ways if _answers(task, first)}
        used = [task for task in back if any(_answers(task, first) for first in forward)]
        if len(used) < len(back):
            continue
        for first in earlier:
            if first.state in answered or first.state in told:
                continue
            told.add(first.state)
            yield Lack(
                "a compensation for every step",
                f"nothing takes '{first.state.name}' back when '{failing.state.name}' fails",
                first.state.at(),
            )


def _answers(task: WorkflowTask, first: WorkflowTask) -> bool:
    return bool(_targets(task) & _targets(first)) or bool(_words(task) & _words(first))


def _words(task: WorkflowTask) -> set[str]:
    return {word.lower() for word in _WORDS.findall(task.state.name)}


__all__ = ["KIND", "recognise"]

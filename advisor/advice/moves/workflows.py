"""State machines that do by hand what Step Functions does: to its own means.

* A loop of Wait, Task and Choice that asks whether a job is done: a task that ends with its job.
* A step after another that changed something, beside a way back that it does not take: a Catch that
  leads there.
* A function that does nothing but one call of a service: the task makes the call itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.moves.move import Drawing, Move
from advisor.rules.finding import Severity
from advisor.workflows.loops import find_loops

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor.advice.moves.subjects import Subjects
    from advisor.rules.finding import Finding
    from advisor.workflows.model import State

RULES = ("poll-loop-replaces-sync", "saga-without-compensation", "function-wraps-one-call")
_JOB = "https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html"
_SAGA = (
    "https://docs.aws.amazon.com/prescriptive-guidance/latest/cloud-design-patterns/"
    "saga-orchestration.html"
)
_DIRECT = "https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html"


def moves(subjects: Subjects, findings: Sequence[Finding]) -> Iterator[Move]:
    """Yield a move for each state machine that does by hand what the service does."""
    for finding in findings:
        states = [
            state
            for place in (finding.location, *finding.related)
            if (state := subjects.state(place)) is not None
        ]
        if finding.rule.name == "poll-loop-replaces-sync" and len(states) > 1:
            yield from _polling(subjects, finding, wait=states[0], started=states[1])
        elif finding.rule.name == "saga-without-compensation" and len(states) > 1:
            # Whether a step has to be undone at all is sure only where others are.
            if finding.severity > Severity.INFO:
                yield _saga(subjects, finding, *states)
        elif finding.rule.name == "function-wraps-one-call" and states:
            yield from _wrapping(subjects, finding, states[0])


def _spot(drawing: Drawing, state: State) -> str:
    return drawing.spot(f"state:{state.name}", state.name, "state")


def _polling(
    subjects: Subjects, finding: Finding, *, wait: State, started: State
) -> Iterator[Move]:
    loop = next((each for each in find_loops(wait.workflow) if wait in each.states), None)
    # Where a function asks, nothing was started here that a task could wait for.
    if loop is None or started in loop.states:
        return
    before, after = Drawing(subjects.survey), Drawing(subjects.survey)
    for state in (started, *loop.states):
        for move in state.transitions:
            if move.state is not None and (state in loop.states or move.state in loop.states):
                before.arrow(_spot(before, state), _spot(before, move.state), move.kind.value)
    key = _spot(after, started)
    for state in loop.exits:
        ended = "Catch, when the job fails" if state.type == "Fail" else "Next, when it is done"
        after.arrow(key, _spot(after, state), f"{ended} (.sync)")
    yield Move(
        to="service-integration",
        title="a task that ends with its job",
        why=f"'{started.name}' can wait for what it starts, without a loop that fills the history",
        findings=(finding,),
        before=before.done(),
        after=after.done(),
        reference=_JOB,
    )


def _saga(
    subjects: Subjects, finding: Finding, second: State, first: State, back: State | None = None
) -> Move:
    before, after = Drawing(subjects.survey), Drawing(subjects.survey)
    for drawing in (before, after):
        drawing.arrow(_spot(drawing, first), _spot(drawing, second), "then")
    before.arrow(_spot(before, second), before.spot("end:", "failed", "state"), "an error")
    undo = (
        _spot(after, back)
        if back is not None
        else after.spot("undo:", f"Undo {first.name}", "state", is_new=True)
    )
    after.arrow(_spot(after, second), undo, "Catch")
    after.arrow(undo, after.spot("end:", "failed", "state"), "Next")
    return Move(
        to="saga",
        title="a way back from the later step",
        why=f"what '{first.name}' has changed stays when '{second.name}' fails for good",
        findings=(finding,),
        before=before.done(),
        after=after.done(),
        reference=_SAGA,
    )


def _wrapping(subjects: Subjects, finding: Finding, state: State) -> Iterator[Move]:
    machine = subjects.machine(finding.location)
    functions = subjects.functions(finding)
    if machine is None or not functions:
        return
    function = functions[-1]
    targets = {edge.target.id: edge.target for edge in subjects.survey.architecture.calls(function)}
    before, after = Drawing(subjects.survey), Drawing(subjects.survey)
    before.arrow(before.node(machine), before.node(function), state.name)
    for target in targets.values():
        before.arrow(before.node(function), before.node(target), "one call")
        after.arrow(after.node(machine), after.node(target), f"{state.name}, by itself")
    if not targets:
        before.arrow(before.node(function), before.spot("api", "AWS", "other"), "one call")
        after.arrow(after.node(machine), after.spot("api", "AWS", "other"), state.name)
    yield Move(
        to="service-integration",
        title="a task that makes the call itself",
        why=f"'{function.name}' adds a start and a bill to one call that Step Functions can make",
        findings=(finding,),
        before=before.done(),
        after=after.done(),
        reference=_DIRECT,
    )


__all__ = ["RULES", "moves"]

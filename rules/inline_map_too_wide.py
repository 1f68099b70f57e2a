"""Inline Map is asked for more items at a time than it works on, or for a whole listing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    history_events,
    limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
        State,
        Workflow,
    )

rule = Rule(
    id="WFL042",
    name="inline-map-too-wide",
    pillar=Pillar.PERFORMANCE,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="inline Map is asked for more items at a time than it works on, or for a whole listing",
    rationale="""
        An inline Map works on at most 40 items at a time, whatever MaxConcurrency says, and every
        event of every item goes into the one history of the execution, which ends at 25,000
        events. For many items there is the distributed mode, where each item or batch is an
        execution of its own.
        """,
    remediation="""
        Set the mode of the processor to DISTRIBUTED, or lower MaxConcurrency.
        """,
    when_to_ignore="""
        The number of items is small for certain.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Each
            States:
              Each:
                Type: Map
                MaxConcurrency: 500  # <-- 'Each' works on 40 items at a time, not on 500
                ItemProcessor:
                  StartAt: Done
                  States:
                    Done: {Type: Succeed}
                End: true
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Each
            States:
              Each:
                Type: Map
                MaxConcurrency: 5
                ItemProcessor:
                  StartAt: Charge
                  States:
                    Charge:
                      Type: Task
                      Resource: arn:aws:states:::lambda:invoke
                      Parameters: {FunctionName: "${Function}", Payload.$: $}
                      OutputPath: $.Payload
                      Retry:
                        - ErrorEquals: [States.TaskFailed]
                          JitterStrategy: FULL
                      End: true
                Catch:
                  - ErrorEquals: [States.ALL]
                    Next: Failed
                End: true
              Failed:
                Type: Fail
                Error: NotDone
                Cause: the work could not be done
            """,
    },
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html",
    ),
)

_MOST = limit("inline-map-concurrency")
_HISTORY = limit("workflow-history")
_LISTING = re.compile(r"list|scan|query|describe")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    most = int(_MOST.value)
    for machine in architecture.all(StateMachine):
        workflow = machine.workflow
        listings = {} if workflow is None or machine.is_express is True else _listings(workflow)
        for state in workflow.states("Map") if workflow else ():
            if state.is_distributed or any(not scope.mode for scope in state.scopes):
                continue
            given = state.concurrency
            if isinstance(given, (int, float)) and given > most:
                yield _finding(
                    machine,
                    state,
                    f"'{state.name}' works on {most} items at a time, not on {given:g}",
                    Severity.WARNING,
                )
                continue
            before = listings.get(state)
            if before is not None:
                items = int(_HISTORY.value) // max(history_events(state) - 2, 1)
                yield _finding(
                    machine,
                    state,
                    f"'{state.name}' fills the history with about {items:,} items of"
                    f" '{before.name}'",
                    Severity.INFO,
                )


def _listings(workflow: Workflow) -> dict[State, State]:
    """Return, for what follows them, the tasks that list what may be any number of items."""
    return {
        move.state: task
        for task in workflow.states("Task")
        if task.call is not None and _LISTING.match(task.call.action)
        for move in task.transitions
        if move.state is not None
    }


def _finding(machine: StateMachine, state: State, fact: str, severity: Severity) -> Finding:
    return rule.finding(
        fact,
        at=state.at("MaxConcurrency", label="an inline Map"),
        severity=severity,
        why="more items do not go faster"
        if severity is Severity.WARNING
        else f"an execution fails when its history has {int(_HISTORY.value):,} events",
        remediation=f"""
            # in ItemProcessor of {state.name}
            "ProcessorConfig": {{"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
            """,
        about=machine.about,
    )

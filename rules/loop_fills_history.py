"""Loop goes on until the history of the execution is full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    find_loops,
    limit,
    listed,
    runs_as,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
        State,
    )

rule = Rule(
    id="WFL043",
    name="loop-fills-history",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="loop goes on until the history of the execution is full",
    rationale="""
        Every state of every round leaves events in the history of a Standard execution, which
        fails at 25,000 of them. A loop that waits for something and counts nothing ends that way
        when the thing never happens, after hours in which nobody noticed.
        """,
    remediation="""
        Count the rounds and give up, set TimeoutSeconds on the state machine, or let the service
        wait with .sync or a callback.
        """,
    when_to_ignore="""
        What the loop waits for has a limit of its own that is far shorter.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Look
            States:
              Look:
                Type: Task
                Resource: arn:aws:states:::lambda:invoke
                Parameters: {FunctionName: "${Look}", Payload.$: $}
                ResultPath: $.seen
                Next: Ready
              Ready:
                Type: Choice
                Choices:
                  - Variable: $.seen.Payload.ready
                    BooleanEquals: true
                    Next: Done
                Default: Pause
              Pause:  # <-- the loop of 'Look', 'Ready' and 'Pause' ends after about 7.7 h
                Type: Wait
                Seconds: 10
                Next: Look
              Done:
                Type: Succeed
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Charge
            States:
              Charge:
                Type: Task
                Resource: arn:aws:states:::lambda:invoke
                Parameters:
                  FunctionName: ${Function}
                  Payload.$: $
                ResultSelector:
                  paid.$: $.Payload.paid
                Retry:
                  - ErrorEquals:
                      - Lambda.ServiceException
                      - Lambda.AWSLambdaException
                      - Lambda.SdkClientException
                      - Lambda.TooManyRequestsException
                    MaxAttempts: 5
                    JitterStrategy: FULL
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html",
    ),
)

_HISTORY = limit("workflow-history")
_LONG = 30 * 86_400  # seconds; who waits for a month means it
_HOUR = 3_600


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        workflow = machine.workflow
        if workflow is None or machine.is_express is True or workflow.timeout is not None:
            continue
        for loop in find_loops(workflow):
            if runs_as(loop.scope, "STANDARD") != "STANDARD" or loop.compares_number:
                continue
            if any(state.type == "Choice" for state in loop.states):
                lifetime = loop.lifetime
                if lifetime is None or lifetime < _LONG:
                    yield _finding(machine, loop.states, loop.waits, loop.rounds, lifetime)


def _finding(
    machine: StateMachine,
    states: tuple[State, ...],
    waits: tuple[State, ...],
    rounds: int,
    lifetime: float | None,
) -> Finding:
    names = listed(state.name for state in states)
    maps = any(state.type == "Map" and not state.is_distributed for state in states)
    place = waits[0] if waits else states[0]
    if waits and lifetime:
        fact = f"the loop of {names} ends after about {lifetime / _HOUR:.1f} h"
    else:
        fact = f"the loop of {names} ends after about {rounds:,} rounds"
    severity = Severity.WARNING if waits or maps else Severity.INFO
    return rule.finding(
        f"{fact}, when the history is full",
        at=place.at(label=f"{rounds:,} rounds at most"),
        related=[state.at(label="in the loop") for state in states if state is not place],
        severity=severity,
        why=f"an execution fails when its history has {int(_HISTORY.value):,} events,"
        " and nothing else ends the loop",
        remediation="""
            # beside StartAt: the longest that an execution may take
            "TimeoutSeconds": 3600
            # or count the rounds in the loop and lead a Choice to a Fail state
            """,
        about=machine.about,
    )

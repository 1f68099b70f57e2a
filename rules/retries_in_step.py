"""Retries of many tasks come at the same time, or never slow down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    Unknown,
    listed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import (
        Architecture,
        Finding,
        Retrier,
        State,
    )

rule = Rule(
    id="WFL032",
    name="retries-in-step",
    pillar=Pillar.PERFORMANCE,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="retries of many tasks come at the same time, or never slow down",
    rationale="""
        Items of a Map that are throttled together also retry together unless their delays are
        spread at random, and are throttled again. A BackoffRate of 1 keeps the pressure on a
        service that is overloaded.
        """,
    remediation="""
        Set JitterStrategy to FULL, and a BackoffRate of 2 with MaxDelaySeconds.
        """,
    when_to_ignore="""
        The retries are a way to wait for a lock or a result.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Each
            States:
              Each:
                Type: Map
                ItemProcessor:
                  StartAt: Write
                  States:
                    Write:
                      Type: Task
                      Resource: arn:aws:states:::dynamodb:putItem
                      Parameters: {TableName: "${Table}", Item: {id: {S.$: $.id}}}
                      Retry:  # <-- retries of 'Write' come at the same time for all items
                        - ErrorEquals: [States.TaskFailed]
                          MaxAttempts: 5
                      End: true
                End: true
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
    ),
)

_FEW = 3
_GENERAL = ("States.ALL", "States.TaskFailed", "Lambda.")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        together: list[State] = []
        flat: list[State] = []
        for task in architecture.workflow_tasks(machine):
            state = task.state
            wide = any(o.type == "Map" and o.concurrency != 1 for o in state.enclosing())
            for entry in state.retriers:
                attempts = entry.attempts
                if isinstance(attempts, Unknown) or attempts < _FEW or entry.jitter:
                    continue
                if wide:
                    together.append(state)
                elif attempts > _FEW and entry.backoff == 1 and _is_general(entry):
                    flat.append(state)
        if together:
            fact = "come at the same time for all items"
            yield _finding(machine, list(dict.fromkeys(together)), fact)
        if flat:
            yield _finding(machine, list(dict.fromkeys(flat)), "never slow down")


def _is_general(entry: Retrier) -> bool:
    return any(error.startswith(_GENERAL) for error in entry.errors)


def _finding(machine: StateMachine, states: Sequence[State], fact: str) -> Finding:
    return rule.finding(
        f"retries of {listed(state.name for state in states)} {fact}",
        at=states[0].at("Retry", label="no jitter"),
        related=[state.at("Retry", label="here as well") for state in states[1:]],
        why="a service that throttled many calls at once is asked by all of them at once again",
        remediation="""
            "BackoffRate": 2, "MaxDelaySeconds": 60, "JitterStrategy": "FULL"
            """,
        about=machine.about,
    )

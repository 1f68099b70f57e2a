"""Task retries some of the transient errors of the Lambda service only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    LAMBDA_TRANSIENT,
    Confidence,
    Fix,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    listed,
    retrier_of,
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
    id="WFL029",
    name="lambda-retry-misses-throttling",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="task retries some of the transient errors of the Lambda service only",
    rationale="""
        Four errors come from the Lambda service itself and pass: Lambda.ServiceException,
        Lambda.AWSLambdaException, Lambda.SdkClientException and Lambda.TooManyRequestsException.
        The last one, throttling, is missing in retriers from before 2023, although it is the one
        that comes with load.
        """,
    remediation="""
        Add the missing name to ErrorEquals.
        """,
    when_to_ignore="""
        Throttling is answered by another retrier, or by the caller.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Charge
            States:
              Charge:
                Type: Task
                Resource: arn:aws:states:::lambda:invoke
                Parameters:
                  FunctionName: ${Function}
                Retry:  # <-- 'Charge' does not retry 'Lambda.TooManyRequestsException'
                  - ErrorEquals:
                      - Lambda.ServiceException
                      - Lambda.AWSLambdaException
                      - Lambda.SdkClientException
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
    references=("https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html",),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        partial: list[tuple[State, Retrier, list[str]]] = []
        for task in architecture.workflow_tasks(machine):
            state = task.state
            if not task.runs_function or any(entry.is_open for entry in state.retriers):
                continue
            answered = {error: retrier_of(state, error) for error in LAMBDA_TRANSIENT}
            missing = [error for error, entry in answered.items() if entry is None]
            entry = next((entry for entry in answered.values() if entry is not None), None)
            if missing and entry is not None:
                partial.append((state, entry, missing))
        if partial:
            yield _finding(machine, partial)


def _finding(machine: StateMachine, partial: Sequence[tuple[State, Retrier, list[str]]]) -> Finding:
    names = [state.name for state, _, _ in partial]
    missing = list(dict.fromkeys(name for _, _, found in partial for name in found))
    changes = [
        machine.workflow.change((*entry.pointer, "ErrorEquals"), [*entry.errors, *found])
        for _, entry, found in partial
        if machine.workflow is not None
    ]
    made = tuple(change for change in changes if change is not None)
    do = "does" if len(partial) == 1 else "do"
    return rule.finding(
        f"{listed(names)} {do} not retry {listed(missing, 4)}",
        at=partial[0][0].at("Retry", label="some of the transient errors"),
        related=[state.at("Retry", label="as here") for state, _, _ in partial[1:]],
        why="when Lambda throttles under load the execution fails at once",
        remediation=f"""
            # in ErrorEquals of the retrier
            {", ".join(f'"{name}"' for name in missing)}
            """,
        fix=Fix("Retry all transient errors of Lambda", made, safe=True)
        if len(made) == len(partial)
        else None,
        about=machine.about,
    )

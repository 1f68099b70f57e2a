"""Task that runs a function does not retry when the Lambda service fails."""

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
    answers,
    caught_by,
    listed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import (
        Architecture,
        Data,
        Finding,
        State,
    )

rule = Rule(
    id="WFL028",
    name="lambda-task-without-retry",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="task that runs a function does not retry when the Lambda service fails",
    rationale="""
        The Lambda service answers now and then with an error of its own, such as
        Lambda.ServiceException or Lambda.TooManyRequestsException, without anything being wrong
        with the function. Without a Retry for them such a moment ends the whole execution.
        """,
    remediation="""
        Give each of these tasks a Retry for the transient errors of the service, with jitter.
        """,
    when_to_ignore="""
        A caller waits for a quick answer and tries again itself.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Charge
            States:
              Charge:  # <-- 'Charge' does not retry when the Lambda service fails
                Type: Task
                Resource: arn:aws:states:::lambda:invoke
                Parameters:
                  FunctionName: ${Function}
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        states = [
            task.state
            for task in architecture.workflow_tasks(machine)
            if task.runs_function and _fails(task.state)
        ]
        if not states:
            continue
        first = states[0]
        do = "does" if len(states) == 1 else "do"
        yield rule.finding(
            f"{listed(s.name for s in states)} {do} not retry when the Lambda service fails",
            at=first.at(label=_label(first)),
            related=[state.at(label=_label(state)) for state in states[1:]],
            why="an error of the service that lasts for seconds ends the whole execution",
            remediation=f"""
                # in {first.name}
                "Retry": [{{
                  "ErrorEquals": ["Lambda.ServiceException", "Lambda.AWSLambdaException",
                    "Lambda.SdkClientException", "Lambda.TooManyRequestsException"],
                  "IntervalSeconds": 1, "MaxAttempts": 5, "BackoffRate": 2,
                  "JitterStrategy": "FULL"
                }}]
                """,
            fix=_fix(states),
            about=machine.about,
        )


def _fix(states: Sequence[State]) -> Fix | None:
    """Return what adds a retrier to each; where there are others, behind them."""
    entry: dict[str, Data] = {
        "ErrorEquals": list(LAMBDA_TRANSIENT),
        "IntervalSeconds": 1,
        "MaxAttempts": 5,
        "BackoffRate": 2,
        "JitterStrategy": "FULL",
    }
    made = [
        state.change("Retry", len(state.retriers), value=entry)
        if state.retriers
        else state.change("Retry", value=[entry])
        for state in states
    ]
    changes = tuple(change for change in made if change is not None)
    return Fix("Retry errors of the Lambda service", changes) if len(changes) == len(made) else None


def _fails(state: State) -> bool:
    around = [entry for outer in state.enclosing() for entry in outer.retriers]
    if any(entry.is_open for entry in [*state.retriers, *around]):
        return False
    if any(answers(entry, error) for entry in around for error in LAMBDA_TRANSIENT):
        return False
    if state.retriers:
        entries = state.retriers
        return not any(answers(entry, error) for entry in entries for error in LAMBDA_TRANSIENT)
    return "Retry" not in state.data and caught_by(state) is None


def _label(state: State) -> str:
    return "retries other errors only" if state.retriers else "no Retry"

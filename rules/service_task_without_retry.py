"""Task that calls a service neither retries nor catches its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    caught_by,
    listed,
    retried_by,
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
    id="WFL030",
    name="service-task-without-retry",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="task that calls a service neither retries nor catches its errors",
    rationale="""
        Services throttle and have moments of their own. A task without Retry, Catch or a state
        around it that has one ends the whole execution at the first such error; inside a Map,
        where many items call at once, throttling is to be expected.
        """,
    remediation="""
        Give the task a Retry for throttling and transient errors, with jitter.
        """,
    when_to_ignore="""
        A failed execution is started again as a whole.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Send
            States:
              Send:  # <-- 'Send' neither retries nor catches
                Type: Task
                Resource: arn:aws:states:::sqs:sendMessage
                Parameters: {QueueUrl: "${Queue}", MessageBody: hello}
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        outside: list[State] = []
        inside: list[State] = []
        for task in architecture.workflow_tasks(machine):
            state = task.state
            if (
                task.runs_function
                or task.call.kind.value not in {"optimized", "sdk"}
                or retried_by(state) is not None
                or caught_by(state) is not None
            ):
                continue
            many = any(_is_wide(outer) for outer in state.enclosing())
            (inside if many else outside).append(state)
        if inside:
            yield _finding(machine, inside, Severity.WARNING, " for many items at once")
        if outside:
            yield _finding(machine, outside, Severity.INFO, "")


def _is_wide(state: State) -> bool:
    return state.type == "Map" and state.concurrency != 1


def _finding(
    machine: StateMachine, states: Sequence[State], severity: Severity, how: str
) -> Finding:
    one = len(states) == 1
    return rule.finding(
        f"{listed(state.name for state in states)} neither {'retries' if one else 'retry'} nor"
        f" {'catches' if one else 'catch'} errors of the service that"
        f" {'it calls' if one else 'they call'}{how}",
        at=states[0].at(label="neither Retry nor Catch"),
        related=[state.at(label="nor has this") for state in states[1:]],
        severity=severity,
        why="the first throttled call ends the whole execution"
        if how
        else "a transient error ends the whole execution",
        remediation=f"""
            # in {states[0].name}
            "Retry": [{{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1,
                       "MaxAttempts": 5, "BackoffRate": 2, "JitterStrategy": "FULL"}}]
            """,
        fix=_fix(states),
        about=machine.about,
    )


def _fix(states: Sequence[State]) -> Fix | None:
    entry: dict[str, Data] = {
        "ErrorEquals": ["States.TaskFailed"],
        "IntervalSeconds": 1,
        "MaxAttempts": 5,
        "BackoffRate": 2,
        "JitterStrategy": "FULL",
    }
    made = [state.change("Retry", value=[entry]) for state in states]
    changes = tuple(change for change in made if change is not None)
    return Fix("Retry failed calls", changes) if len(changes) == len(made) else None

"""Delays between retries grow beyond any use."""

from __future__ import annotations

from collections import defaultdict
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
    )

rule = Rule(
    id="WFL019",
    name="exploding-retries",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="delays between retries grow beyond any use",
    rationale="""
        Each delay is the one before times BackoffRate. With a rate of 10 the fifth delay is ten
        thousand times the first: an execution that hit a short fault comes back after days, long
        after anybody waits for it, and holds its place in the meantime.
        """,
    remediation="""
        Set MaxDelaySeconds, or lower BackoffRate and MaxAttempts.
        """,
    when_to_ignore="""
        The work may be done at any time, and a service may be out of order for days.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Send
            States:
              Send:
                Type: Task
                Resource: arn:aws:states:::sqs:sendMessage
                Parameters: {QueueUrl: "${Queue}", MessageBody: hello}
                Retry:  # <-- the retries of 'Send' go on for
                  - ErrorEquals: [States.TaskFailed]
                    IntervalSeconds: 20
                    MaxAttempts: 5
                    BackoffRate: 10
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

_LONGEST_DELAY = 86_400  # seconds; a day
_LONGEST_TOTAL = 7_200  # seconds; two hours of growing delays
_HOUR = 3_600


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        if machine.workflow is None or machine.is_express is True:
            continue
        # One retrier that is copied from state to state is one cause.
        causes: dict[tuple[float, float], list[Retrier]] = defaultdict(list)
        for state in machine.workflow.states("Task", "Map", "Parallel"):
            for retrier in state.retriers:
                delays = retrier.delays
                if delays is not None and _is_too_long(retrier, delays):
                    causes[delays].append(retrier)
        for cause, retriers in causes.items():
            yield _finding(machine, retriers, cause)


def _is_too_long(retrier: Retrier, delays: tuple[float, float]) -> bool:
    rate = retrier.backoff
    grows = not isinstance(rate, Unknown) and rate > 1
    return delays[0] > _LONGEST_DELAY or (grows and delays[1] > _LONGEST_TOTAL)


def _finding(
    machine: StateMachine, retriers: Sequence[Retrier], delays: tuple[float, float]
) -> Finding:
    last, total = (item / _HOUR for item in delays)
    first = retriers[0]
    names = [retrier.state.name for retrier in retriers]
    return rule.finding(
        f"the retries of {listed(names)} go on for {total:,.1f} h, the last delay is {last:,.1f} h",
        at=first.state.at("Retry", label=_numbers(first)),
        related=[item.state.at("Retry", label="here as well") for item in retriers[1:]],
        why="a short fault keeps the execution waiting long after it has passed",
        remediation="""
            "IntervalSeconds": 2, "MaxAttempts": 6, "BackoffRate": 2,
            "MaxDelaySeconds": 60, "JitterStrategy": "FULL"
            """,
        about=machine.about,
    )


def _numbers(retrier: Retrier) -> str:
    values = (retrier.interval, retrier.backoff, retrier.attempts)
    interval, rate, attempts = ("?" if isinstance(v, Unknown) else f"{v:g}" for v in values)
    return f"{interval} s, times {rate}, {attempts} attempts"

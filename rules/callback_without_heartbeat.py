"""Task waits for hours before it notices that nobody works on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import Confidence, Fix, Pillar, Rule, Severity, StateMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="WFL025",
    name="callback-without-heartbeat",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=StateMachine,
    summary="task waits for hours before it notices that nobody works on it",
    rationale="""
        TimeoutSeconds has to allow for the longest work. HeartbeatSeconds is the time between two
        signs of life, so that a worker that died is noticed within minutes instead of when the
        whole time is over.
        """,
    remediation="""
        Set HeartbeatSeconds, and let the worker call SendTaskHeartbeat.
        """,
    when_to_ignore="""
        People answer rather than programs: they send no heartbeats.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Convert
            States:
              Convert:  # <-- 'Convert' notices only after 24 h that nobody works on it
                Type: Task
                Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
                TimeoutSeconds: 86400
                Parameters:
                  QueueUrl: ${Queue}
                  MessageBody: {token.$: $$.Task.Token}
                End: true
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Convert
            States:
              Convert:
                Type: Task
                Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
                TimeoutSeconds: 86400
                HeartbeatSeconds: 300
                Parameters:
                  QueueUrl: ${Queue}
                  MessageBody: {token.$: $$.Task.Token}
                Retry:
                  - ErrorEquals: [States.TaskFailed]
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-stuck-execution.html",
    ),
)

_LONG = 3_600  # seconds
_PEOPLE = re.compile(r"(?i)approv|human|review|manual|confirm|decision|decide|sign|email|ask")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for task in architecture.workflow_tasks(machine):
            state = task.state
            timeout = state.timeout
            if (
                not task.call.is_callback
                or state.heartbeat is not None
                or not isinstance(timeout, (int, float))
                or timeout <= _LONG
                or _PEOPLE.search(state.name)
            ):
                continue
            change = state.change("HeartbeatSeconds", value=300)
            yield rule.finding(
                f"'{state.name}' notices only after {timeout / 3_600:g} h that nobody works on it",
                at=state.at(label="no HeartbeatSeconds"),
                related=[state.at("TimeoutSeconds", label="when it gives up")],
                why="a worker that died is noticed when the whole time is over",
                remediation=f"""
                    # in {state.name}; the worker calls SendTaskHeartbeat more often than this
                    "HeartbeatSeconds": 300
                    """,
                fix=Fix("Expect a heartbeat every 5 minutes", (change,)) if change else None,
                about=machine.about,
            )

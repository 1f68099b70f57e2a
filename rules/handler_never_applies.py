"""Retrier or catcher can never answer an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Pillar, Rule, Severity, StateMachine, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="WFL015",
    name="handler-never-applies",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="retrier or catcher can never answer an error",
    rationale="""
        Retriers and catchers are tried in order, and the first that names the error answers it. An
        entry all of whose names were answered before never applies, and neither do retries of
        States.Runtime and States.DataLimitExceeded, which Step Functions does not retry.
        """,
    remediation="""
        Put specific errors before general ones, and remove what is left over.
        """,
    when_to_ignore="""
        Never: the entry does nothing.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Send
            States:
              Send:
                Type: Task
                Resource: arn:aws:states:::sqs:sendMessage
                Parameters: {QueueUrl: "${Queue}", MessageBody: hello}
                Retry:
                  - ErrorEquals: [States.TaskFailed]
                    MaxAttempts: 5
                  - ErrorEquals: [States.TaskFailed]  # <-- never applies
                    MaxAttempts: 1
                End: true
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Send
            States:
              Send:
                Type: Task
                Resource: arn:aws:states:::sqs:sendMessage
                Parameters: {QueueUrl: "${Queue}", MessageBody: hello}
                Retry:
                  - ErrorEquals: [Sqs.SdkClientException]
                    JitterStrategy: FULL
                Catch:
                  - ErrorEquals: [States.ALL]
                    Next: Failed
                End: true
              Failed:
                Type: Fail
                Error: NotSent
                Cause: the message could not be sent
            """,
    },
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        faults = architecture.definition_faults(machine, "dead-handler")
        if not faults:
            continue
        # Entries that are copied from state to state are one cause.
        first = faults[0]
        message = first.message
        if len(faults) > 1:
            names = listed(fault.state.name for fault in faults if fault.state is not None)
            message = f"{len(faults)} retriers or catchers never apply, in {names}"
        yield rule.finding(
            message,
            at=first.place,
            related=[fault.place.labelled(fault.message) for fault in faults[1:]],
            why="what it is meant for happens as if it were not there",
            remediation="Remove the entry, or move it before the one that answers the same.",
            about=machine.about,
        )

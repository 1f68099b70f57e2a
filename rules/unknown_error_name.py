"""Error name is none that Step Functions raises."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from advisor import Confidence, Pillar, Rule, Severity, StateMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Fault, Finding

rule = Rule(
    id="WFL014",
    name="unknown-error-name",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="error name is none that Step Functions raises",
    rationale="""
        Names that begin with States. are reserved for the errors of Step Functions itself. A
        retrier or catcher for a name that none of them has never answers: the task fails as if the
        entry were not there.
        """,
    remediation="""
        Write the name as the documentation lists it; States.TaskFailed answers every failure of a
        task but a timeout.
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
                  - ErrorEquals:
                      - States.TaskFailedId  # <-- 'States.TaskFailedId' in 'ErrorEquals' of 'Send'
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
        "https://states-language.net/spec.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        faults = architecture.definition_faults(machine, "error-name")
        # One name that is copied from state to state is one cause.
        causes: dict[str, list[Fault]] = defaultdict(list)
        for fault in faults:
            causes[fault.message.partition("'")[2].partition("'")[0]].append(fault)
        for same in causes.values():
            first = same[0]
            own = first.problem.topic == "reserved-error-name"
            more = f" ({len(same)} times)" if len(same) > 1 and not own else ""
            yield rule.finding(
                first.message + more,
                at=first.place,
                related=[fault.place.labelled("here as well") for fault in same[1:]],
                severity=Severity.INFO if own else Severity.WARNING,
                why="the language reserves the prefix; a Fail state of this machine uses it"
                if own
                else "the entry never answers, so that the task fails at its first error",
                remediation="Take a name without the prefix, here and in the Fail state."
                if own
                else '"ErrorEquals": ["States.TaskFailed"]',
                about=machine.about,
            )

"""Task names a resource or an action that Step Functions cannot call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Pillar, Rule, Severity, StateMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="WFL009",
    name="unknown-integration-action",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="task names a resource or an action that Step Functions cannot call",
    rationale="""
        The Resource of a task is the ARN of a function or an activity, an optimized integration
        such as arn:aws:states:::sqs:sendMessage, or arn:aws:states:::aws-sdk:service:action for
        any API of an AWS service. Services and actions are checked when the state machine is
        created; .sync and .waitForTaskToken exist only where the integration has them.
        """,
    remediation="""
        Write the action as the integration calls it, in lower camel case; use aws-sdk where no
        optimized integration has it.
        """,
    when_to_ignore="""
        The action is newer than the table that this tool brings along.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: List
            States:
              List:
                Type: Task
                Resource: arn:aws:states:::aws-sdk:s3:listObject  # <-- no action 'listObject'
                Parameters:
                  Bucket: orders
                End: true
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: List
            States:
              List:
                Type: Task
                Resource: arn:aws:states:::aws-sdk:s3:listObjectsV2
                Parameters:
                  Bucket: orders
                Retry:
                  - ErrorEquals: [States.TaskFailed]
                    MaxAttempts: 3
                    JitterStrategy: FULL
                Catch:
                  - ErrorEquals: [States.ALL]
                    Next: Failed
                End: true
              Failed:
                Type: Fail
                Error: NotListed
                Cause: the bucket could not be listed
            """,
    },
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for fault in architecture.definition_faults(machine, "resource"):
            yield rule.finding(
                fault.message,
                at=fault.place,
                severity=Severity.ERROR if fault.is_error else Severity.WARNING,
                confidence=Confidence.HIGH if fault.is_error else Confidence.MEDIUM,
                why=f"Step Functions refuses the definition: {fault.code}",
                remediation="""
                    "Resource": "arn:aws:states:::aws-sdk:<service>:<action in lowerCamelCase>"
                    """,
                about=machine.about,
            )

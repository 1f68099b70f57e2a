"""Task passes a parameter that the action does not have, or leaves out one that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Pillar, Rule, Severity, StateMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="WFL010",
    name="wrong-integration-parameter",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="task passes a parameter that the action does not have, or lacks a required one",
    rationale="""
        The parameters of a service integration are those of the service's API. Step Functions
        knows them and refuses a definition that passes others; without one that the API requires,
        every run of the task fails.
        """,
    remediation="""
        Write the parameter as the service's API reference does, with a capital first letter.
        """,
    when_to_ignore="""
        The parameter is newer than the table that this tool brings along.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Send
            States:
              Send:
                Type: Task
                Resource: arn:aws:states:::sqs:sendMessage
                Parameters:
                  QueueUrl: https://sqs.eu-west-1.amazonaws.com/123456789012/orders
                  Message: hello  # <-- 'sqs:sendMessage' has no parameter 'Message'
                  MessageBody: hello
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
                Parameters:
                  QueueUrl: ${Queue}
                  MessageBody: hello
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/connect-parameters.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for fault in architecture.definition_faults(machine, "parameter"):
            call = fault.state.call if fault.state else None
            action = f"{call.service}:{call.action}" if call else "the action"
            yield rule.finding(
                fault.message,
                at=fault.place,
                why=f"Step Functions refuses the definition: {fault.code}",
                remediation=f"Pass the parameters as the API reference of {action} names them.",
                about=machine.about,
            )

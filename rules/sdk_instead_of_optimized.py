"""Task takes an SDK integration where an optimized one exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    CallKind,
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
    )

rule = Rule(
    id="WFL051",
    name="sdk-instead-of-optimized",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="task takes an SDK integration where an optimized one exists",
    rationale="""
        For some actions Step Functions has an integration of its own, which takes JSON where the
        API takes text, tells failures apart that the API hides in a successful answer, and can
        wait. The SDK integration is for all the others.
        """,
    remediation="""
        Name the optimized integration; its parameters are the same but for text that may now be
        JSON.
        """,
    when_to_ignore="""
        The exact answer of the API is wanted.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Write
            States:
              Write:  # <-- 'Write' can take 'arn:aws:states:::dynamodb:putItem'
                Type: Task
                Resource: arn:aws:states:::aws-sdk:dynamodb:putItem
                Parameters: {TableName: "${Table}", Item: {id: {S.$: $.id}}}
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
    references=("https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html",),
)

_OPTIMIZED = {
    ("dynamodb", "getItem"): "dynamodb:getItem",
    ("dynamodb", "putItem"): "dynamodb:putItem",
    ("dynamodb", "updateItem"): "dynamodb:updateItem",
    ("dynamodb", "deleteItem"): "dynamodb:deleteItem",
    ("sns", "publish"): "sns:publish",
    ("sqs", "sendMessage"): "sqs:sendMessage",
    ("lambda", "invoke"): "lambda:invoke",
    ("eventbridge", "putEvents"): "events:putEvents",
    ("sfn", "startExecution"): "states:startExecution",
}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for task in architecture.workflow_tasks(machine):
            call, state = task.call, task.state
            better = _OPTIMIZED.get((call.service, call.action))
            if better is None or call.kind is not CallKind.SDK or call.suffix:
                continue
            yield rule.finding(
                f"'{state.name}' can take 'arn:aws:states:::{better}'",
                at=state.at(label="an SDK integration"),
                related=[state.at("Resource", label="its Resource")],
                why="the optimized integration takes JSON and tells failures of the call apart",
                remediation=f"""
                    # in {state.name}
                    "Resource": "arn:aws:states:::{better}"
                    """,
                about=machine.about,
            )

"""Part of a batch that the service did not take is not looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
        Workflow,
    )

rule = Rule(
    id="WFL047",
    name="unprocessed-items-dropped",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="part of a batch that the service did not take is not looked at",
    rationale="""
        Batch calls succeed even where the service took only a part of the batch: what is left
        comes back in the answer, as UnprocessedItems or as a count of failures. A state machine
        that does not look at it loses these items without an error.
        """,
    remediation="""
        Lead a Choice on what is left back to the call, after a Wait.
        """,
    when_to_ignore="""
        The items may be lost, or are found and done again by somebody else.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Write
            States:
              Write:  # <-- 'Write' does not look at 'UnprocessedItems'
                Type: Task
                Resource: arn:aws:states:::aws-sdk:dynamodb:batchWriteItem
                Parameters: {RequestItems.$: $.items}
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
        "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html",
        "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html",
    ),
    supersedes=("sdk-instead-of-optimized",),
)

_LEFT = {
    ("dynamodb", "batchWriteItem"): "UnprocessedItems",
    ("dynamodb", "batchGetItem"): "UnprocessedKeys",
    ("eventbridge", "putEvents"): "FailedEntryCount",
    ("kinesis", "putRecords"): "FailedRecordCount",
    ("firehose", "putRecordBatch"): "FailedPutCount",
}


_OPTIMIZED = """
# the optimized integration fails the task instead
"Resource": "arn:aws:states:::events:putEvents"
"""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for task in architecture.workflow_tasks(machine):
            call, state = task.call, task.state
            left = _LEFT.get((call.service, call.action), "")
            if not left or call.kind.value != "sdk" or _is_mentioned(state.workflow, left):
                continue
            yield rule.finding(
                f"'{state.name}' does not look at '{left}' in the answer",
                at=state.at(label="may be done in part"),
                related=[state.at("Resource", label="a batch call")],
                why="what the service did not take is lost, and the execution succeeds",
                remediation=_OPTIMIZED
                if call.service == "eventbridge"
                else f"""
                    # a Choice after {state.name}, with a Wait on the way back
                    {{"Variable": "$.{left}", "IsPresent": true, "Next": "<a Wait>"}}
                    """,
                about=machine.about,
            )


def _is_mentioned(workflow: Workflow, word: str) -> bool:
    return any(
        (isinstance(item, str) and word in item)
        or (isinstance(item, dict) and any(word in key for key in item))
        for _, item in walk(workflow.data)
    )

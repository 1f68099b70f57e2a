"""Task of an asynchronous Express workflow does something that must not be done twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Evidence,
    Mode,
    Pillar,
    Queue,
    Rule,
    Severity,
    StateMachine,
    Topic,
    listed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
        WorkflowTask,
    )

rule = Rule(
    id="WFL059",
    name="express-repeats-effect",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=StateMachine,
    summary="task has an effect that an asynchronous Express workflow may repeat",
    rationale="""
        An Express workflow that is started without waiting for it runs at least once: now and then
        twice. A message is then sent, a request posted or a counter raised twice, without any
        error.
        """,
    remediation="""
        Give the call a key that makes it idempotent, or do it in a Standard workflow, which runs
        each state once.
        """,
    when_to_ignore="""
        The receiver recognises what it has already seen.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::Serverless::StateMachine
            Properties:
              Type: EXPRESS
              Events:
                Placed:
                  Type: EventBridgeRule
                  Properties:
                    Pattern: {source: [orders]}
              Definition:
                StartAt: Send
                States:
                  Send:  # <-- 'Send' is done again when the execution runs twice
                    Type: Task
                    Resource: arn:aws:states:::sqs:sendMessage
                    Parameters: {QueueUrl: !Ref Queue, MessageBody: hello}
                    End: true
          Queue:
            Type: AWS::SQS::Queue
        """,
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html",
    ),
)

_KEYS = {
    "sqs:sendMessage": "MessageDeduplicationId",
    "sns:publish": "MessageDeduplicationId",
    "sesv2:sendEmail": "",
    "ses:sendEmail": "",
    "dynamodb:updateItem": "ConditionExpression",
    "ecs:runTask": "ClientToken",
}
_COUNTS = re.compile(r"(?i)\bADD\b|=[^,]*[+-]\s*:")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        if machine.is_express is not True:
            continue
        # Started synchronously, an execution runs at most once.
        starts = [
            edge
            for edge in architecture.incoming(machine)
            if edge.mode is not Mode.SYNCHRONOUS and edge.evidence is Evidence.DECLARED
        ]
        states = [task.state for task in architecture.workflow_tasks(machine) if _repeats(task)]
        if not starts or not states:
            continue
        verb = "is" if len(states) == 1 else "are"
        yield rule.finding(
            f"{listed(state.name for state in states)} {verb} done again when the execution"
            " runs twice",
            at=states[0].at(label="not idempotent"),
            related=[state.at(label="nor is this") for state in states[1:]]
            + [starts[0].at(label="starts it without waiting")],
            why="an asynchronous Express workflow runs at least once",
            remediation="Give the call a deduplication id, a client token or a condition that the"
            " second one does not meet.",
            about=machine.about,
        )


def _repeats(task: WorkflowTask) -> bool:
    call = task.call
    if call.service == "http":
        method = call.argument("Method")
        return method is not None and method.value == "POST"
    if task.label not in _KEYS:
        return False
    key = _KEYS[task.label]
    if key and call.argument(key) is not None:
        return False
    if call.service == "dynamodb":
        update = call.argument("UpdateExpression")
        text = update.value if update is not None else None
        return isinstance(text, str) and _COUNTS.search(text) is not None
    queues = [target for target in task.targets if isinstance(target, (Queue, Topic))]
    return not any(target.is_fifo is True for target in queues)

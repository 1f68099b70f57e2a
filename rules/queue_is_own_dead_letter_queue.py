"""A queue that names itself as its dead-letter queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EdgeKind, Evidence, Fix, Pillar, Queue, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Data, Finding, NotJudged

rule = Rule(
    id="QUE029",
    name="queue-is-own-dead-letter-queue",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=Queue,
    summary="queue is its own dead-letter queue",
    rationale="""
        A dead-letter queue takes a message out of the way of the others. One that is the source
        queue itself takes nothing out of anybody's way: the message would begin anew and fail
        again until it expires.
        """,
    remediation="""
        Name another queue in `deadLetterTargetArn`.
        """,
    when_to_ignore="""
        Never: nothing is kept this way.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              QueueName: orders
              RedrivePolicy:
                deadLetterTargetArn: arn:aws:sqs:eu-west-1:111122223333:orders  # <-- is its own
                maxReceiveCount: 5
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              QueueName: orders
              RedrivePolicy:
                deadLetterTargetArn: arn:aws:sqs:eu-west-1:111122223333:failed-orders
                maxReceiveCount: 5
        """,
    references=(
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for queue in architecture.all(Queue):
        for edge in architecture.outgoing(queue, EdgeKind.DEAD_LETTERS):
            if edge.target is not queue:
                continue
            sink = architecture.failure_queue(
                f"{queue.name}DeadLetters", near=queue, fifo=queue.is_fifo is True
            )
            arn: Data = {"Fn::GetAtt": [sink.name, "Arn"]}
            change = queue.change(("RedrivePolicy", "deadLetterTargetArn"), arn, over_call=True)
            yield rule.finding(
                f"'{queue.name}' is its own dead-letter queue",
                at=edge.at(label="the queue itself"),
                why="a message that cannot be handled is tried until it expires, and is then lost",
                remediation=queue.setting(
                    f"RedrivePolicy:\n  deadLetterTargetArn: !GetAtt {sink.name}.Arn\n"
                    "  maxReceiveCount: 5"
                )
                + sink.text,
                fix=Fix(f"Add the dead-letter queue '{sink.name}'", (change, *sink.changes))
                if change is not None and sink.changes
                else None,
                evidence=Evidence.DECLARED,
            )

"""An on-failure destination on the mapping of a source for which Lambda has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EventSourceMapping, Evidence, Fix, Pillar, Queue, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="QUE017",
    name="failure-destination-on-queue-mapping",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=EventSourceMapping,
    summary="event source mapping of a queue has an on-failure destination that is never used",
    rationale="""
        Lambda sends to the on-failure destination of an event source mapping only what it gives
        up of Kinesis, DynamoDB and Kafka. A message of an SQS queue stays in its queue until it
        is handled, and what becomes of it after too many attempts is up to the queue's own
        redrive policy; brokers and DocumentDB have nothing of the kind. The destination stays
        empty whatever fails.
        """,
    remediation="""
        Remove `DestinationConfig` and give the queue a `RedrivePolicy`.
        """,
    when_to_ignore="""
        Never: nothing arrives there.
        """,
    bad="""
        Resources:
          FromOrders:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
              FunctionResponseTypes: [ReportBatchItemFailures]
              DestinationConfig:
                OnFailure:
                  Destination: !ImportValue failed-orders-arn  # <-- reads an SQS queue
        """,
    good="""
        Resources:
          FromOrders:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
              FunctionResponseTypes: [ReportBatchItemFailures]
        """,
    references=(
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-eventsourcemapping-onfailure.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html",
    ),
)

_WITHOUT = {"sqs": "an SQS queue", "mq": "a broker", "documentdb": "a DocumentDB cluster"}
_PATH = ("DestinationConfig", "OnFailure", "Destination")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for mapping in architecture.all(EventSourceMapping):
        kind = _WITHOUT.get(mapping.source_kind)
        if kind is None or mapping.failure_destination is None:
            continue
        change = mapping.removal("DestinationConfig")
        queue = mapping.source
        instead = ""
        if isinstance(queue, Queue) and not queue.is_generated and queue.redrive_policy is None:
            instead = "\n# and let the queue keep what fails\n" + queue.setting(
                "RedrivePolicy:\n  deadLetterTargetArn: <queue>.Arn\n  maxReceiveCount: 5"
            )
        yield rule.finding(
            f"'{mapping.title}' reads {kind} and has an on-failure destination, which stays empty",
            at=mapping.at(*_PATH, label="nothing ever arrives here"),
            related=[queue.at(label="what it reads")] if isinstance(queue, Queue) else [],
            why="what the function fails on is not kept there, and watching it shows nothing",
            remediation=f"# remove DestinationConfig from {mapping.title}{instead}",
            evidence=Evidence.DECLARED,
            fix=Fix("Remove the destination", (change,), safe=True) if change else None,
        )

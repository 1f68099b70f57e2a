"""A queue that takes smaller messages than the topic that it is subscribed to sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Evidence,
    Fix,
    Pillar,
    Queue,
    Rule,
    Severity,
    Subscription,
    Topic,
    Unknown,
    limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="EVT021",
    name="queue-smaller-than-topic",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Subscription,
    summary="queue takes smaller messages than its topic sends",
    rationale="""
        A topic accepts messages up to its MaximumMessageSize and delivers them one by one. A queue
        with a smaller MaximumMessageSize refuses the larger ones, and as trying again does not
        help they end in the subscription's dead-letter queue or nowhere. The publisher learns
        nothing of it.
        """,
    remediation="""
        Set the queue's MaximumMessageSize to no less than the topic's, and somewhat more where the
        message comes in the envelope of SNS; a queue takes 1 MiB by default.
        """,
    when_to_ignore="""
        No publisher sends messages as large as the queue's limit.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SNS::Topic
            Properties:
              MaximumMessageSize: 1048576
          Subscription:
            Type: AWS::SNS::Subscription
            Properties:
              TopicArn: !Ref Orders
              Protocol: sqs
              Endpoint: !GetAtt Inbox.Arn
          Inbox:
            Type: AWS::SQS::Queue
            Properties:
              MaximumMessageSize: 262144  # <-- 'Inbox' takes 262144 bytes, 'Orders' sends
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SNS::Topic
            Properties:
              MaximumMessageSize: 1048576
          Subscription:
            Type: AWS::SNS::Subscription
            Properties:
              TopicArn: !Ref Orders
              Protocol: sqs
              Endpoint: !GetAtt Inbox.Arn
              RedrivePolicy: {deadLetterTargetArn: !GetAtt Failed.Arn}
          Inbox:
            Type: AWS::SQS::Queue
          Failed:
            Type: AWS::SQS::Queue
        """,
    references=(
        "https://docs.aws.amazon.com/sns/latest/dg/large-message-payloads.html",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    usual = int(limit("sns-message-size-default").value)
    for subscription in architecture.all(Subscription):
        topic, queue = subscription.source, subscription.target
        if not isinstance(topic, Topic) or not isinstance(queue, Queue):
            continue
        # What has no size takes 1 MiB, the most that a topic can send.
        taken = queue.number("MaximumMessageSize")
        sent = topic.number("MaximumMessageSize", default=usual)
        if taken is None or sent is None or isinstance(taken, Unknown) or isinstance(sent, Unknown):
            continue
        if taken < sent:
            yield _finding(subscription, topic, queue, (taken, sent))


def _finding(
    subscription: Subscription, topic: Topic, queue: Queue, sizes: tuple[int, int]
) -> Finding:
    taken, sent = sizes
    change = queue.removal("MaximumMessageSize")
    return rule.finding(
        f"'{queue.name}' takes {taken} bytes, '{topic.name}' sends up to {sent}",
        at=queue.at("MaximumMessageSize", label=f"takes {taken} bytes"),
        related=[
            topic.at("MaximumMessageSize", label=f"sends up to {sent} bytes"),
            subscription.at(label="subscribed here"),
        ],
        why="larger messages are refused by the queue, and the publisher learns nothing of it",
        remediation=f"""
            # or take MaximumMessageSize off: 1 MiB is the default
            {queue.name}:
              Properties:
                MaximumMessageSize: {max(sent, taken)}
            """,
        # A size that nobody chose is seldom what is really sent.
        severity=None if topic.get("MaximumMessageSize") is not None else Severity.INFO,
        evidence=Evidence.DECLARED,
        fix=Fix(f"Let '{queue.name}' take 1 MiB", (change,), safe=True) if change else None,
    )

"""A subscription of a kind that a topic of this type, standard or FIFO, does not take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Evidence,
    Pillar,
    Queue,
    Rule,
    Severity,
    Subscription,
    Topic,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="EVT019",
    name="subscriber-unfit-for-topic",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Subscription,
    summary="topic takes no subscription of this kind",
    rationale="""
        A standard topic has no message groups, so that SNS refuses to subscribe a FIFO queue to
        it. A FIFO topic delivers to SQS alone: functions, HTTP endpoints, addresses and numbers
        cannot subscribe to it.
        """,
    remediation="""
        Make queue and topic of the same type. Put a queue between a FIFO topic and whatever else
        is to get its messages.
        """,
    when_to_ignore="""
        Never: the subscription cannot be made.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SNS::Topic
          Subscription:
            Type: AWS::SNS::Subscription
            Properties:
              TopicArn: !Ref Orders
              Protocol: sqs
              Endpoint: !GetAtt Inbox.Arn  # <-- 'Orders' is a standard topic, 'Inbox' a FIFO queue
          Inbox:
            Type: AWS::SQS::Queue
            Properties:
              FifoQueue: true
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SNS::Topic
            Properties:
              FifoTopic: true
              TopicName: orders.fifo
          Subscription:
            Type: AWS::SNS::Subscription
            Properties:
              TopicArn: !Ref Orders
              Protocol: sqs
              Endpoint: !GetAtt Inbox.Arn
              RedrivePolicy: {deadLetterTargetArn: !GetAtt Failed.Arn}
          Inbox:
            Type: AWS::SQS::Queue
            Properties:
              FifoQueue: true
          Failed:
            Type: AWS::SQS::Queue
            Properties:
              FifoQueue: true
        """,
    references=(
        "https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html",
        "https://docs.aws.amazon.com/sns/latest/dg/sns-create-subscribe-endpoint-to-topic.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for subscription in architecture.all(Subscription):
        topic, target = subscription.source, subscription.target
        if not isinstance(topic, Topic) or not isinstance(subscription.protocol, str):
            continue
        if topic.is_fifo is True and subscription.protocol != "sqs":
            yield _finding(
                subscription,
                f"'{topic.name}' is a FIFO topic, which takes no subscription of protocol "
                f"'{subscription.protocol}'",
                topic,
                f"# subscribe a queue to {topic.name} and let the endpoint take its messages "
                "from there",
            )
        elif topic.is_fifo is False and isinstance(target, Queue) and target.is_fifo is True:
            yield _finding(
                subscription,
                f"'{topic.name}' is a standard topic, '{target.name}' a FIFO queue",
                topic,
                f"# take FifoQueue off {target.name}, or make {topic.name} a FIFO topic",
            )


def _finding(subscription: Subscription, message: str, topic: Topic, remediation: str) -> Finding:
    key = "Protocol" if topic.is_fifo is True else "Endpoint"
    return rule.finding(
        message,
        at=subscription.at(key, label="the topic takes no such subscription"),
        related=[topic.at(label="FIFO" if topic.is_fifo is True else "standard")],
        why="SNS refuses the subscription, and the deployment fails",
        remediation=remediation,
        evidence=Evidence.DECLARED,
    )

"""A topic for large messages with a subscriber that cannot get them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Evidence,
    Fix,
    Pillar,
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
    id="EVT020",
    name="large-messages-to-unfit-subscriber",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Topic,
    summary="topic for large messages has a subscriber that cannot get them",
    rationale="""
        A topic whose MaximumMessageSize is above 256 KiB delivers to SQS, Lambda and Firehose
        alone, and has no more than 100 subscriptions. SNS refuses the size on a topic with other
        subscriptions, and other subscriptions on a topic of that size.
        """,
    remediation="""
        Leave MaximumMessageSize at 256 KiB, or put a topic of its own before the other
        subscribers.
        """,
    when_to_ignore="""
        Never: the two exclude each other.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SNS::Topic
            Properties:
              MaximumMessageSize: 1048576
          Mail:
            Type: AWS::SNS::Subscription
            Properties:
              TopicArn: !Ref Orders
              Protocol: email  # <-- 'Orders' takes messages of 1048576 bytes
              Endpoint: orders@example.com
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SNS::Topic
            Properties:
              MaximumMessageSize: 262144
          Mail:
            Type: AWS::SNS::Subscription
            Properties:
              TopicArn: !Ref Orders
              Protocol: email
              Endpoint: orders@example.com
        """,
    references=("https://docs.aws.amazon.com/sns/latest/dg/large-message-payloads.html",),
)

_FIT = {"sqs", "lambda", "firehose"}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    usual = limit("sns-message-size-default").value
    most = limit("sns-large-message-subscriptions").value
    by_topic: dict[str, list[Subscription]] = {}
    for subscription in architecture.all(Subscription):
        if subscription.source is not None:
            by_topic.setdefault(subscription.source.id, []).append(subscription)
    for topic in architecture.all(Topic):
        size = topic.number("MaximumMessageSize")
        if size is None or isinstance(size, Unknown) or size <= usual:
            continue
        subscriptions = by_topic.get(topic.id, [])
        for subscription in subscriptions:
            protocol = subscription.protocol
            if isinstance(protocol, str) and protocol not in _FIT:
                yield _finding(topic, subscription, size, protocol)
        if len(subscriptions) > most:
            yield rule.finding(
                f"'{topic.name}' takes messages of {size} bytes and has {len(subscriptions)} "
                f"subscriptions, more than {most:.0f}",
                at=topic.at("MaximumMessageSize", label="above 256 KiB"),
                why="SNS refuses the subscriptions beyond that number",
                remediation=_remediation(topic, usual),
                evidence=Evidence.DECLARED,
            )


def _finding(topic: Topic, subscription: Subscription, size: int, protocol: str) -> Finding:
    usual = limit("sns-message-size-default").value
    change = topic.change(("MaximumMessageSize",), int(usual))
    return rule.finding(
        f"'{topic.name}' takes messages of {size} bytes, which no subscription of protocol "
        f"'{protocol}' can get",
        at=subscription.at("Protocol", label="gets no more than 256 KiB"),
        related=[topic.at("MaximumMessageSize", label="above 256 KiB")],
        why="SNS refuses one of the two, and the deployment fails",
        remediation=_remediation(topic, usual),
        evidence=Evidence.DECLARED,
        fix=Fix(f"Limit '{topic.name}' to 256 KiB", (change,)) if change is not None else None,
    )


def _remediation(topic: Topic, usual: float) -> str:
    return f"""
        {topic.name}:
          Properties:
            MaximumMessageSize: {usual:.0f}
        """

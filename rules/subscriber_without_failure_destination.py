"""A subscriber of a custom event bus that drops what it cannot deliver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Pillar, Rule, Severity, Subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="EVT018",
    name="subscriber-without-failure-destination",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=Subscriber,
    summary="subscriber of an event bus keeps no event that it cannot deliver",
    rationale="""
        A subscriber of an `AWS::EventsV2::EventBus` gives up after 5 further attempts or 300
        seconds unless told otherwise. An event that is not delivered by then is dropped, unless
        the subscriber has an OnFailureConfiguration.
        """,
    remediation="""
        Name an SQS queue in OnFailureConfiguration.
        """,
    when_to_ignore="""
        Events that were not delivered in time are worth nothing.
        """,
    bad="""
        Resources:
          Ship:  # <-- 'Ship' keeps no event that it cannot deliver
            Type: AWS::EventsV2::Subscriber
            Properties:
              Name: ship
              EventBusArn: !GetAtt Shop.EventBusArn
              InvokeConfiguration:
                TargetArn: !GetAtt Handler.Arn
          Shop:
            Type: AWS::EventsV2::EventBus
            Properties:
              Name: shop
          Handler:
            Type: AWS::SQS::Queue
        """,
    good="""
        Resources:
          Ship:
            Type: AWS::EventsV2::Subscriber
            Properties:
              Name: ship
              EventBusArn: !GetAtt Shop.EventBusArn
              InvokeConfiguration:
                TargetArn: !GetAtt Handler.Arn
              OnFailureConfiguration:
                Arn: !GetAtt Failed.Arn
          Shop:
            Type: AWS::EventsV2::EventBus
            Properties:
              Name: shop
          Handler:
            Type: AWS::SQS::Queue
          Failed:
            Type: AWS::SQS::Queue
        """,
    references=(
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-eventsv2-subscriber-onfailureconfiguration.html",
        "https://docs.aws.amazon.com/eventbridgev2/latest/APIReference/API_CreateSubscriber.html",
    ),
    aggregate="{count} subscribers keep no event that they cannot deliver: {names}",
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for subscriber in architecture.all(Subscriber):
        # An empty object and an object without an ARN name no queue.
        if subscriber.get("OnFailureConfiguration", "Arn") is None:
            yield _finding(architecture, subscriber)


def _finding(architecture: Architecture, subscriber: Subscriber) -> Finding:
    sink = architecture.free_name(f"{subscriber.name}Undelivered", near=subscriber)
    return rule.finding(
        f"'{subscriber.name}' keeps no event that it cannot deliver",
        at=subscriber.at(label="no OnFailureConfiguration"),
        why="an event that the target does not take within minutes is dropped",
        remediation=f"""
            {subscriber.name}:
              Properties:
                OnFailureConfiguration:
                  Arn: !GetAtt {sink}.Arn
            {sink}:
              Type: AWS::SQS::Queue
              Properties:
                MessageRetentionPeriod: 1209600
            """,
    )

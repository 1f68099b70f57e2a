"""Two notifications of a bucket that are for the same objects and the same kind of event."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from advisor import (
    BucketNotification,
    Confidence,
    Pillar,
    Rule,
    Severity,
    Text,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, Node, NotJudged, Value

rule = Rule(
    id="EVT017",
    name="overlapping-notifications",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=BucketNotification,
    summary="two notifications of a bucket are for the same objects and the same kind of event",
    rationale="""
        Of one event S3 notifies one target. Two notifications for the same kind of event whose
        prefixes and suffixes may both fit one key are refused, with "Configurations overlap",
        when the stack is deployed, whatever their targets are.
        """,
    remediation="""
        Make the prefixes or the suffixes exclude each other. Where several targets want the same
        event, notify one topic and subscribe them, or send the events to EventBridge and write one
        rule for each.
        """,
    when_to_ignore="""
        Never: the notifications cannot be made.
        """,
    bad="""
        Resources:
          Uploads:
            Type: AWS::S3::Bucket
            Properties:
              NotificationConfiguration:
                QueueConfigurations:
                  - Event: s3:ObjectCreated:*
                    Queue: !GetAtt Scan.Arn
                  - Event: s3:ObjectCreated:Put  # <-- two notifications of 'Uploads' overlap
                    Queue: !GetAtt Resize.Arn
                    Filter: {S3Key: {Rules: [{Name: suffix, Value: .jpg}]}}
          Scan:
            Type: AWS::SQS::Queue
          Resize:
            Type: AWS::SQS::Queue
        """,
    good="""
        Resources:
          Uploads:
            Type: AWS::S3::Bucket
            Properties:
              NotificationConfiguration:
                QueueConfigurations:
                  - Event: s3:ObjectCreated:*
                    Queue: !GetAtt Scan.Arn
                    Filter: {S3Key: {Rules: [{Name: suffix, Value: .zip}]}}
                  - Event: s3:ObjectCreated:Put
                    Queue: !GetAtt Resize.Arn
                    Filter: {S3Key: {Rules: [{Name: suffix, Value: .jpg}]}}
          Scan:
            Type: AWS::SQS::Queue
          Resize:
            Type: AWS::SQS::Queue
        """,
    references=(
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_FilterRule.html",
    ),
)

MOST = 100
"""Notifications that S3 lets a bucket have; https://docs.aws.amazon.com/general/latest/gr/s3.html"""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    by_bucket: dict[str, list[BucketNotification]] = defaultdict(list)
    for notification in architecture.all(BucketNotification):
        if notification.bucket is not None:
            by_bucket[notification.bucket.id].append(notification)
    for notifications in by_bucket.values():
        for index, second in enumerate(notifications[:MOST]):
            first = next((each for each in notifications[:index] if _overlap(each, second)), None)
            if first is not None and second.bucket is not None:
                yield _finding(first, second, second.bucket)


def _overlap(one: BucketNotification, other: BucketNotification) -> bool:
    return (
        _share_event(one, other)
        and _share_end(one.key_prefix, other.key_prefix, at_start=True)
        and _share_end(one.key_suffix, other.key_suffix, at_start=False)
    )


def _share_event(one: BucketNotification, other: BucketNotification) -> bool:
    firsts, seconds = one.events, other.events
    if isinstance(firsts, Unknown) or isinstance(seconds, Unknown):
        return False
    return any(
        isinstance(a, str) and isinstance(b, str) and (_covers(a, b) or _covers(b, a))
        for a in firsts
        for b in seconds
    )


def _covers(wide: str, narrow: str) -> bool:
    return wide == narrow or (wide.endswith(":*") and narrow.startswith(wide[:-1]))


def _share_end(one: Value, other: Value, *, at_start: bool) -> bool:
    """Tell whether a key may begin (or end) with both; False where that is not sure."""
    if one is None or other is None or one == other:
        return not isinstance(one, (Unknown, Text)) and not isinstance(other, (Unknown, Text))
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    if at_start:
        return one.startswith(other) or other.startswith(one)
    return one.endswith(other) or other.endswith(one)


def _finding(one: BucketNotification, other: BucketNotification, bucket: Node) -> Finding:
    at = other.at("Event", label="for the same objects and events")
    return rule.finding(
        f"two notifications of '{bucket.name}' overlap",
        at=at if other.get("Event") is not None else other.at(label="for the same objects"),
        related=[one.at(label="as this one")],
        why="S3 refuses the configuration, and the deployment fails",
        remediation=f"""
            # let {bucket.name} send its events to EventBridge, where several rules may match
            {bucket.name}:
              Properties:
                NotificationConfiguration:
                  EventBridgeConfiguration:
                    EventBridgeEnabled: true
            """,
    )

"""A bucket that is to notify a FIFO queue or topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    BucketNotification,
    Confidence,
    Evidence,
    Pillar,
    Queue,
    Rule,
    Severity,
    Topic,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="EVT016",
    name="notification-to-fifo-target",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=BucketNotification,
    summary="bucket is to notify a FIFO queue or topic",
    rationale="""
        S3 sends its notifications to standard queues and standard topics only. One for a FIFO
        queue or topic is refused when the stack is deployed.
        """,
    remediation="""
        Notify a standard queue or topic. Where the order matters, let the bucket send its events
        to EventBridge, and let a rule with a message group send them on to the FIFO queue.
        """,
    when_to_ignore="""
        Never: the notification cannot be made.
        """,
    bad="""
        Resources:
          Uploads:
            Type: AWS::S3::Bucket
            Properties:
              NotificationConfiguration:
                QueueConfigurations:
                  - Event: s3:ObjectCreated:*
                    Queue: !GetAtt Inbox.Arn  # <-- 'Uploads' is to notify the FIFO queue 'Inbox'
          Inbox:
            Type: AWS::SQS::Queue
            Properties:
              FifoQueue: true
        """,
    good="""
        Resources:
          Uploads:
            Type: AWS::S3::Bucket
            Properties:
              NotificationConfiguration:
                QueueConfigurations:
                  - Event: s3:ObjectCreated:*
                    Queue: !GetAtt Inbox.Arn
          Inbox:
            Type: AWS::SQS::Queue
        """,
    references=(
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for notification in architecture.all(BucketNotification):
        target = notification.target
        if isinstance(target, (Queue, Topic)) and target.is_fifo is True:
            yield _finding(notification, target)


def _finding(notification: BucketNotification, target: Queue | Topic) -> Finding:
    kind = "queue" if isinstance(target, Queue) else "topic"
    bucket = notification.bucket.name if notification.bucket is not None else notification.name
    return rule.finding(
        f"'{bucket}' is to notify the FIFO {kind} '{target.name}'",
        at=notification.at(notification.target_key, label=f"a FIFO {kind}"),
        related=[target.at(label=f"FIFO {kind}")],
        why="S3 refuses the notification, and the deployment fails",
        remediation=f"""
            {bucket}:
              Properties:
                NotificationConfiguration:
                  EventBridgeConfiguration:
                    EventBridgeEnabled: true
            # and send the events on to {target.name} with a rule for source aws.s3,
            # with SqsParameters.MessageGroupId
            """,
        evidence=Evidence.DECLARED,
    )

"""A queue whose messages lie unencrypted because the template turns the default off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Fix, Pillar, Queue, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="QUE013",
    name="queue-encryption-disabled",
    pillar=Pillar.SECURITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Queue,
    summary="queue has its encryption at rest switched off",
    rationale="""
        SQS encrypts every queue with a key of its own unless it is told not to, at no cost and
        without any permission. `SqsManagedSseEnabled: false` without a KMS key switches that off:
        the bodies of messages are then stored as they are.
        """,
    remediation="""
        Remove the property, or name a KMS key in `KmsMasterKeyId`.
        """,
    when_to_ignore="""
        A producer or consumer still uses plain HTTP or a signature version that encrypted queues
        refuse.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              SqsManagedSseEnabled: false  # <-- 'Orders' stores messages unencrypted
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
          Bills:
            Type: AWS::SQS::Queue
            Properties:
              SqsManagedSseEnabled: false
              KmsMasterKeyId: !ImportValue bills-key-arn
        """,
    references=(
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-sqs-sse-queue.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for queue in architecture.all(Queue):
        # A key that is not known is a key all the same.
        if queue.sqs_managed_encryption is not False or queue.kms_key is not None:
            continue
        change = queue.removal("SqsManagedSseEnabled")
        yield rule.finding(
            f"'{queue.name}' stores messages unencrypted",
            at=queue.at("SqsManagedSseEnabled", label="switches the default encryption off"),
            why="whoever gets at the stored data reads the bodies of all messages",
            remediation=f"# remove SqsManagedSseEnabled from {queue.name}: true is the default",
            fix=Fix("Leave the encryption on", (change,), safe=True) if change else None,
        )

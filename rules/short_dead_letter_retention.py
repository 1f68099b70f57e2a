"""A dead-letter queue that forgets failures before anybody may have looked at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Evidence, Fix, Pillar, Queue, Rule, Severity, limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="QUE016",
    name="short-dead-letter-retention",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=Queue,
    summary="dead-letter queue keeps messages for less than 14 days",
    rationale="""
        What lies in a dead-letter queue waits for a person: to find the fault, mend it, deploy
        and redrive the messages. The default of four days is over after a long weekend. Keeping
        messages for the longest time that SQS allows costs nothing.
        """,
    remediation="""
        Set `MessageRetentionPeriod` to 1209600, which is 14 days.
        """,
    when_to_ignore="""
        Failed messages are consumed automatically, or must be deleted earlier for legal reasons.
        """,
    bad="""
        Resources:
          Ship:
            Type: AWS::Lambda::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              Code: ship/
              Role: !ImportValue ship-role-arn
              DeadLetterConfig:
                TargetArn: !GetAtt Failed.Arn
          Failed:
            Type: AWS::SQS::Queue
            Properties:
              MessageRetentionPeriod: 345600  # <-- 'Failed' keeps what failed for 4 days
        """,
    good="""
        Resources:
          Ship:
            Type: AWS::Lambda::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              Code: ship/
              Role: !ImportValue ship-role-arn
              DeadLetterConfig:
                TargetArn: !GetAtt Failed.Arn
          Failed:
            Type: AWS::SQS::Queue
            Properties:
              MessageRetentionPeriod: 1209600
          FailedAlarm:
            Type: AWS::CloudWatch::Alarm
            Properties:
              Namespace: AWS/SQS
              MetricName: ApproximateNumberOfMessagesVisible
              Dimensions: [{Name: QueueName, Value: !GetAtt Failed.QueueName}]
              Statistic: Maximum
              Period: 300
              EvaluationPeriods: 1
              Threshold: 0
              ComparisonOperator: GreaterThanThreshold
        """,
    references=(
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html",
    ),
    aggregate="{count} dead-letter queues keep messages for less than 14 days: {names}",
)

_DAY = 86_400


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    longest = int(limit("queue-retention-maximum").value)
    for queue in architecture.all(Queue):
        kept = queue.retention
        if not queue.is_dead_letter_sink or not isinstance(kept, int) or kept >= longest:
            continue
        # A queue that others write to or that is consumed is more than a place to look at.
        if architecture.publishers(queue) or architecture.consumers(queue):
            continue
        if _is_judged_by_its_source(architecture, queue, kept):
            continue
        time = f"{kept / _DAY:g} days" if kept > _DAY else f"{kept} s"
        change = None if queue.is_generated else queue.change(("MessageRetentionPeriod",), longest)
        yield rule.finding(
            f"'{queue.name}' keeps what failed for {time}",
            at=queue.at("MessageRetentionPeriod", label=f"kept for {time}"),
            why="a failure that nobody looks into within that time is gone",
            remediation=queue.setting(f"MessageRetentionPeriod: {longest}"),
            evidence=Evidence.DECLARED,
            fix=Fix("Keep failed messages for 14 days", (change,), safe=True) if change else None,
        )


def _is_judged_by_its_source(architecture: Architecture, queue: Queue, kept: int) -> bool:
    """Tell whether a source queue keeps messages as long, of which another rule speaks."""
    if queue.is_fifo is not False:
        return False
    for edge in architecture.dead_letter_sources(queue):
        if isinstance(edge.source, Queue):
            seconds = edge.source.retention
            if isinstance(seconds, int) and kept <= seconds:
                return True
    return False

"""A dead-letter queue that keeps a message no longer than the queue that it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Evidence, Fix, Pillar, Queue, Rule, Severity, limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="QUE015",
    name="dead-letter-retention-not-above-source",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=Queue,
    summary="dead-letter queue keeps messages no longer than its source queue",
    rationale="""
        A message of a standard queue takes its age along when it moves to the dead-letter queue:
        the retention period there counts from the first arrival in the source queue. One that
        waited three days in a backlog has a single day left of the default four. With a shorter
        retention than that of the source it may be deleted in the moment it arrives.
        """,
    remediation="""
        Give the dead-letter queue the longest retention, 14 days.
        """,
    when_to_ignore="""
        Failed messages are looked at within minutes, or are worthless after that.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              MessageRetentionPeriod: 1209600
              RedrivePolicy:
                deadLetterTargetArn: !GetAtt Failed.Arn
                maxReceiveCount: 5
          Failed:
            Type: AWS::SQS::Queue
            Properties:
              MessageRetentionPeriod: 86400  # <-- 'Failed' keeps messages for 1 day, its source
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              RedrivePolicy:
                deadLetterTargetArn: !GetAtt Failed.Arn
                maxReceiveCount: 5
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
    ),
    aggregate="{count} dead-letter queues keep messages no longer than their sources: {names}",
)

_DAY = 86_400


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for sink in architecture.all(Queue):
        kept = sink.retention
        # A FIFO queue counts the age anew, and more than the longest retention there is not.
        if sink.is_fifo is not False or not isinstance(kept, int) or kept >= _longest():
            continue
        sources = [
            (source.retention, source)
            for edge in architecture.dead_letter_sources(sink)
            if isinstance(source := edge.source, Queue) and source is not sink
        ]
        known = [(seconds, source) for seconds, source in sources if isinstance(seconds, int)]
        if not known:
            continue
        longest, source = max(known, key=lambda pair: pair[0])
        if kept <= longest:
            yield _finding(sink, kept, source, longest)


def _longest() -> int:
    return int(limit("queue-retention-maximum").value)


def _finding(sink: Queue, kept: int, source: Queue, longest: int) -> Finding:
    is_shorter = kept < longest
    same = f"as long as its source '{source.name}'"
    change = None if sink.is_generated else sink.change(("MessageRetentionPeriod",), _longest())
    return rule.finding(
        f"'{sink.name}' keeps messages for {_days(kept)}, "
        + (f"its source '{source.name}' for {_days(longest)}" if is_shorter else same),
        at=sink.at("MessageRetentionPeriod", label=f"kept for {_days(kept)}"),
        related=[source.at("MessageRetentionPeriod", label=f"kept for {_days(longest)}")],
        why=(
            "a message that arrives late has passed its age here already and is deleted at once"
            if is_shorter
            else "the age of a message counts from its first arrival, so that little is left of "
            "the time to look at a failure after a backlog"
        ),
        remediation=sink.setting(f"MessageRetentionPeriod: {_longest()}"),
        severity=Severity.WARNING if is_shorter else None,
        evidence=Evidence.DECLARED,
        fix=Fix("Keep failed messages for 14 days", (change,), safe=True) if change else None,
    )


def _days(seconds: int) -> str:
    if seconds < _DAY:
        return f"{seconds} s"
    return "1 day" if seconds == _DAY else f"{seconds / _DAY:g} days"

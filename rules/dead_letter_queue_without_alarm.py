"""A dead-letter queue that fills up without anybody being told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Alarm, Confidence, EdgeKind, Evidence, Fix, Pillar, Queue, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="QUE028",
    name="dead-letter-queue-without-alarm",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=Queue,
    summary="dead-letter queue has neither a consumer nor an alarm",
    rationale="""
        A dead-letter queue keeps what failed for some days and then deletes it. Without a
        consumer or an alarm nobody learns that there is anything in it before it is gone, and the
        queue does no more than delay the loss.
        """,
    remediation="""
        Let an alarm watch `ApproximateNumberOfMessagesVisible` of the queue and go off above
        zero.
        """,
    when_to_ignore="""
        Alarms are declared elsewhere, or something outside the templates reads the queue.
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
          Failed:  # <-- nobody is told when something arrives in 'Failed'
            Type: AWS::SQS::Queue
            Properties:
              MessageRetentionPeriod: 1209600
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
              AlarmActions: [!ImportValue on-call-topic-arn]
        """,
    references=(
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/dead-letter-queues-alarms-cloudwatch.html",
    ),
    aggregate="{count} dead-letter queues have neither a consumer nor an alarm: {names}",
)

_READ = "sqs:receivemessage"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    watched = {node.id for alarm in architecture.all(Alarm) for node in alarm.watched}
    for queue in architecture.all(Queue):
        if not queue.is_dead_letter_sink or queue.id in watched:
            continue
        if architecture.consumers(queue) or architecture.is_exported(queue):
            continue
        if _is_read(architecture, queue):
            continue
        alarm = architecture.queue_alarm(queue.name, near=queue)
        whole = bool(alarm.changes) and not queue.is_generated
        text = alarm.text
        if queue.is_generated:
            text = text.replace(f"!GetAtt {queue.name}.QueueName", "<name>")
        yield rule.finding(
            f"nobody is told when something arrives in '{queue.title}'",
            at=queue.at(label="no consumer and no alarm"),
            why="failures are deleted at the end of the retention period without anybody knowing",
            remediation=f"{text}    AlarmActions: [<topic>]\n",
            evidence=Evidence.DECLARED,
            fix=Fix(f"Add an alarm on '{queue.name}'", alarm.changes) if whole else None,
        )


def _is_read(architecture: Architecture, queue: Queue) -> bool:
    """Tell whether a role of the templates may receive its messages by name."""
    return any(
        edge.kind is not EdgeKind.USES and any(action.lower() == _READ for action in edge.actions)
        for edge in (*architecture.incoming(queue), *architecture.outgoing(queue))
    )

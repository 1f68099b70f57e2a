"""A queue without a dead-letter queue hands a message that fails out again until it expires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EdgeKind, Fix, Mode, Pillar, Queue, Rule, Severity, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Data, Edge, Finding, NotJudged

rule = Rule(
    id="QUE001",
    name="source-queue-without-dlq",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Queue,
    summary="queue feeds a consumer but has no dead-letter queue",
    rationale="""
        A message that its consumer cannot handle becomes visible again after the visibility
        timeout and is tried again, until the queue's retention period ends and it is deleted. In
        the meantime it uses up invocations, and in a batch it takes its neighbours with it.
        Nothing else keeps it: for a function that polls a queue, Lambda uses neither the
        function's own dead-letter queue nor an on-failure destination.
        """,
    remediation="""
        Add a queue for what cannot be handled and name it in the source queue's `RedrivePolicy`.
        Five receives or more keep a throttled consumer from sending good messages there. Give
        the dead-letter queue the longest retention, since the age of a message counts from
        its first arrival.
        """,
    when_to_ignore="""
        The messages are worthless once a first attempt has failed, such as a metric that the next
        one replaces. Or the queue is FIFO and no message may overtake one that failed, which a
        dead-letter queue lets them do.
        """,
    bad="""
        Resources:
          Orders:  # <-- 'Orders' feeds 'Ship'
            Type: AWS::SQS::Queue
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Events:
                Orders:
                  Type: SQS
                  Properties:
                    Queue: !GetAtt Orders.Arn
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              VisibilityTimeout: 18
              RedrivePolicy:
                deadLetterTargetArn: !GetAtt OrdersDeadLetters.Arn
                maxReceiveCount: 5
          OrdersDeadLetters:
            Type: AWS::SQS::Queue
            Properties:
              MessageRetentionPeriod: 1209600
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Events:
                Orders:
                  Type: SQS
                  Properties:
                    Queue: !GetAtt Orders.Arn
                    FunctionResponseTypes: [ReportBatchItemFailures]
          Alarm:
            Type: AWS::CloudWatch::Alarm
            Properties:
              Namespace: AWS/SQS
              MetricName: ApproximateNumberOfMessagesVisible
              Dimensions: [{Name: QueueName, Value: !GetAtt OrdersDeadLetters.QueueName}]
              Statistic: Maximum
              Period: 300
              EvaluationPeriods: 1
              Threshold: 0
              ComparisonOperator: GreaterThanThreshold
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for queue in architecture.all(Queue):
        if queue.is_dead_letter_sink:
            continue
        consumers = [
            edge
            for edge in architecture.outgoing(queue, EdgeKind.INVOKES, EdgeKind.FEEDS)
            if edge.mode is Mode.POLLED
        ]
        if not consumers:
            continue
        policy = queue.redrive_policy
        if isinstance(policy, Unknown):
            yield rule.not_judged(queue, because=f"its RedrivePolicy is a {policy.cause.value}")
        elif policy is None:
            yield _finding(architecture, queue, consumers)


def _finding(architecture: Architecture, queue: Queue, consumers: list[Edge]) -> Finding:
    consumer = consumers[0].target.name
    remediation, fix = _plan(architecture, queue)
    days = queue.retention if isinstance(queue.retention, Unknown) else queue.retention / 86400
    kept = "until it expires" if isinstance(days, Unknown) else f"for {days:g} days"
    return rule.finding(
        f"'{queue.name}' feeds '{consumer}' but has no dead-letter queue",
        at=queue.at(label="no RedrivePolicy"),
        related=[edge.at(label=f"'{edge.target.name}' polls it here") for edge in consumers],
        why=f"a message that '{consumer}' cannot handle is tried again and again {kept}, "
        "then it is lost",
        remediation=remediation,
        evidence=consumers[0].evidence,
        fix=fix,
    )


def _plan(architecture: Architecture, queue: Queue) -> tuple[str, Fix | None]:
    """Return the remediation, and the fix that does the same."""
    is_fifo = queue.is_fifo is True
    sink = architecture.failure_queue(f"{queue.name}DeadLetters", near=queue, fifo=is_fifo)
    policy: Data = {
        "deadLetterTargetArn": {"Fn::GetAtt": [sink.name, "Arn"]},
        "maxReceiveCount": 5,
    }
    if queue.is_generated:
        return (
            f"""
{sink.text}# SAM makes the queue of this event without a RedrivePolicy: declare one of your own with
#   RedrivePolicy: {{deadLetterTargetArn: !GetAtt {sink.name}.Arn, maxReceiveCount: 5}}
# and name it in the event instead of "SqsSubscription: true":
#   SqsSubscription: {{QueueArn: !GetAtt <queue>.Arn, QueueUrl: !Ref <queue>}}
""",
            None,
        )
    change = queue.change(("RedrivePolicy",), policy)
    fix = None
    if change is not None and sink.changes:
        fix = Fix(f"Add the dead-letter queue '{sink.name}'", (change, *sink.changes))
    return (
        f"""
{queue.name}:
  Properties:
    RedrivePolicy:
      deadLetterTargetArn: !GetAtt {sink.name}.Arn
      maxReceiveCount: 5
{sink.text}""",
        fix,
    )

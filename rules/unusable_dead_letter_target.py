"""A dead-letter target of the wrong type, FIFO or standard, is refused or never written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    EventInvokeConfig,
    EventSourceMapping,
    Evidence,
    Function,
    Pillar,
    Queue,
    Rule,
    RuleTarget,
    Schedule,
    Severity,
    Subscription,
    Topic,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Edge,
        Finding,
        Node,
        NotJudged,
    )

rule = Rule(
    id="QUE002",
    name="unusable-dead-letter-target",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=(
        Queue,
        Function,
        EventInvokeConfig,
        EventSourceMapping,
        RuleTarget,
        Schedule,
        Subscription,
    ),
    summary="dead-letter target is of a type that its source cannot write to",
    rationale="""
        The dead-letter queue of a queue has to be of the queue's own type: FIFO for FIFO, standard
        for standard; so has that of a topic's subscription. What sends failed events by
        itself (asynchronous functions, stream mappings, rules and schedules) gives them no
        message group, and so needs a standard queue or topic. With the wrong type the deployment
        is refused, or nothing that fails is ever kept.
        """,
    remediation="""
        Point to a queue of the type that the source needs.
        """,
    when_to_ignore="""
        Never: a sink of the wrong type cannot work.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              RedrivePolicy:
                deadLetterTargetArn: !GetAtt Failed.Arn  # <-- 'Failed' is a FIFO queue
                maxReceiveCount: 5
          Failed:
            Type: AWS::SQS::Queue
            Properties:
              FifoQueue: true
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
          Alarm:
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
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html",
        "https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html",
        "https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html",
    ),
)

_STANDARD_ONLY = (Function, EventInvokeConfig, EventSourceMapping, RuleTarget, Schedule)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for edge in architecture.edges(EdgeKind.DEAD_LETTERS):
        if not isinstance(edge.target, (Queue, Topic)):
            continue
        needed = _needs_fifo(architecture, edge.declared_by)
        found = edge.target.is_fifo
        # Either may be unknown, which is neither true nor false.
        if isinstance(needed, bool) and isinstance(found, bool) and needed is not found:
            yield _finding(architecture, edge, needed=needed)


def _needs_fifo(architecture: Architecture, source: Node) -> object:
    """Return whether a source needs a FIFO sink; something that is no bool where not known."""
    if isinstance(source, Queue):
        return source.is_fifo
    if isinstance(source, Subscription):
        topic = architecture.node_of(source.topic, "topic", source)
        return topic.is_fifo if isinstance(topic, Topic) else None
    return False if isinstance(source, _STANDARD_ONLY) else None


def _finding(architecture: Architecture, edge: Edge, *, needed: bool) -> Finding:
    kind = "queue" if isinstance(edge.target, Queue) else "topic"
    is_now = f"{'standard' if needed else 'FIFO'} {kind}"
    wanted = f"{'FIFO' if needed else 'standard'} {kind}"
    name = edge.declared_by.name
    sink = architecture.free_name(f"{name}Failures", near=edge.declared_by)
    return rule.finding(
        f"'{edge.target.name}' is a {is_now}, "
        f"the {edge.via} of '{edge.declared_by.title}' needs a {wanted}",
        at=edge.at(label=f"needs a {wanted}"),
        related=[edge.target.at(label=f"a {is_now}")],
        why=f"nothing that '{name}' fails on can be kept here: the deployment is refused or the "
        "events are lost",
        evidence=Evidence.DECLARED,
        remediation=f"""
            {sink}:
              Type: {edge.target.type}
              Properties:
                {"FifoQueue: true" if needed else "MessageRetentionPeriod: 1209600"}
            # and name it here instead of {edge.target.name}
            """,
    )

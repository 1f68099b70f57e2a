"""Several consumers of one queue, each of which gets only a share of the messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventSourceMapping,
    Evidence,
    Pillar,
    Pipe,
    Queue,
    Rule,
    Severity,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, NotJudged

rule = Rule(
    id="QUE025",
    name="queue-with-competing-consumers",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Queue,
    summary="queue feeds several consumers, of which each message reaches only one",
    rationale="""
        A queue hands each message to one of its consumers, whichever asks first. Two functions or
        pipes on the same queue do not both see everything: each works on a random share. With
        filters it is worse. A consumer deletes the messages that do not match its own filter,
        also those that another consumer waits for.
        """,
    remediation="""
        Give each consumer a queue of its own and put a topic or an event bus before them; a
        subscription or a rule can filter there without deleting what others need.
        """,
    when_to_ignore="""
        The consumers do exactly the same with a message, as while one replaces the other.
        """,
    bad="""
        Resources:
          Orders:  # <-- 'Orders' shares its messages out among 'Ship' and 'Bill'
            Type: AWS::SQS::Queue
            Properties:
              RedrivePolicy:
                deadLetterTargetArn: !ImportValue failed-orders-arn
                maxReceiveCount: 5
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
          Bill:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: bill/
              Events:
                Orders:
                  Type: SQS
                  Properties:
                    Queue: !GetAtt Orders.Arn
                    FunctionResponseTypes: [ReportBatchItemFailures]
        """,
    good="""
        Resources:
          ShipOrders:
            Type: AWS::SQS::Queue
            Properties:
              RedrivePolicy:
                deadLetterTargetArn: !ImportValue failed-orders-arn
                maxReceiveCount: 5
          BillOrders:
            Type: AWS::SQS::Queue
            Properties:
              RedrivePolicy:
                deadLetterTargetArn: !ImportValue failed-orders-arn
                maxReceiveCount: 5
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
                    Queue: !GetAtt ShipOrders.Arn
                    FunctionResponseTypes: [ReportBatchItemFailures]
          Bill:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: bill/
              Events:
                Orders:
                  Type: SQS
                  Properties:
                    Queue: !GetAtt BillOrders.Arn
                    FunctionResponseTypes: [ReportBatchItemFailures]
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html",
        "https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for queue in architecture.all(Queue):
        consumers = [edge for edge in architecture.consumers(queue) if _is_running(edge)]
        if len(consumers) > 1:
            yield _finding(queue, consumers)


def _is_running(edge: Edge) -> bool:
    node = edge.declared_by
    if isinstance(node, EventSourceMapping):
        return node.enabled is True
    return isinstance(node, Pipe) and node.is_running is True


def _filters(edge: Edge) -> bool:
    node = edge.declared_by
    found = node.filter_patterns if isinstance(node, (EventSourceMapping, Pipe)) else []
    return not isinstance(found, Unknown) and bool(found)


def _finding(queue: Queue, consumers: list[Edge]) -> Finding:
    # A pipe is a consumer by its own name, what lies behind it is not.
    names = list(dict.fromkeys(_name(edge) for edge in consumers))
    filtered = [edge for edge in consumers if _filters(edge)]
    severity = None
    if filtered:
        severity = Severity.ERROR
        why = (
            f"'{_name(filtered[0])}' deletes every message that does not match its filter, also "
            "those that the others are for"
        )
    elif len(names) == 1:
        severity = Severity.INFO
        why = f"'{names[0]}' polls the queue twice and gets nothing more for it"
    else:
        why = "each message reaches only one of them, whichever asks first"
    quoted = [f"'{name}'" for name in names]
    told = " and ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else quoted[0]
    if len(names) == 1:
        message = f"'{queue.title}' is polled {len(consumers)} times by {told}"
        remediation = f"# keep one event source mapping of {queue.title}"
    else:
        message = f"'{queue.title}' shares its messages out among {told}"
        remediation = (
            "# one queue for each consumer, and a topic before them:\n"
            f"{queue.title}Topic:\n  Type: AWS::SNS::Topic\n"
            "# with an AWS::SNS::Subscription (Protocol: sqs) for each of the queues"
        )
    return rule.finding(
        message,
        at=queue.at(label=f"{len(consumers)} consumers"),
        related=[edge.at(label=f"'{_name(edge)}' polls it here") for edge in consumers],
        why=why,
        remediation=remediation,
        severity=severity,
        evidence=Evidence.DECLARED,
    )


def _name(edge: Edge) -> str:
    return edge.declared_by.name if isinstance(edge.declared_by, Pipe) else edge.target.name

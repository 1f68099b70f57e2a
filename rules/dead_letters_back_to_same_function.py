"""A function that polls a queue and the dead-letter queue of what it could not handle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventSourceMapping,
    Evidence,
    Function,
    Pillar,
    Queue,
    Rule,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, NotJudged

rule = Rule(
    id="QUE026",
    name="dead-letters-back-to-same-function",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function polls a queue and the dead-letter queue of the same queue",
    rationale="""
        A message is in the dead-letter queue because the function failed on it again and again.
        Handed to the same function at once, it fails again: the dead-letter queue becomes a
        second round of retries, hides that anything is wrong, and keeps nothing for a person to
        look at.
        """,
    remediation="""
        Let an alarm watch the dead-letter queue, and redrive its messages to the source queue
        once the fault is mended; or give it a function of its own.
        """,
    when_to_ignore="""
        The function treats what comes from the dead-letter queue in another way.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              RedrivePolicy:
                deadLetterTargetArn: !GetAtt Failed.Arn
                maxReceiveCount: 5
          Failed:
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
                Failed:  # <-- 'Ship' polls 'Orders' and its dead-letter queue 'Failed'
                  Type: SQS
                  Properties:
                    Queue: !GetAtt Failed.Arn
        """,
    good="""
        Resources:
          Orders:
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
        """,
    references=(
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for sink in architecture.all(Queue):
        polled = _polled(architecture, sink)
        if not polled:
            continue
        for edge in architecture.dead_letter_sources(sink):
            source = edge.source
            if not isinstance(source, Queue) or source is sink:
                continue
            first = _polled(architecture, source)
            for function_id in polled.keys() & first.keys():
                yield _finding(sink, source, polled[function_id], first[function_id])


def _polled(architecture: Architecture, queue: Queue) -> dict[str, Edge]:
    """Return the running mappings of a queue by the function that they invoke."""
    return {
        edge.target.id: edge
        for edge in architecture.consumers(queue)
        if isinstance(edge.declared_by, EventSourceMapping)
        and edge.declared_by.enabled is True
        and isinstance(edge.target, Function)
    }


def _finding(sink: Queue, source: Queue, again: Edge, first: Edge) -> Finding:
    name = again.target.name
    return rule.finding(
        f"'{name}' polls '{source.name}' and its dead-letter queue '{sink.name}'",
        at=again.at(label="messages that it failed on, once more"),
        related=[
            first.at(label=f"polls '{source.name}' here"),
            source.at("RedrivePolicy", label=f"sends what failed to '{sink.name}'"),
        ],
        why=f"what '{name}' failed on it gets again at once, and nothing is kept to look at",
        remediation=f"# remove this mapping, and redrive '{sink.name}' when the fault is mended:\n"
        f"#   aws sqs start-message-move-task --source-arn <arn of {sink.name}>",
        evidence=Evidence.DECLARED,
    )

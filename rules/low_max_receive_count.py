"""A queue that gives a message up after fewer receives than a throttled function needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventSourceMapping,
    Evidence,
    Fix,
    Pillar,
    Queue,
    Rule,
    Severity,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, NotJudged

rule = Rule(
    id="QUE014",
    name="low-max-receive-count",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Queue,
    summary="queue sends a message to its dead-letter queue after fewer than five receives",
    rationale="""
        Lambda receives a message before it knows whether the function has room for it. A batch
        that is throttled goes back to the queue, and so do the good neighbours of a message that
        failed; both count as receives. With a low `maxReceiveCount` a burst, a cold start that
        runs into the timeout or a short failure of another service moves good messages to the
        dead-letter queue. Lambda asks for five or more.
        """,
    remediation="""
        Set `maxReceiveCount` to five or more.
        """,
    when_to_ignore="""
        A message must never be attempted again, since doing its work twice costs more than
        losing it.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              RedrivePolicy:
                deadLetterTargetArn: !ImportValue failed-orders-arn
                maxReceiveCount: 1  # <-- 'Orders' gives a message up after 1 receive
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
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html",
    ),
    options={"least": 5},
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    least = architecture.option(rule, "least")
    for queue in architecture.all(Queue):
        mappings = [
            edge
            for edge in architecture.consumers(queue)
            if isinstance(edge.declared_by, EventSourceMapping)
        ]
        count = queue.max_receive_count
        if not mappings or count is None:
            continue
        if isinstance(count, Unknown):
            yield rule.not_judged(queue, because=f"maxReceiveCount is a {count.cause.value}")
        elif count < least:
            yield _finding(queue, count, least, mappings)


def _finding(queue: Queue, count: int, least: int, mappings: list[Edge]) -> Finding:
    consumer = mappings[0].target.name
    receives = "1 receive" if count == 1 else f"{count} receives"
    change = None
    if isinstance(queue.get("RedrivePolicy"), dict):
        change = queue.change(("RedrivePolicy", "maxReceiveCount"), least)
    return rule.finding(
        f"'{queue.name}' gives a message up after {receives}",
        at=queue.at("RedrivePolicy", "maxReceiveCount", label=f"{receives} at most"),
        related=[edge.at(label=f"'{edge.target.name}' polls it here") for edge in mappings],
        why=(
            f"a single throttle or failure of '{consumer}' moves good messages to the dead-letter "
            "queue"
            if count == 1
            else f"{count} throttles or failures in a row of '{consumer}' move good messages to "
            "the dead-letter queue"
        ),
        remediation=queue.setting(f"RedrivePolicy:\n  maxReceiveCount: {least}"),
        evidence=Evidence.DECLARED,
        fix=Fix(f"Allow {least} receives", (change,), safe=True) if change else None,
    )

"""A batching window on the mapping of a FIFO queue, which has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EventSourceMapping, Evidence, Fix, Pillar, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="QUE019",
    name="fifo-queue-mapping-with-window",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=EventSourceMapping,
    summary="mapping of a FIFO queue has a batching window",
    rationale="""
        Lambda hands messages of a FIFO queue to the function as soon as it has received them,
        since gathering would hold up their groups. `MaximumBatchingWindowInSeconds` is not
        supported for such a queue, and the mapping is refused.
        """,
    remediation="""
        Remove `MaximumBatchingWindowInSeconds`.
        """,
    when_to_ignore="""
        Never: the deployment fails.
        """,
    bad="""
        Resources:
          FromOrders:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders.fifo
              MaximumBatchingWindowInSeconds: 5  # <-- 'FromOrders' gathers batches of a FIFO queue
              FunctionResponseTypes: [ReportBatchItemFailures]
        """,
    good="""
        Resources:
          FromOrders:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders.fifo
              FunctionResponseTypes: [ReportBatchItemFailures]
        """,
    references=("https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html",),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for mapping in architecture.all(EventSourceMapping):
        window = mapping.batching_window
        if mapping.reads_fifo_queue is not True or not isinstance(window, int) or window <= 0:
            continue
        change = mapping.removal("MaximumBatchingWindowInSeconds")
        yield rule.finding(
            f"'{mapping.title}' gathers batches of a FIFO queue for {window} s",
            at=mapping.at("MaximumBatchingWindowInSeconds", label="not supported for FIFO queues"),
            related=[mapping.source.at(label="a FIFO queue")] if mapping.source else [],
            why="Lambda refuses to create the event source mapping, so the deployment fails",
            remediation=f"# remove MaximumBatchingWindowInSeconds from {mapping.title}",
            evidence=Evidence.DECLARED,
            fix=Fix("Remove the batching window", (change,), safe=True) if change else None,
        )

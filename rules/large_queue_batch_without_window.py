"""A batch of more than ten messages without a time in which to gather it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EventSourceMapping, Evidence, Fix, Pillar, Rule, Severity, limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="QUE018",
    name="large-queue-batch-without-window",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=EventSourceMapping,
    summary="mapping asks for more than ten messages of a queue without a batching window",
    rationale="""
        One call to SQS returns at most ten messages, so Lambda has to gather a larger batch over
        several calls and wants to be told how long it may take. A batch size above ten without
        `MaximumBatchingWindowInSeconds` of at least one second is refused.
        """,
    remediation="""
        Set `MaximumBatchingWindowInSeconds` to one or more, or ask for ten messages at most.
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
              EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
              BatchSize: 100  # <-- 'FromOrders' asks for 100 messages without a batching window
              FunctionResponseTypes: [ReportBatchItemFailures]
        """,
    good="""
        Resources:
          FromOrders:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
              BatchSize: 100
              MaximumBatchingWindowInSeconds: 5
              FunctionResponseTypes: [ReportBatchItemFailures]
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    most = int(limit("queue-batch-without-window").value)
    for mapping in architecture.all(EventSourceMapping):
        size = mapping.batch_size
        # A FIFO queue takes no larger batch whatever the window: another rule.
        if not mapping.is_queue or mapping.reads_fifo_queue is True:
            continue
        if not isinstance(size, int) or size <= most or mapping.batching_window != 0:
            continue
        change = mapping.change(("MaximumBatchingWindowInSeconds",), 1)
        yield rule.finding(
            f"'{mapping.title}' asks for {size} messages without a batching window",
            at=mapping.at("BatchSize", label=f"more than {most} messages take several calls"),
            why="Lambda refuses to create the event source mapping, so the deployment fails",
            remediation=mapping.setting("MaximumBatchingWindowInSeconds: 1"),
            evidence=Evidence.DECLARED,
            fix=Fix("Gather batches for a second", (change,), safe=True) if change else None,
        )

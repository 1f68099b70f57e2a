"""A batch of more than ten messages of a FIFO queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EventSourceMapping, Evidence, Fix, Pillar, Rule, Severity, limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="QUE020",
    name="large-fifo-queue-batch",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=EventSourceMapping,
    summary="mapping asks for more than ten messages of a FIFO queue at once",
    rationale="""
        A batch of a FIFO queue holds ten messages at most; a larger one, which standard queues
        allow, is refused.
        """,
    remediation="""
        Set `BatchSize` to ten or less.
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
              BatchSize: 100  # <-- 'FromOrders' asks for 100 messages of a FIFO queue
              FunctionResponseTypes: [ReportBatchItemFailures]
        """,
    good="""
        Resources:
          FromOrders:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders.fifo
              BatchSize: 10
              FunctionResponseTypes: [ReportBatchItemFailures]
        """,
    references=("https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html",),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    most = int(limit("fifo-queue-batch").value)
    for mapping in architecture.all(EventSourceMapping):
        size = mapping.batch_size
        if mapping.reads_fifo_queue is not True or not isinstance(size, int) or size <= most:
            continue
        change = mapping.change(("BatchSize",), most)
        yield rule.finding(
            f"'{mapping.title}' asks for {size} messages of a FIFO queue, {most} are the most",
            at=mapping.at("BatchSize", label=f"{most} at most"),
            related=[mapping.source.at(label="a FIFO queue")] if mapping.source else [],
            why="Lambda refuses to create the event source mapping, so the deployment fails",
            remediation=mapping.setting(f"BatchSize: {most}"),
            evidence=Evidence.DECLARED,
            fix=Fix(f"Ask for {most} messages", (change,), safe=True) if change else None,
        )

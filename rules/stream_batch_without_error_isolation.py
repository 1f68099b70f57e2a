"""A batch of a stream that is repeated whole because of one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EventSourceMapping, Evidence, Fix, Pillar, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="STR012",
    name="stream-batch-without-error-isolation",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=EventSourceMapping,
    summary="mapping of a stream repeats a whole batch when one of its records fails",
    rationale="""
        Up to a hundred records make a batch by default. When the function fails on one of them
        the whole batch is handled again, and once the attempts run out the whole batch is given
        up, good records and all. `BisectBatchOnFunctionError` halves a batch that fails until
        the bad record is alone; with `ReportBatchItemFailures` the function says from which
        record on to try again.
        """,
    remediation="""
        Set `BisectBatchOnFunctionError: true`, or `FunctionResponseTypes:
        [ReportBatchItemFailures]` where the handler returns `batchItemFailures`.
        """,
    when_to_ignore="""
        The function catches the failure of each record itself and never fails as a whole.
        """,
    bad="""
        Resources:
          FromOrders:  # <-- 'FromOrders' repeats a whole batch of up to 100 records
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue count-function
              EventSourceArn: arn:aws:kinesis:eu-west-1:111122223333:stream/orders
              StartingPosition: TRIM_HORIZON
              MaximumRetryAttempts: 5
              DestinationConfig: {OnFailure: {Destination: !ImportValue failed-orders-arn}}
        """,
    good="""
        Resources:
          FromOrders:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue count-function
              EventSourceArn: arn:aws:kinesis:eu-west-1:111122223333:stream/orders
              StartingPosition: TRIM_HORIZON
              MaximumRetryAttempts: 5
              BisectBatchOnFunctionError: true
              DestinationConfig: {OnFailure: {Destination: !ImportValue failed-orders-arn}}
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html",
    ),
    aggregate="{count} mappings of streams repeat a whole batch when one record fails: {names}",
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for mapping in architecture.all(EventSourceMapping):
        size = mapping.batch_size
        if not mapping.is_stream or not isinstance(size, int) or size <= 1:
            continue
        if mapping.bisects is not False or mapping.reports_item_failures is not False:
            continue
        change = mapping.change(("BisectBatchOnFunctionError",), True)  # noqa: FBT003  # the value to write
        name = mapping.target.name if mapping.target is not None else "the function"
        yield rule.finding(
            f"'{mapping.title}' repeats a whole batch of up to {size} records when one fails",
            at=mapping.at(label="neither BisectBatchOnFunctionError nor ReportBatchItemFailures"),
            why=f"when '{name}' fails on one record, good ones are handled again and given up "
            "with it",
            remediation=mapping.setting("BisectBatchOnFunctionError: true"),
            evidence=Evidence.DECLARED,
            fix=Fix("Split batches that fail", (change,), safe=True) if change else None,
        )

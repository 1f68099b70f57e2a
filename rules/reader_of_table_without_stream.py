"""A mapping or pipe that reads the stream of a table that has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventSourceMapping,
    Evidence,
    Fix,
    Pillar,
    Pipe,
    Reference,
    Rule,
    Severity,
    Table,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="STR014",
    name="reader-of-table-without-stream",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=(EventSourceMapping, Pipe),
    summary="mapping or pipe reads the stream of a table that has no stream",
    rationale="""
        A table has a stream, and the attribute `StreamArn`, only where `StreamSpecification` asks
        for one. SAM's `AWS::Serverless::SimpleTable` can never have one.
        """,
    remediation="""
        Give the table a `StreamSpecification`.
        """,
    when_to_ignore="""
        Never: the deployment fails.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::DynamoDB::Table
            Properties:
              BillingMode: PAY_PER_REQUEST
              AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
              KeySchema: [{AttributeName: id, KeyType: HASH}]
          ToShip:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: !GetAtt Orders.StreamArn  # <-- 'Orders' has no stream
              StartingPosition: TRIM_HORIZON
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::DynamoDB::Table
            Properties:
              BillingMode: PAY_PER_REQUEST
              AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
              KeySchema: [{AttributeName: id, KeyType: HASH}]
              StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
          ToShip:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: !GetAtt Orders.StreamArn
              StartingPosition: TRIM_HORIZON
              MaximumRetryAttempts: 5
              BisectBatchOnFunctionError: true
              DestinationConfig: {OnFailure: {Destination: !ImportValue failed-orders-arn}}
        """,
    references=(
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-dynamodb-table.html",
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html",
    ),
)

_VIEW = "NEW_AND_OLD_IMAGES"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    readers: list[EventSourceMapping | Pipe] = [
        *architecture.all(EventSourceMapping),
        *architecture.all(Pipe),
    ]
    for reader in readers:
        table, arn = reader.source, reader.source_arn
        # A stream that is named otherwise than by the attribute may have been made by hand.
        if not isinstance(table, Table) or not isinstance(arn, Reference):
            continue
        if arn.attribute != "StreamArn":
            continue
        found = table.has_stream
        if isinstance(found, Unknown):
            yield rule.not_judged(table, because=f"StreamSpecification is a {found.cause.value}")
        elif not found:
            yield _finding(reader, table)


def _finding(reader: EventSourceMapping | Pipe, table: Table) -> Finding:
    is_simple = table.resource.declared_type == "AWS::Serverless::SimpleTable"
    if is_simple:
        change = None
        remediation = (
            f"# a SimpleTable has no stream: declare '{table.name}' as AWS::DynamoDB::Table with\n"
            f"#   StreamSpecification: {{StreamViewType: {_VIEW}}}\n"
        )
    else:
        change = table.change(("StreamSpecification",), {"StreamViewType": _VIEW})
        remediation = table.setting(f"StreamSpecification:\n  StreamViewType: {_VIEW}")
    key = "Source" if isinstance(reader, Pipe) else "EventSourceArn"
    return rule.finding(
        f"'{reader.title}' reads the stream of '{table.name}', but '{table.name}' has no stream",
        at=reader.at(key, label="there is no such attribute"),
        related=[table.at(label="no StreamSpecification")],
        why="the stack cannot be created: the table has no StreamArn",
        remediation=remediation,
        evidence=Evidence.DECLARED,
        fix=Fix("Give the table a stream", (change,)) if change else None,
    )

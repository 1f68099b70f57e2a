"""A function that may write to the table whose stream invokes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EdgeKind, Evidence, Function, Pillar, Rule, Severity, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, Loop, NotJudged

rule = Rule(
    id="ARC014",
    name="table-stream-loop",
    pillar=Pillar.COST,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function may write to the table whose stream invokes it",
    rationale="""
        Each write to a table is a record of its stream, and invokes the function that reads it:
        one that writes back sets itself off. Lambda's detection of loops knows SQS, SNS and S3, not
        DynamoDB, so that nothing stops this one but the bill. Only a write that changes nothing
        makes no record.
        """,
    remediation="""
        Write to another table. Where it has to be the same one, give the mapping FilterCriteria
        that leave out what the function itself writes, by `eventName` or by an attribute that
        only its own writes have.
        """,
    when_to_ignore="""
        The code leaves out its own writes before it writes again.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::DynamoDB::Table
            Properties:
              BillingMode: PAY_PER_REQUEST
              AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
              KeySchema: [{AttributeName: id, KeyType: HASH}]
              StreamSpecification: {StreamViewType: NEW_IMAGE}
          Enrich:  # <-- 'Enrich' may write to 'Orders', which invokes it again
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: app.handler
              CodeUri: build/
              Environment:
                Variables:
                  TABLE: !Ref Orders
              Policies:
                - DynamoDBWritePolicy:
                    TableName: !Ref Orders
              Events:
                Changed:
                  Type: DynamoDB
                  Properties:
                    Stream: !GetAtt Orders.StreamArn
                    StartingPosition: TRIM_HORIZON
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::DynamoDB::Table
            Properties:
              BillingMode: PAY_PER_REQUEST
              AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
              KeySchema: [{AttributeName: id, KeyType: HASH}]
              StreamSpecification: {StreamViewType: NEW_IMAGE}
          Enriched:
            Type: AWS::DynamoDB::Table
            Properties:
              BillingMode: PAY_PER_REQUEST
              AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
              KeySchema: [{AttributeName: id, KeyType: HASH}]
          Enrich:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: app.handler
              CodeUri: build/
              Policies:
                - DynamoDBReadPolicy:
                    TableName: !Ref Orders
                - DynamoDBWritePolicy:
                    TableName: !Ref Enriched
              Events:
                Changed:
                  Type: DynamoDB
                  Properties:
                    Stream: !GetAtt Orders.StreamArn
                    StartingPosition: TRIM_HORIZON
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for loop in architecture.own_loops():
        if isinstance(loop.out.target, Table) and loop.out.kind is EdgeKind.WRITES:
            yield _finding(loop)


def _finding(loop: Loop) -> Finding:
    name, table = loop.function.name, loop.out.target.name
    is_proved = loop.out.evidence is Evidence.PROVED
    unsure = not is_proved and (loop.is_wildcard or not loop.is_named)
    return rule.finding(
        f"'{name}' {'writes' if is_proved else 'may write'} to '{table}', {loop.back}",
        at=loop.function.at(label="may set itself off"),
        related=loop.places,
        why="each write makes a record that invokes it again, and Lambda stops no such loop",
        remediation="""
            # in the mapping: leave out what the function itself writes, here by an attribute
            FilterCriteria:
              Filters:
                - Pattern: '{"dynamodb": {"NewImage": {"<attribute>": {"S": [{"exists": false}]}}}}'
            """,
        severity=Severity.INFO if loop.is_filtered or unsure else None,
        confidence=Confidence.HIGH if is_proved else None,
        evidence=loop.out.evidence,
        about=loop.logical_ids,
    )

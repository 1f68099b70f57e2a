"""More readers of a table's stream than its shards serve at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventSourceMapping,
    Evidence,
    GlobalTable,
    Pillar,
    Pipe,
    Rule,
    Severity,
    Table,
    limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, NotJudged

rule = Rule(
    id="STR013",
    name="too-many-table-stream-readers",
    pillar=Pillar.PERFORMANCE,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Table,
    summary="stream of a table has more readers than its shards serve",
    rationale="""
        A shard of a DynamoDB stream serves two readers at a time; of a global table, whose
        replication reads the stream as well, one. Mappings of functions and pipes each count as
        one, also where filters keep most records away. With more of them the reads are throttled,
        all readers fall behind, and what is not read within a day is lost.
        """,
    remediation="""
        Let one reader hand the changes on: a pipe to an event bus or topic with any number of
        subscribers, or the Kinesis stream of the table.
        """,
    when_to_ignore="""
        The table changes so seldom that the readers never meet.
        """,
    bad="""
        Resources:
          Orders:  # <-- the stream of 'Orders' has 3 readers
            Type: AWS::DynamoDB::Table
            Properties:
              BillingMode: PAY_PER_REQUEST
              AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
              KeySchema: [{AttributeName: id, KeyType: HASH}]
              StreamSpecification: {StreamViewType: NEW_IMAGE}
          ToShip:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: !GetAtt Orders.StreamArn
              StartingPosition: TRIM_HORIZON
          ToBill:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue bill-function
              EventSourceArn: !GetAtt Orders.StreamArn
              StartingPosition: TRIM_HORIZON
          ToCount:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue count-function
              EventSourceArn: !GetAtt Orders.StreamArn
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
              StreamSpecification: {StreamViewType: NEW_IMAGE}
          ToBus:
            Type: AWS::Pipes::Pipe
            Properties:
              RoleArn: !ImportValue pipe-role-arn
              Source: !GetAtt Orders.StreamArn
              SourceParameters:
                DynamoDBStreamParameters:
                  StartingPosition: TRIM_HORIZON
                  MaximumRetryAttempts: 5
                  MaximumRecordAgeInSeconds: 3600
                  DeadLetterConfig: {Arn: !ImportValue failed-orders-arn}
              Target: !ImportValue orders-bus-arn
        """,
    references=(
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for table in architecture.all(Table):
        replicas = table.items("Replicas") if isinstance(table, GlobalTable) else []
        # A global table of one region replicates nothing.
        is_global = isinstance(replicas, list) and len(replicas) > 1
        key = "global-table-stream-readers" if is_global else "table-stream-readers"
        most = int(limit(key).value)
        readers = [edge for edge in architecture.consumers(table) if _is_running(edge)]
        if len(readers) > most:
            yield _finding(table, readers, most, is_global=is_global)


def _is_running(edge: Edge) -> bool:
    node = edge.declared_by
    if isinstance(node, EventSourceMapping):
        return node.enabled is True
    return isinstance(node, Pipe) and node.is_running is True


def _finding(table: Table, readers: list[Edge], most: int, *, is_global: bool) -> Finding:
    served = f"{most} at a time"
    return rule.finding(
        f"the stream of '{table.name}' has {len(readers)} readers, "
        f"its shards serve {served}" + (" beside the replication" if is_global else ""),
        at=table.at(label=f"{len(readers)} readers"),
        related=[edge.at(label="reads the stream") for edge in readers],
        why="reads are throttled, the readers fall behind, and what is not read within a day is "
        "lost",
        remediation=f"""
            # one reader that hands the changes on, such as
            {table.name}ToBus:
              Type: AWS::Pipes::Pipe
              Properties:
                Source: !GetAtt {table.name}.StreamArn
                Target: <event bus>
            # and a rule on the bus for each of what reads the stream now
            """,
        evidence=Evidence.DECLARED,
    )

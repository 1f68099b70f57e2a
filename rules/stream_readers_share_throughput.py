"""More readers of a stream than its shared throughput is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EventSourceMapping, Pillar, Pipe, Rule, Severity, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="STR030",
    name="stream-readers-share-throughput",
    pillar=Pillar.PERFORMANCE,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=Stream,
    summary="several readers share the read throughput of a stream",
    rationale="""
        All ordinary readers of a shard share 2 MB a second and five reads a second. With every
        further function each gets less and waits longer, and when one falls behind, the others
        do. A registered consumer has 2 MB a second of its own and is handed records as they come.
        """,
    remediation="""
        Register a consumer for the readers that have to be fast, and let their mapping read it.
        """,
    when_to_ignore="""
        The stream carries little, and nobody minds a second.
        """,
    bad="""
        Resources:
          Clicks:  # <-- 3 readers share the read throughput of 'Clicks'
            Type: AWS::Kinesis::Stream
            Properties: {ShardCount: 1}
          Fn:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: a/
              Events:
                One: &clicks
                  Type: Kinesis
                  Properties:
                    Stream: !GetAtt Clicks.Arn
                    StartingPosition: TRIM_HORIZON
                    MaximumRetryAttempts: 5
                    BisectBatchOnFunctionError: true
                    DestinationConfig: {OnFailure: {Destination: !GetAtt Failed.Arn}}
                    FunctionResponseTypes: [ReportBatchItemFailures]
                Two: *clicks
                Three: *clicks
          Failed: {Type: AWS::SQS::Queue}
        """,
    good="""
        Resources:
          Clicks:
            Type: AWS::Kinesis::Stream
            Properties: {ShardCount: 1}
          Fn:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: a/
              Events:
                One:
                  Type: Kinesis
                  Properties:
                    Stream: !GetAtt Clicks.Arn
                    StartingPosition: TRIM_HORIZON
                    MaximumRetryAttempts: 5
                    BisectBatchOnFunctionError: true
                    DestinationConfig: {OnFailure: {Destination: !GetAtt Failed.Arn}}
                    FunctionResponseTypes: [ReportBatchItemFailures]
          Failed: {Type: AWS::SQS::Queue}
        """,
    references=(
        "https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html",
    ),
)

_MOST = 2


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    readers: dict[str, list[EventSourceMapping | Pipe]] = {}
    everyone: list[EventSourceMapping | Pipe] = [
        *architecture.all(EventSourceMapping),
        *architecture.all(Pipe),
    ]
    for reader in everyone:
        # The ARN of a registered consumer is another resource than the stream.
        named = architecture.node_of(reader.source_arn, near=reader)
        runs = reader.is_running if isinstance(reader, Pipe) else reader.enabled
        if isinstance(named, Stream) and runs is True:
            readers.setdefault(named.id, []).append(reader)
    for stream in architecture.all(Stream):
        found = readers.get(stream.id, [])
        if len(found) > _MOST:
            yield _finding(architecture, stream, found)


def _finding(
    architecture: Architecture, stream: Stream, readers: Sequence[EventSourceMapping | Pipe]
) -> Finding:
    name = architecture.free_name(f"{stream.name}Consumer", near=stream)
    return rule.finding(
        f"{len(readers)} readers share the read throughput of '{stream.name}'",
        at=stream.at(label="2 MB a second for each shard, for all of them together"),
        related=[reader.at(label="reads it") for reader in readers],
        why="each gets a part of 2 MB a second and waits for its turn",
        remediation=f"""
            {name}:
              Type: AWS::Kinesis::StreamConsumer
              Properties:
                ConsumerName: {name}
                StreamARN: !GetAtt {stream.name}.Arn
            # and !Ref {name} as the source of the mapping that has to be fast
            """,
    )

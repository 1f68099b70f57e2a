"""A reader that may miss the first records of a stream that is made together with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventSourceMapping,
    Evidence,
    Pillar,
    Pipe,
    Rule,
    Severity,
    Stream,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="STR017",
    name="stream-reader-starts-at-latest",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=(EventSourceMapping, Pipe),
    summary="reader of a new stream begins with the latest record and may miss the first ones",
    rationale="""
        With `LATEST` a mapping begins with the records that arrive once it has started to poll,
        which may take minutes after it was created or changed. What was written between is never
        handled. Of a stream of the same template nothing older exists, so `TRIM_HORIZON` costs
        nothing and misses nothing.
        """,
    remediation="""
        Set `StartingPosition: TRIM_HORIZON`. A mapping that exists is replaced for it and then
        handles again what the stream still holds.
        """,
    when_to_ignore="""
        Only what happens from now on counts, such as a display of current values.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::Kinesis::Stream
          ToCount:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue count-function
              EventSourceArn: !GetAtt Orders.Arn
              StartingPosition: LATEST  # <-- 'ToCount' may miss the first records of 'Orders'
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::Kinesis::Stream
          ToCount:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue count-function
              EventSourceArn: !GetAtt Orders.Arn
              StartingPosition: TRIM_HORIZON
              MaximumRetryAttempts: 5
              BisectBatchOnFunctionError: true
              DestinationConfig: {OnFailure: {Destination: !ImportValue failed-orders-arn}}
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html",
    ),
    aggregate="{count} readers of new streams may miss the first records: {names}",
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    readers: list[EventSourceMapping | Pipe] = [
        *architecture.all(EventSourceMapping),
        *architecture.all(Pipe),
    ]
    for reader in readers:
        source = reader.source
        if not isinstance(source, (Stream, Table)) or reader.starting_position != "LATEST":
            continue
        # A stream of another stack is older than its reader.
        if source.resource.owner != reader.resource.owner:
            continue
        text = "StartingPosition: TRIM_HORIZON"
        if isinstance(reader, Pipe):
            text = f"SourceParameters:\n  {reader.stream_parameters}:\n    {text}"
        yield rule.finding(
            f"'{reader.title}' may miss the first records of '{source.name}'",
            at=reader.at(*reader.path_of("StartingPosition"), label="begins with what comes next"),
            related=[source.at(label="made together with its reader")],
            why="what is written before the reader has started to poll is never handled",
            remediation=reader.setting(text),
            evidence=Evidence.DECLARED,
        )

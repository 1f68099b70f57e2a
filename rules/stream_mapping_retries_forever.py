"""A reader of a stream that never gives a record up and so stands still behind a bad one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventSourceMapping,
    Evidence,
    Fix,
    Pillar,
    Pipe,
    Rule,
    Severity,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="STR010",
    name="stream-mapping-retries-forever",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=(EventSourceMapping, Pipe),
    summary="reader of a stream retries a failed batch without end",
    rationale="""
        Records of a shard are handled in order, and a batch that fails is tried again before any
        other. By default that never ends: neither attempts nor age are bounded. One record that
        cannot be handled stops its shard until the stream itself forgets it, after a day for
        DynamoDB and up to a year for Kinesis, while everything behind it waits and expires too.
        """,
    remediation="""
        Bound attempts and age, split batches that fail, and name a destination for what is given
        up.
        """,
    when_to_ignore="""
        No record may ever be skipped, as in a ledger, and an alarm watches the age of the
        iterator.
        """,
    bad="""
        Resources:
          Count:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: count/
              Events:
                Orders:  # <-- 'Count' retries records of
                  Type: Kinesis
                  Properties:
                    Stream: arn:aws:kinesis:eu-west-1:111122223333:stream/orders
                    StartingPosition: TRIM_HORIZON
        """,
    good="""
        Resources:
          Count:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: count/
              Events:
                Orders:
                  Type: Kinesis
                  Properties:
                    Stream: arn:aws:kinesis:eu-west-1:111122223333:stream/orders
                    StartingPosition: TRIM_HORIZON
                    MaximumRetryAttempts: 5
                    MaximumRecordAgeInSeconds: 3600
                    BisectBatchOnFunctionError: true
                    DestinationConfig:
                      OnFailure:
                        Destination: !ImportValue failed-orders-arn
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html",
        "https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeSourceKinesisStreamParameters.html",
    ),
)

_ATTEMPTS, _AGE = 5, 3600


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    readers: list[EventSourceMapping | Pipe] = [
        *architecture.all(EventSourceMapping),
        *architecture.all(Pipe),
    ]
    for reader in readers:
        if not reader.is_stream:
            continue
        retries, age = reader.retries, reader.record_age
        if isinstance(retries, Unknown) or isinstance(age, Unknown):
            yield rule.not_judged(reader, because="its attempts or their age are not known")
        # With a destination the fault is that nothing ever arrives there: another rule.
        elif retries == age == -1 and _sink(reader) is None:
            yield _finding(reader)


def _sink(reader: EventSourceMapping | Pipe) -> object:
    if isinstance(reader, Pipe):
        return reader.dead_letter_target
    return reader.failure_destination


def _finding(reader: EventSourceMapping | Pipe) -> Finding:
    # Of what lies outside the templates there is no more than an ARN.
    source = reader.source
    stream = f"'{source.title}'" if source is not None and source.type else "a stream"
    name = reader.title
    target = reader.target
    if isinstance(reader, EventSourceMapping) and target is not None and target.type:
        name = target.name
    bounds = f"MaximumRetryAttempts: {_ATTEMPTS}\nMaximumRecordAgeInSeconds: {_AGE}"
    if isinstance(reader, Pipe):
        text = f"OnPartialBatchItemFailure: AUTOMATIC_BISECT\n{bounds}".replace("\n", "\n    ")
        remediation = reader.setting(
            f"SourceParameters:\n  {reader.stream_parameters}:\n    {text}"
        )
    else:
        remediation = reader.setting(f"BisectBatchOnFunctionError: true\n{bounds}")
    changes = [
        reader.change(reader.path_of(key), value)
        for key, value in (
            ("MaximumRetryAttempts", _ATTEMPTS),
            ("MaximumRecordAgeInSeconds", _AGE),
        )
    ]
    known = tuple(change for change in changes if change is not None)
    return rule.finding(
        f"'{name}' retries records of {stream} without end",
        at=reader.at(label="neither attempts nor age are bounded"),
        why="one record that cannot be handled stops its shard until the stream forgets it",
        remediation=remediation,
        evidence=Evidence.DECLARED,
        # Not safe: what is given up is lost where there is no destination yet.
        fix=Fix("Bound attempts and age", known) if len(known) == len(changes) else None,
    )

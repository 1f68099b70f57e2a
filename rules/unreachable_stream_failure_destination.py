"""An on-failure destination of a stream's reader that never gives anything up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EventSourceMapping, Evidence, Fix, Pillar, Pipe, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="STR011",
    name="unreachable-stream-failure-destination",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=(EventSourceMapping, Pipe),
    summary="reader of a stream has an on-failure destination but never gives a record up",
    rationale="""
        A record reaches the on-failure destination when its attempts or its age run out. With
        neither bounded, which is the default, a record that fails is tried until the stream
        itself has forgotten it: the shard stands still, and the destination stays empty.
        """,
    remediation="""
        Set `MaximumRetryAttempts` and `MaximumRecordAgeInSeconds`.
        """,
    when_to_ignore="""
        Never: the destination serves nothing without them.
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
                Orders:
                  Type: Kinesis
                  Properties:
                    Stream: arn:aws:kinesis:eu-west-1:111122223333:stream/orders
                    StartingPosition: TRIM_HORIZON
                    BisectBatchOnFunctionError: true
                    DestinationConfig:
                      OnFailure:
                        Destination: !ImportValue failed-orders-arn  # <-- never gives a record up
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
                    BisectBatchOnFunctionError: true
                    DestinationConfig:
                      OnFailure:
                        Destination: !ImportValue failed-orders-arn
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html",
        "https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html",
    ),
)

_ATTEMPTS, _AGE = 5, 3600


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for mapping in architecture.all(EventSourceMapping):
        # Kafka is left out: Lambda bounds its attempts where there is a destination.
        if mapping.is_stream and mapping.failure_destination is not None:
            path: tuple[str, ...] = ("DestinationConfig", "OnFailure", "Destination")
            target = mapping.target
            name = target.name if target is not None and target.type else mapping.title
            yield from _judged(mapping, name, path)
    for pipe in architecture.all(Pipe):
        if pipe.is_stream and pipe.dead_letter_target is not None:
            yield from _judged(pipe, pipe.name, pipe.dead_letter_path)


def _judged(
    reader: EventSourceMapping | Pipe, name: str, path: tuple[str, ...]
) -> Iterator[Finding]:
    if reader.retries != -1 or reader.record_age != -1:
        return
    settings = (("MaximumRetryAttempts", _ATTEMPTS), ("MaximumRecordAgeInSeconds", _AGE))
    changes = [reader.change(reader.path_of(key), value) for key, value in settings]
    known = tuple(change for change in changes if change is not None)
    lines = "\n".join(f"{key}: {value}" for key, value in settings)
    if isinstance(reader, Pipe):
        lines = lines.replace("\n", "\n    ")
        lines = f"SourceParameters:\n  {reader.stream_parameters}:\n    {lines}"
    yield rule.finding(
        f"'{name}' has an on-failure destination but never gives a record up",
        at=reader.at(*path, label="nothing arrives here"),
        related=[reader.at(label="neither attempts nor age are bounded")],
        why="a record that cannot be handled stops its shard until the stream forgets it, and "
        "never reaches the destination",
        remediation=reader.setting(lines),
        evidence=Evidence.DECLARED,
        fix=Fix("Bound attempts and age", known, safe=True)
        if len(known) == len(settings)
        else None,
    )

"""A stream mapping without a failure destination drops the records that it gives up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventSourceMapping,
    Evidence,
    Fix,
    Function,
    Pillar,
    Rule,
    Severity,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Data, Finding, NotJudged

rule = Rule(
    id="STR001",
    name="stream-mapping-without-failure-destination",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=EventSourceMapping,
    summary="event source mapping of a stream has no on-failure destination",
    rationale="""
        A batch that fails is tried again until its attempts or its age run out, and blocks its
        shard or partition meanwhile. What is then given up is skipped: without a destination no
        trace of it is left, not even where in the stream it stood.
        """,
    remediation="""
        Name a standard SQS queue, a standard SNS topic or an S3 bucket as the destination of
        failures, and bound attempts and age, without which nothing ever arrives there.
        """,
    when_to_ignore="""
        Every record may be lost without anybody needing to know, or the function itself stores
        what it cannot handle and never fails.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::Kinesis::Stream
            Properties:
              ShardCount: 1
          Count:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: count/
              Events:
                Orders:  # <-- 'Count' reads 'Orders' without an on-failure destination
                  Type: Kinesis
                  Properties:
                    Stream: !GetAtt Orders.Arn
                    StartingPosition: TRIM_HORIZON
                    MaximumRetryAttempts: 5
                    MaximumRecordAgeInSeconds: 3600
                    BisectBatchOnFunctionError: true
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::Kinesis::Stream
            Properties:
              ShardCount: 1
          Failures:
            Type: AWS::SQS::Queue
            Properties:
              MessageRetentionPeriod: 1209600
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
                    Stream: !GetAtt Orders.Arn
                    StartingPosition: TRIM_HORIZON
                    MaximumRetryAttempts: 5
                    MaximumRecordAgeInSeconds: 3600
                    BisectBatchOnFunctionError: true
                    DestinationConfig:
                      OnFailure:
                        Destination: !GetAtt Failures.Arn
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html",
        "https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html",
    ),
)

_BOUNDS = (("MaximumRetryAttempts", 5), ("MaximumRecordAgeInSeconds", 3600))
"""Those of the rule on destinations that nothing reaches."""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for mapping in architecture.all(EventSourceMapping):
        if not (mapping.is_stream or mapping.is_kafka):
            continue
        config = mapping.get("DestinationConfig")
        if isinstance(config, Unknown):
            yield rule.not_judged(mapping, because=f"DestinationConfig is a {config.cause.value}")
        elif mapping.failure_destination is None:
            # A destination that is not known is one all the same.
            yield _finding(architecture, mapping)


def _finding(architecture: Architecture, mapping: EventSourceMapping) -> Finding:
    source = mapping.source.name if mapping.source else "its stream"
    target = mapping.target.name if mapping.target else mapping.name
    sink = architecture.failure_queue(f"{target}Failures", near=mapping)
    # SAM lets its role send to what has a type.
    kind: dict[str, Data] = {"Type": "SQS"} if mapping.is_generated else {}
    destination: Data = {**kind, "Destination": {"Fn::GetAtt": [sink.name, "Arn"]}}
    block = "DestinationConfig:\n  OnFailure:\n" + "    Type: SQS\n" * len(kind)
    block += f"    Destination: !GetAtt {sink.name}.Arn"
    made = [mapping.change(("DestinationConfig", "OnFailure"), destination)]
    # What is never given up never arrives there.
    endless = mapping.is_stream and mapping.retries == -1 and mapping.record_age == -1
    for key, value in _BOUNDS if endless else ():
        block += f"\n{key}: {value}"
        made.append(mapping.change((key,), value))
    note = ""
    function = mapping.target
    if not isinstance(function, Function) or not architecture.has_own_role(function):
        note = f"# and let the role of {target} do sqs:SendMessage on {sink.name}\n"
        made.append(
            architecture.send_permission(function, sink.name, near=mapping) if function else None
        )
    changes = (*(change for change in made if change is not None), *sink.changes)
    whole = len(changes) == len(made) + len(sink.changes) and sink.changes
    return rule.finding(
        f"'{target}' reads '{source}' without an on-failure destination",
        at=mapping.at(label="no DestinationConfig"),
        why=f"a record that '{target}' fails on until it is given up is skipped without a trace",
        evidence=Evidence.DECLARED,
        fix=Fix(f"Send records that are given up to the queue '{sink.name}'", changes)
        if whole
        else None,
        remediation=f"{mapping.setting(block)}{note}{sink.text}",
    )

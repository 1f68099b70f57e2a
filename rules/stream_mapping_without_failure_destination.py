"""A stream mapping without a failure destination drops the records that it gives up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EventSourceMapping, Evidence, Fix, Pillar, Rule, Severity, Unknown

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


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for mapping in architecture.all(EventSourceMapping):
        destination = mapping.failure_destination
        if destination is not None or not (mapping.is_stream or mapping.is_kafka):
            # A destination that is not known is one all the same; other sources have none.
            continue
        config = mapping.get("DestinationConfig")
        if isinstance(config, Unknown):
            yield rule.not_judged(mapping, because=f"DestinationConfig is a {config.cause.value}")
            continue
        yield _finding(architecture, mapping)


def _finding(architecture: Architecture, mapping: EventSourceMapping) -> Finding:
    source = mapping.source.name if mapping.source else "its stream"
    target = mapping.target.name if mapping.target else mapping.name
    sink = architecture.free_name(f"{target}Failures", near=mapping)
    block = f"DestinationConfig:\n  OnFailure:\n    Destination: !GetAtt {sink}.Arn"
    return rule.finding(
        f"'{target}' reads '{source}' without an on-failure destination",
        at=mapping.at(label="no DestinationConfig"),
        why=f"a record that '{target}' fails on until it is given up is skipped without a trace",
        evidence=Evidence.DECLARED,
        fix=_fix(mapping, sink),
        remediation=f"""
{mapping.setting(block)}{sink}:
  Type: AWS::SQS::Queue
  Properties:
    MessageRetentionPeriod: 1209600
""",
    )


def _fix(mapping: EventSourceMapping, sink: str) -> Fix | None:
    target: Data = {"OnFailure": {"Destination": {"Fn::GetAtt": [sink, "Arn"]}}}
    body: dict[str, Data] = {
        "Type": "AWS::SQS::Queue",
        "Properties": {"MessageRetentionPeriod": 1209600},
    }
    change = mapping.change(("DestinationConfig",), target)
    addition = mapping.new_sibling(sink, body)
    if change is None or addition is None:
        return None
    return Fix(f"Send records that are given up to the queue '{sink}'", (change, addition))

"""A stream mapping without a failure destination drops the records that it gives up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EventSourceMapping, Evidence, Pillar, Rule, Severity, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

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
        trace of it is left, not even where in the stream it stood. By default a mapping of
        Kinesis or DynamoDB never gives up, so that one bad record stops a shard until the
        stream itself forgets it.
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
    endless = mapping.retries == -1 and mapping.record_age == -1 and not mapping.is_kafka
    bound = ""
    why = f"records that '{target}' fails on until the attempts run out are skipped without a trace"
    if endless:
        why = (
            f"a record that '{target}' cannot handle blocks its shard until the stream forgets it, "
            "and is then lost without a trace"
        )
        bound = """
    MaximumRetryAttempts: 5
    MaximumRecordAgeInSeconds: 3600
    BisectBatchOnFunctionError: true"""
    where = "Properties of the event" if mapping.is_generated else f"{mapping.name}:\n  Properties"
    return rule.finding(
        f"'{target}' reads '{source}' without an on-failure destination",
        at=mapping.at(label="no DestinationConfig"),
        why=why,
        evidence=Evidence.DECLARED,
        remediation=f"""
{where}:{bound}
    DestinationConfig:
      OnFailure:
        Destination: !GetAtt {sink}.Arn
{sink}:
  Type: AWS::SQS::Queue
  Properties:
    MessageRetentionPeriod: 1209600
""",
    )

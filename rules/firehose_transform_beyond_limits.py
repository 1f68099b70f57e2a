"""A transformation that may run longer than Firehose waits, or hardly at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    Function,
    Pillar,
    Rule,
    Severity,
    Unknown,
    Wait,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Change, Finding, NotJudged

rule = Rule(
    id="FUN032",
    name="firehose-transform-beyond-limits",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="timeout of a transformation does not fit what Firehose does",
    rationale="""
        Firehose waits five minutes for the function that transforms a batch, tries again, and then
        sets the batch aside as failed. A function that may run longer is cut off by nobody and
        does its work for nothing. The other way round, the default of three seconds is little for
        a batch of megabytes: Firehose itself suggests a minute.
        """,
    remediation="""
        Set Timeout between one and five minutes.
        """,
    when_to_ignore="""
        The batches are small and the short time was measured.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Clicks:
            Type: AWS::KinesisFirehose::DeliveryStream
            Properties:
              ExtendedS3DestinationConfiguration:
                BucketARN: arn:aws:s3:::clicks
                RoleARN: arn:aws:iam::123456789012:role/clicks
                ProcessingConfiguration:
                  Enabled: true
                  Processors:
                    - Type: Lambda
                      Parameters:
                        - ParameterName: LambdaArn
                          ParameterValue: !GetAtt Clean.Arn
          Clean:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: clean/
              Timeout: 600  # <-- 'Clean' may run for 600 s but Firehose waits 300 s
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Clicks:
            Type: AWS::KinesisFirehose::DeliveryStream
            Properties:
              ExtendedS3DestinationConfiguration:
                BucketARN: arn:aws:s3:::clicks
                RoleARN: arn:aws:iam::123456789012:role/clicks
                ProcessingConfiguration:
                  Enabled: true
                  Processors:
                    - Type: Lambda
                      Parameters:
                        - ParameterName: LambdaArn
                          ParameterValue: !GetAtt Clean.Arn
          Clean:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: clean/
              Timeout: 120
        """,
    references=("https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html",),
)

_LITTLE = 60  # seconds; below, the console warns


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.all(Function):
        for caller in architecture.waiting_callers(function):
            wait = caller.wait
            if not isinstance(wait, Wait) or wait.limit.key != "firehose-transform-wait":
                continue
            timeout = function.timeout
            if isinstance(timeout, Unknown):
                yield rule.not_judged(function, because="its timeout is not known")
            elif timeout > wait.seconds or timeout < _LITTLE:
                long = timeout > wait.seconds
                seconds = int(wait.seconds) if long else _LITTLE
                text = (
                    f"but Firehose waits {seconds} s" if long else "for a whole batch of Firehose"
                )
                yield rule.finding(
                    f"'{function.name}' may run for {timeout} s {text}",
                    at=function.at("Timeout", label=f"{timeout} s at most"),
                    related=[caller.edge.at(label=caller.edge.via)],
                    why="a batch that is not done in time is tried again and then set aside",
                    severity=Severity.WARNING if long else Severity.INFO,
                    confidence=Confidence.HIGH if long else Confidence.MEDIUM,
                    fix=_fix(f"Set Timeout to {seconds}", function.change(("Timeout",), seconds)),
                    remediation=f"{function.name}:\n  Properties:\n    Timeout: {seconds}",
                    about=[function.name],
                )
            break


def _fix(title: str, change: Change | None) -> Fix | None:
    return Fix(title, changes=(change,), safe=False) if change is not None else None

"""A durable function that may take longer than anybody can wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    Evidence,
    Function,
    Mode,
    Pillar,
    Rule,
    Severity,
    Unknown,
    limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="FUN034",
    name="durable-function-waited-for",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="durable function of more than 15 minutes is called synchronously",
    rationale="""
        A durable execution may last for days, but who calls it synchronously waits fifteen minutes
        at most, and an API not even one. The caller gets an error while the execution goes on.
        """,
    remediation="""
        Invoke it asynchronously and let the client ask for the outcome, or bound ExecutionTimeout.
        """,
    when_to_ignore="""
        Executions that are called this way always end early.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Order:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs24.x
              Handler: app.handler
              CodeUri: order/
              AutoPublishAlias: live
              DurableConfig:
                ExecutionTimeout: 86400  # <-- but a function URL waits for it
              FunctionUrlConfig: {AuthType: AWS_IAM}
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Order:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs24.x
              Handler: app.handler
              CodeUri: order/
              DurableConfig: {ExecutionTimeout: 86400}
              AutoPublishAlias: live
              EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SQS}}}
              Events:
                Nightly: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
        """,
    references=("https://docs.aws.amazon.com/lambda/latest/dg/durable-invoking.html",),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    most = int(limit("durable-sync-wait").value)
    for function in architecture.all(Function):
        if function.is_durable is not True:
            continue
        edges = [
            edge
            for edge in architecture.incoming(function, EdgeKind.INVOKES)
            if edge.evidence >= Evidence.PROVED and edge.mode is Mode.SYNCHRONOUS
        ]
        seconds = function.number("DurableConfig", "ExecutionTimeout")
        if not edges:
            continue
        if isinstance(seconds, Unknown):
            yield rule.not_judged(function, because="its ExecutionTimeout is not known")
        elif seconds is not None and seconds > most:
            via = edges[0].via
            article = "an" if via.startswith(("HTTP", "A")) else "a"
            yield rule.finding(
                f"'{function.name}' may take {seconds} s but {article} {via} waits for it",
                at=function.at("DurableConfig", "ExecutionTimeout", label=f"{seconds} s"),
                related=[edge.at(label=f"{edge.via}, which waits") for edge in edges[:4]],
                why=f"a synchronous caller of a durable function gets {most} s at most",
                remediation="Invoke it asynchronously: in an API, with the header "
                "`X-Amz-Invocation-Type: 'Event'`, from code with `InvocationType: Event`.",
                about=[function.name],
            )

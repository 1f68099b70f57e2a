"""A Lambda@Edge function that asks for more time or memory than its event grants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Distribution,
    EdgeKind,
    Fix,
    Function,
    Pillar,
    Rule,
    Severity,
    Unknown,
    Wait,
    caller_wait,
    limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Change, Edge, Finding, NotJudged

rule = Rule(
    id="EDG003",
    name="edge-function-beyond-limits",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function at the edge asks for more than its event grants",
    rationale="""
        Functions at the edge get less than functions in a region: 30 seconds on any event, and on
        viewer events, which are met by every request, no more than the smallest memory. CloudFront
        refuses the association of a function that is configured beyond that.
        """,
    remediation="""
        Lower Timeout and MemorySize; what needs more memory belongs on an origin event.
        """,
    when_to_ignore="""
        Never: the deployment is refused.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Rewrite:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs24.x
              Handler: app.handler
              CodeUri: edge/
              AutoPublishAlias: live
              Timeout: 60  # <-- 'Rewrite' may run for 60 s, viewer events grant 30 s
              AssumeRolePolicyDocument:
                Version: "2012-10-17"
                Statement:
                  - Effect: Allow
                    Principal: {Service: [lambda.amazonaws.com, edgelambda.amazonaws.com]}
                    Action: sts:AssumeRole
          Site:
            Type: AWS::CloudFront::Distribution
            Properties:
              DistributionConfig:
                Enabled: true
                Origins:
                  - Id: pages
                    DomainName: pages.example.com
                    CustomOriginConfig: {OriginProtocolPolicy: https-only}
                DefaultCacheBehavior:
                  TargetOriginId: pages
                  ViewerProtocolPolicy: https-only
                  LambdaFunctionAssociations:
                    - EventType: viewer-request
                      LambdaFunctionARN: !Ref Rewrite.Version
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Rewrite:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs24.x
              Handler: app.handler
              CodeUri: edge/
              AutoPublishAlias: live
              AssumeRolePolicyDocument:
                Version: "2012-10-17"
                Statement:
                  - Effect: Allow
                    Principal: {Service: [lambda.amazonaws.com, edgelambda.amazonaws.com]}
                    Action: sts:AssumeRole
          Site:
            Type: AWS::CloudFront::Distribution
            Properties:
              DistributionConfig:
                Enabled: true
                Origins:
                  - Id: pages
                    DomainName: pages.example.com
                    CustomOriginConfig: {OriginProtocolPolicy: https-only}
                DefaultCacheBehavior:
                  TargetOriginId: pages
                  ViewerProtocolPolicy: https-only
                  LambdaFunctionAssociations:
                    - EventType: viewer-request
                      LambdaFunctionARN: !Ref Rewrite.Version
        """,
    references=(
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.all(Function):
        waits = []
        for edge in architecture.incoming(function, EdgeKind.INVOKES):
            if isinstance(edge.declared_by, Distribution):
                wait = caller_wait(edge)
                if isinstance(wait, Wait):
                    waits.append((wait, edge))
        if not waits:
            continue
        wait, edge = min(waits, key=lambda item: item[0].seconds)
        yield from _judge(function, wait, edge)


def _judge(function: Function, wait: Wait, edge: Edge) -> Iterator[Finding | NotJudged]:
    viewer = wait.limit.key == "edge-viewer-wait"
    kind = "viewer" if viewer else "origin"
    timeout, memory = function.timeout, function.memory
    if isinstance(timeout, Unknown) or isinstance(memory, Unknown):
        yield rule.not_judged(function, because="its timeout or its memory is not known")
    if isinstance(timeout, int) and timeout > wait.seconds:
        yield rule.finding(
            f"'{function.name}' may run for {timeout} s, {kind} events grant {wait.seconds:g} s",
            at=function.at("Timeout", label=f"{timeout} s"),
            related=[edge.at(label=edge.via)],
            why="CloudFront refuses a function that may run longer than its event allows",
            fix=_fix(
                f"Set Timeout to {wait.seconds:g}", function.change(("Timeout",), int(wait.seconds))
            ),
            remediation=f"{function.name}:\n  Properties:\n    Timeout: {wait.seconds:g}",
            about=[function.name, "Timeout"],
        )
    most = limit("edge-viewer-memory").value
    if viewer and isinstance(memory, int) and memory > most:
        yield rule.finding(
            f"'{function.name}' asks for {memory} MB, viewer events grant {most:g} MB",
            at=function.at("MemorySize", label=f"{memory} MB"),
            related=[edge.at(label=edge.via)],
            why="CloudFront refuses a function on viewer events with more memory than that",
            fix=_fix(f"Set MemorySize to {most:g}", function.change(("MemorySize",), int(most))),
            remediation=f"{function.name}:\n  Properties:\n    MemorySize: {most:g}",
            about=[function.name, "MemorySize"],
        )


def _fix(title: str, change: Change | None) -> Fix | None:
    return Fix(title, changes=(change,), safe=False) if change is not None else None

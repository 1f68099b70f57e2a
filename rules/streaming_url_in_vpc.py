"""A function in a VPC whose URL is meant to stream its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    FunctionUrl,
    Pillar,
    Rule,
    Severity,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="API005",
    name="streaming-url-in-vpc",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=FunctionUrl,
    summary="function URL streams from a function in a VPC",
    rationale="""
        Function URLs do not support response streaming for functions that are attached to a VPC;
        only the API `InvokeWithResponseStream` does.
        """,
    remediation="""
        Answer in one piece (`InvokeMode: BUFFERED`), take the function out of the VPC, or let its
        clients call `InvokeWithResponseStream`.
        """,
    when_to_ignore="""
        Streaming was tried out in this very setting and works.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Chat:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs24.x
              Handler: app.handler
              CodeUri: chat/
              VpcConfig:
                SubnetIds: [subnet-0a, subnet-0b]
                SecurityGroupIds: [sg-0a]
              FunctionUrlConfig:
                AuthType: AWS_IAM
                InvokeMode: RESPONSE_STREAM  # <-- the URL of 'Chat' streams from within a VPC
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Chat:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs24.x
              Handler: app.handler
              CodeUri: chat/
              FunctionUrlConfig:
                AuthType: AWS_IAM
                InvokeMode: RESPONSE_STREAM
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for url in architecture.all(FunctionUrl):
        mode = url.invoke_mode
        function, _ = architecture.function_of(url.function, url)
        if isinstance(mode, Unknown) or function is None or isinstance(function.in_vpc, Unknown):
            yield rule.not_judged(url, because="its mode or its function's network is not known")
        elif mode == "RESPONSE_STREAM" and function.in_vpc:
            change = url.change(("InvokeMode",), "BUFFERED")
            owner = function.name if url.is_sam else url.name
            inner = "    FunctionUrlConfig:\n      " if url.is_sam else "    "
            yield rule.finding(
                f"the URL of '{function.name}' streams from within a VPC",
                at=url.at("InvokeMode", label="streams"),
                related=[function.at("VpcConfig", label="the VPC of the function")],
                why="function URLs do not stream the answers of functions in a VPC",
                remediation=f"{owner}:\n  Properties:\n{inner}InvokeMode: BUFFERED",
                fix=Fix("Answer in one piece", (change,)) if change is not None else None,
            )

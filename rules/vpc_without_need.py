"""A function that is attached to a VPC and uses nothing in it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Evidence,
    Fix,
    Function,
    NotRead,
    Pillar,
    Reference,
    Rule,
    Severity,
    Text,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged, Value

rule = Rule(
    id="NET012",
    name="vpc-without-need",
    pillar=Pillar.COST,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    applies_to=Function,
    summary="function is attached to a VPC and uses nothing in it",
    rationale="""
        Outside a VPC a function reaches AWS services and the internet by itself, as safely as
        within. In a VPC the same takes NAT gateways or endpoints, which cost by the hour and by the
        gigabyte and are one more thing that may be missing. A function needs a VPC for what has
        no other address: a database, a cache, a file system, an internal service.
        """,
    remediation="""
        Take `VpcConfig` away.
        """,
    when_to_ignore="""
        A policy of the company asks for it, or the code connects to something in the VPC that
        neither it nor the template spells out.
        """,
    bad={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Orders:
                Type: AWS::Serverless::SimpleTable
              Show:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: show/
                  VpcConfig:  # <-- 'Show' is attached to a VPC and uses nothing in it
                    SecurityGroupIds: [sg-1]
                    SubnetIds: [subnet-1, subnet-2]
                  Environment: {Variables: {TABLE: !Ref Orders}}
            """,
        "show/app.py": """
            import os

            import boto3

            client = boto3.client("dynamodb")


            def handler(event, context):
                return client.scan(TableName=os.environ["TABLE"])
            """,
    },
    good={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Show:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: show/
                  VpcConfig:
                    SecurityGroupIds: [sg-1]
                    SubnetIds: [subnet-1, subnet-2]
                  Environment: {Variables: {HOST: stock.internal}}
            """,
        "show/app.py": """
            import os
            import urllib.request


            def handler(event, context):
                return urllib.request.urlopen("http://" + os.environ["HOST"]).read()
            """,
    },
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/foundation-networking.html",
    ),
    aggregate="{count} functions are attached to a VPC and use nothing in it: {names}",
)

_SDKS = (
    "boto3", "botocore", "aws-sdk", "@aws-sdk/", "aws_lambda_powertools", "aws_xray_sdk",
    "@aws-lambda-powertools/", "@types/",
)  # fmt: skip
_SOCKETS = frozenset({
    "asyncio", "ftplib", "http", "https", "imaplib", "net", "poplib", "smtplib", "socket",
    "socketserver", "ssl", "subprocess", "tls", "urllib", "xmlrpc", "http2", "dgram", "dns",
    "child_process", "fetch", "undici",
})  # fmt: skip
_SERVERLESS = (
    "AWS::DynamoDB::", "AWS::S3::", "AWS::SQS::", "AWS::SNS::", "AWS::Events::", "AWS::Lambda::",
    "AWS::SecretsManager::", "AWS::SSM::", "AWS::StepFunctions::", "AWS::KMS::", "AWS::Kinesis",
    "AWS::Logs::", "AWS::Cognito::", "AWS::Scheduler::",
)  # fmt: skip
"""Services that are reached by a public name, from anywhere."""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.functions():
        if function.in_vpc is not True or function.get("FileSystemConfigs") is not None:
            continue
        if not _is_alone(function) or not _names_no_host(architecture, function):
            continue
        change = function.removal("VpcConfig")
        yield rule.finding(
            f"'{function.name}' is attached to a VPC and uses nothing in it",
            at=function.at("VpcConfig", label="its code calls AWS services only"),
            evidence=Evidence.PROVED,
            why="all that it calls has a public name, and a VPC only adds gateways and endpoints",
            remediation=f"""
                {function.name}:
                  Properties:
                    VpcConfig: !Ref AWS::NoValue  # or without the property
                """,
            fix=None if change is None else Fix("Take it out of the VPC", (change,)),
        )


def _is_alone(function: Function) -> bool:
    """Tell whether a function's code, read in full, connects to nothing but AWS services."""
    facts = function.source
    if isinstance(facts, NotRead) or not facts.is_complete or function.layers != []:
        return False
    # `fetch` needs no import.
    if facts.databases or not facts.calls or str(function.runtime).startswith("nodejs"):
        return False
    return all(
        item.package.startswith(_SDKS)
        or (item.package in sys.stdlib_module_names and item.package not in _SOCKETS)
        for item in facts.imports
    )


def _names_no_host(architecture: Architecture, function: Function) -> bool:
    """Tell whether nothing in a function's environment may be an address within the VPC."""
    variables = function.environment
    if isinstance(variables, Unknown):
        return False
    return all(_is_harmless(architecture, value) for value in variables.values())


def _is_harmless(architecture: Architecture, value: Value) -> bool:
    if isinstance(value, Unknown):
        return False
    if isinstance(value, Text):
        return all(_is_harmless(architecture, part) for part in value.parts)
    if isinstance(value, Reference):
        node = architecture.node_of(value)
        return node is not None and node.type.startswith(_SERVERLESS)
    return not (isinstance(value, str) and ("." in value or "://" in value))

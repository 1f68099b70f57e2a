"""A Lambda@Edge function in a stack that is deployed to another region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Distribution,
    Function,
    Pillar,
    Rule,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="EDG005",
    name="edge-function-outside-us-east-1",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Distribution,
    summary="distribution names a Lambda@Edge function outside us-east-1",
    rationale="""
        CloudFront copies functions from us-east-1 only, whatever the region of the rest. A stack
        that holds the function can therefore be deployed to us-east-1 alone.
        """,
    remediation="""
        Put the function into a stack of its own that is deployed to us-east-1, and hand the ARN
        of its version to the distribution.
        """,
    when_to_ignore="""
        The stack is deployed to us-east-1 after all.
        """,
    bad={
        "advise.toml": '[account]\nregion = "eu-central-1"\n',
        "template.yaml": """
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
                      LambdaFunctionARN: !Ref Rewrite.Version  # <-- from eu-central-1
        """,
    },
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
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-at-edge-function-restrictions.html",
    ),
)

_HOME = "us-east-1"
_REGION = 3  # the part of an ARN


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for distribution in architecture.all(Distribution):
        for association in distribution.associations():
            path = (*association.path, "LambdaFunctionARN")
            value = association.function
            function, _ = architecture.function_of(value, distribution)
            name, region = "", ""
            if isinstance(value, str) and value.startswith("arn:"):
                parts = value.split(":")
                region = parts[_REGION] if len(parts) > _REGION else ""
                name = value.rpartition("function:")[2].partition(":")[0]
            elif isinstance(function, Function):
                name, region = function.name, architecture.facts.region
            if region and region != _HOME:
                yield rule.finding(
                    f"'{name}' at the edge comes from {region}",
                    at=distribution.at(*path, label="named here"),
                    why="CloudFront takes functions for the edge from us-east-1 only",
                    remediation=f"Deploy the stack of '{name}' to {_HOME}.",
                    about=[distribution.name, name],
                )

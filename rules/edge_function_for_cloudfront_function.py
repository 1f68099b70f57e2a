"""A Lambda@Edge function that a CloudFront function could replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Distribution,
    Function,
    Pillar,
    Rule,
    Severity,
    limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="EDG009",
    name="edge-function-for-cloudfront-function",
    pillar=Pillar.COST,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    applies_to=Distribution,
    summary="small function on a viewer event runs as Lambda@Edge",
    rationale="""
        Rewrites, redirects and headers are what CloudFront functions are made for: they start in
        less than a millisecond, run in every location, and cost a sixth of Lambda@Edge.
        """,
    remediation="""
        Write it as an `AWS::CloudFront::Function`.
        """,
    when_to_ignore="""
        It needs the network, the body, a library or more than a millisecond.
        """,
    aggregate="{count} functions at the edge are small enough for CloudFront functions: {names}",
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Rewrite:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs24.x
              Handler: index.handler
              AutoPublishAlias: live
              InlineCode: |
                exports.handler = async (event) => {
                  const request = event.Records[0].cf.request;
                  request.uri = request.uri.replace(/\\/$/, "/index.html");
                  return request;
                };
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
                      LambdaFunctionARN: !Ref Rewrite.Version  # <-- 'Rewrite' is small enough
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Rewrite:
            Type: AWS::CloudFront::Function
            Properties:
              Name: rewrite
              FunctionConfig: {Comment: rewrite, Runtime: cloudfront-js-2.0}
              FunctionCode: |
                function handler(event) {
                  event.request.uri = event.request.uri.replace(/\\/$/, "/index.html");
                  return event.request;
                }
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
                  FunctionAssociations:
                    - EventType: viewer-request
                      FunctionARN: !GetAtt Rewrite.FunctionARN
        """,
    references=(
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-choosing.html",
    ),
)

_NEEDS = ("require(", "import ", "fetch(", "await ", "process.env", "body", "boto3")
"""What a CloudFront function cannot do, or not in the same way."""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    most = limit("cloudfront-function-size").value
    for distribution in architecture.all(Distribution):
        for association in distribution.associations():
            function, _ = architecture.function_of(association.function, distribution)
            if association.is_viewer is not True or not isinstance(function, Function):
                continue
            code, runtime = function.get("Code", "ZipFile"), function.runtime
            if not isinstance(code, str) or not isinstance(runtime, str):
                continue
            small = len(code.encode()) <= most and not any(word in code for word in _NEEDS)
            if small and runtime.startswith("nodejs") and association.include_body is False:
                yield rule.finding(
                    f"'{function.name}' is small enough for a CloudFront function",
                    at=distribution.at(*association.path, "LambdaFunctionARN", label="Lambda@Edge"),
                    related=[function.at(label="needs neither network nor libraries")],
                    why="a CloudFront function does the same sooner and for a sixth of the price",
                    remediation="Type: AWS::CloudFront::Function  # Runtime: cloudfront-js-2.0",
                    about=[distribution.name, function.name],
                )

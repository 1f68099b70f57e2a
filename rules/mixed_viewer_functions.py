"""A behaviour with both kinds of edge functions on viewer events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Distribution,
    Pillar,
    Rule,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="EDG007",
    name="mixed-viewer-functions",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Distribution,
    summary="cache behaviour combines both kinds of edge functions on viewer events",
    rationale="""
        On the viewer events of one cache behaviour there may be CloudFront functions or Lambda@Edge
        functions, not both, even if one takes the request and the other the response. CloudFront
        refuses the distribution.
        """,
    remediation="""
        Use one kind for both viewer events, or move the Lambda function to an origin event.
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
              AssumeRolePolicyDocument:
                Version: "2012-10-17"
                Statement:
                  - Effect: Allow
                    Principal: {Service: [lambda.amazonaws.com, edgelambda.amazonaws.com]}
                    Action: sts:AssumeRole
          Headers:
            Type: AWS::CloudFront::Function
            Properties:
              Name: headers
              FunctionConfig: {Comment: headers, Runtime: cloudfront-js-2.0}
              FunctionCode: "function handler(e) { return e.response; }"
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
                      LambdaFunctionARN: !Ref Rewrite.Version  # <-- runs both kinds
                  FunctionAssociations:
                    - EventType: viewer-response
                      FunctionARN: !GetAtt Headers.FunctionARN
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
          Headers:
            Type: AWS::CloudFront::Function
            Properties:
              Name: headers
              FunctionConfig: {Comment: headers, Runtime: cloudfront-js-2.0}
              FunctionCode: "function handler(e) { return e.response; }"
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
                    - EventType: origin-request
                      LambdaFunctionARN: !Ref Rewrite.Version
                  FunctionAssociations:
                    - EventType: viewer-response
                      FunctionARN: !GetAtt Headers.FunctionARN
        """,
    references=(
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for distribution in architecture.all(Distribution):
        small: dict[tuple[str | int, ...], tuple[str | int, ...]] = {}
        for path, event, _ in distribution.cloudfront_functions():
            if isinstance(event, str) and event.startswith("viewer"):
                small.setdefault(path[:-2], path)
        seen = set()
        for association in distribution.associations():
            behavior = association.behavior
            if association.is_viewer is not True or behavior not in small or behavior in seen:
                continue
            seen.add(behavior)
            where = distribution.get(*behavior, "PathPattern")
            pattern = f" for {where}" if isinstance(where, str) else ""
            yield rule.finding(
                f"'{distribution.name}' runs both kinds of functions on viewer events{pattern}",
                at=distribution.at(*association.path, "LambdaFunctionARN", label="Lambda@Edge"),
                related=[distribution.at(*small[behavior], label="a CloudFront function")],
                why="CloudFront refuses a behaviour with both kinds on viewer events",
                remediation="Use CloudFront functions for both events, or move the Lambda "
                "function to origin-request or origin-response.",
                about=[distribution.name, where if isinstance(where, str) else ""],
            )

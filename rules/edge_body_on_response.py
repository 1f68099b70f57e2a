"""A request's body that is asked for where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Distribution,
    Fix,
    Pillar,
    Rule,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Change, Finding

rule = Rule(
    id="EDG006",
    name="edge-body-on-response",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Distribution,
    summary="function at the edge asks for the request's body on a response event",
    rationale="""
        `IncludeBody` hands the body of the request to functions on viewer-request and
        origin-request events. On response events there is none to hand over, and the setting is
        not taken.
        """,
    remediation="""
        Remove IncludeBody, or move the function to a request event.
        """,
    when_to_ignore="""
        Never: the body is not there.
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
                    - EventType: origin-response
                      LambdaFunctionARN: !Ref Rewrite.Version
                      IncludeBody: true  # <-- asks for the body on origin-response
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
                    - EventType: origin-request
                      LambdaFunctionARN: !Ref Rewrite.Version
                      IncludeBody: true
        """,
    references=(
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-include-body-access.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for distribution in architecture.all(Distribution):
        for association in distribution.associations():
            event = association.event
            if association.include_body is not True or not isinstance(event, str):
                continue
            if event.endswith("-response"):
                yield rule.finding(
                    f"'{distribution.name}' asks for the body on {event} events",
                    at=distribution.at(*association.path, "IncludeBody", label="no body here"),
                    why="only functions on request events get the body of the request",
                    fix=_fix(
                        "Remove IncludeBody", distribution.removal(*association.path, "IncludeBody")
                    ),
                    remediation="Remove IncludeBody from the association.",
                    about=[distribution.name, event],
                )


def _fix(title: str, change: Change | None) -> Fix | None:
    return Fix(title, changes=(change,), safe=True) if change is not None else None

"""A Lambda@Edge function whose role the edge service may not assume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Distribution,
    EdgeKind,
    Fix,
    Function,
    Pillar,
    Role,
    Rule,
    Severity,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Data, Finding, NotJudged

rule = Rule(
    id="EDG004",
    name="edge-role-not-assumable",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="role of a Lambda@Edge function does not trust edgelambda.amazonaws.com",
    rationale="""
        At the edge a function is run by another service, `edgelambda.amazonaws.com`. A role that
        trusts `lambda.amazonaws.com` alone, which is what SAM writes, is refused when the function
        is associated with the distribution.
        """,
    remediation="""
        Let the role be assumed by both services; with SAM by `AssumeRolePolicyDocument`.
        """,
    when_to_ignore="""
        Never: the deployment is refused.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Rewrite:  # <-- the role of 'Rewrite' does not trust
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs24.x
              Handler: app.handler
              CodeUri: edge/
              AutoPublishAlias: live
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
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-at-edge-function-restrictions.html",
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-edge-permissions.html",
    ),
)

_EDGE = "edgelambda.amazonaws.com"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.all(Function):
        edges = [
            edge
            for edge in architecture.incoming(function, EdgeKind.INVOKES)
            if isinstance(edge.declared_by, Distribution)
        ]
        if not edges:
            continue
        role = architecture.node_of(function.role, "role", function)
        if not isinstance(role, Role):
            yield rule.not_judged(function, because="its role is not in the templates")
            continue
        trusts = _trusts(role)
        if isinstance(trusts, Unknown):
            yield rule.not_judged(function, because="whom its role trusts is not known")
        elif not trusts:
            at = function.at() if role.is_generated else role.at("AssumeRolePolicyDocument")
            yield rule.finding(
                f"the role of '{function.name}' does not trust {_EDGE}",
                at=at,
                related=[edges[0].at(label=edges[0].via)],
                why="CloudFront refuses a function whose role its edge service may not assume",
                remediation=_remediation(function if role.is_generated else role),
                fix=_fix(function, role),
                about=[function.name],
            )


def _trusts(role: Role) -> bool | Unknown:
    """Tell whether the edge service may assume a role."""
    statements = role.items("AssumeRolePolicyDocument", "Statement")
    if isinstance(statements, Unknown):
        return statements
    unknown: Unknown | None = None
    for statement in statements:
        if isinstance(statement, Unknown):
            unknown = statement
            continue
        principal = statement.get("Principal") if isinstance(statement, dict) else None
        services = principal.get("Service") if isinstance(principal, dict) else principal
        for service in services if isinstance(services, list) else [services]:
            if service in (_EDGE, "*"):  # it may be a mapping, which no set takes
                return True
            unknown = service if isinstance(service, Unknown) else unknown
    return False if unknown is None else unknown


def _fix(function: Function, role: Role) -> Fix | None:
    """Return what adds the edge service to those whom a role trusts."""
    if role.is_generated:
        statement: dict[str, Data] = {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com", _EDGE]},
            "Action": "sts:AssumeRole",
        }
        document: Data = {"Version": "2012-10-17", "Statement": [statement]}
        change = function.change(("AssumeRolePolicyDocument",), document)
        return None if change is None else Fix(f"Let {_EDGE} assume the role", (change,))
    path = ("AssumeRolePolicyDocument", "Statement")
    statements = role.items(*path)
    for index, _ in enumerate(statements if isinstance(statements, list) else ()):
        place = (*path, index, "Principal", "Service")
        services = role.get(*place)
        trusted = services if isinstance(services, list) else [services]
        names = [name for name in trusted if isinstance(name, str)]
        if "lambda.amazonaws.com" in names and len(names) == len(trusted):
            change = role.change(place, [*names, _EDGE])
            return None if change is None else Fix(f"Let {_EDGE} assume the role", (change,))
    return None


def _remediation(owner: Function | Role) -> str:
    return f"""
{owner.name}:
  Properties:
    AssumeRolePolicyDocument:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal:
            Service: [lambda.amazonaws.com, {_EDGE}]
          Action: sts:AssumeRole
"""

"""A distribution that names no published version of its Lambda@Edge function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Alias,
    Confidence,
    Distribution,
    Fix,
    Function,
    Pillar,
    Rule,
    Severity,
    Text,
    Unknown,
    Version,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Data, Finding, NotJudged, Value

rule = Rule(
    id="EDG001",
    name="edge-function-without-version",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Distribution,
    summary="distribution names a Lambda@Edge function without a numbered version",
    rationale="""
        CloudFront copies a published version of the function to its locations. It takes neither the
        function itself (`$LATEST`) nor an alias, and refuses the distribution.
        """,
    remediation="""
        Publish a version and name it: with SAM `AutoPublishAlias` and `!Ref Function.Version`, else
        the `Ref` of an `AWS::Lambda::Version`.
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
                      LambdaFunctionARN: !GetAtt Rewrite.Arn  # <-- 'Rewrite' without a version
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
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for distribution in architecture.all(Distribution):
        for association in distribution.associations():
            path = (*association.path, "LambdaFunctionARN")
            named = _unversioned(architecture, association.function, distribution)
            if named is None:
                continue
            name, what = named
            sam = any(item.name == name and item.is_sam for item in architecture.functions())
            yield rule.finding(
                f"'{distribution.name}' names {what}",
                at=distribution.at(*path, label="names no numbered version"),
                why="CloudFront takes a numbered version only, neither $LATEST nor an alias",
                remediation=_remediation(name, sam=sam),
                fix=_fix(architecture, distribution, path, name),
                about=[distribution.name, name],
            )


def _unversioned(
    architecture: Architecture, value: Value, distribution: Distribution
) -> tuple[str, str] | None:
    """Return the function, and how it is named, where that is no version; None where it may be."""
    if isinstance(value, Unknown):
        return None
    found = architecture.node_of(value, "function", distribution)
    if isinstance(found, Alias):
        function, _ = architecture.function_of(value, distribution)
        name = function.name if function else found.name
        return name, f"an alias of '{name}'"
    if isinstance(found, Version):
        return None
    function, qualifier = architecture.function_of(value, distribution)
    if isinstance(function, Function):
        if qualifier is None or qualifier == "$LATEST":
            return function.name, f"'{function.name}' without a version"
        if isinstance(qualifier, str) and not qualifier.isdigit():
            return function.name, f"the alias '{qualifier}' of '{function.name}'"
        return None
    # arn:aws:lambda:us-east-1:123456789012:function:name:version, where more may be unknown
    last = value.parts[-1] if isinstance(value, Text) else value
    if isinstance(last, str) and ":function:" in last:
        name, _, version = last.rpartition(":function:")[2].partition(":")
        if version in {"", "$LATEST"}:
            return name, f"'{name}' without a version"
        if not version.isdigit():
            return name, f"the alias '{version}' of '{name}'"
    return None


def _fix(
    architecture: Architecture, distribution: Distribution, path: tuple[str | int, ...], name: str
) -> Fix | None:
    """Return what publishes a version and names it; None for a function of another template."""
    function = architecture.node(f"{distribution.resource.owner}#{name}")
    if not isinstance(function, Function) or function.is_generated:
        return None
    version = f"{name}.Version" if function.is_sam else f"{name}Version"
    made = [distribution.change(path, {"Ref": version}, over_call=True)]
    if not function.is_sam:
        properties: dict[str, Data] = {"FunctionName": {"Ref": name}}
        body: dict[str, Data] = {"Type": "AWS::Lambda::Version", "Properties": properties}
        made.append(function.new_sibling(version, body))
    elif not architecture.aliases(function):
        made.append(function.change(("AutoPublishAlias",), "live"))
    changes = tuple(change for change in made if change is not None)
    return Fix(f"Name a version of '{name}'", changes) if len(changes) == len(made) else None


def _remediation(name: str, *, sam: bool) -> str:
    if sam:
        return f"""
{name}:
  Properties:
    AutoPublishAlias: live  # publishes a version with every change
# and in the distribution
LambdaFunctionARN: !Ref {name}.Version
"""
    return f"""
{name}Version:
  Type: AWS::Lambda::Version
  Properties:
    FunctionName: !Ref {name}
# and in the distribution
LambdaFunctionARN: !Ref {name}Version
"""

"""A Lambda@Edge function with something that Lambda@Edge does not support."""

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
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="EDG002",
    name="edge-function-with-unsupported-feature",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function at the edge uses what is not supported there",
    rationale="""
        A function at the edge runs far from its region: without environment variables, layers, a
        VPC or provisioned concurrency, and in few runtimes. CloudFront refuses the association
        of a function that has them. Often they come from Globals that are meant for others.
        """,
    remediation="""
        Take the property off the function, or off the Globals it comes from. Configuration belongs
        into the code, or into custom headers of the origin.
        """,
    when_to_ignore="""
        AWS has lifted the restriction since, and a deployment showed it.
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
              Environment:
                Variables:  # <-- 'Rewrite' runs at the edge, without environment variables
                  STAGE: live
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
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-at-edge-function-restrictions.html",
    ),
)

_VPC = "a VPC"
_RUNTIMES = "other runtimes than Node.js and Python"
_MANAGED = "runtime versions of its own choice"
_DEFAULT_STORAGE = 512  # MB of /tmp that every function has


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for function in architecture.all(Function):
        edge = next(
            (
                edge
                for edge in architecture.incoming(function, EdgeKind.INVOKES)
                if isinstance(edge.declared_by, Distribution)
            ),
            None,
        )
        if edge is None:
            continue
        for path, what in _unsupported(architecture, function):
            yield rule.finding(
                f"'{function.name}' runs at the edge, without {what}",
                at=function.at(*path, label="not supported at the edge"),
                related=[edge.at(label=edge.via)],
                why=f"CloudFront refuses a Lambda@Edge function with {what}",
                severity=Severity.ERROR if what in _CERTAIN else Severity.WARNING,
                remediation=_remediation(function, path, what),
                fix=_fix(function, path, what),
                about=[function.name, what],
            )


_CERTAIN = frozenset(
    {
        "environment variables",
        "layers",
        _VPC,
        "provisioned concurrency",
        "more than 512 MB of /tmp",
        _MANAGED,
        _RUNTIMES,
    }
)
_SETTINGS = frozenset(
    {
        "provisioned concurrency",
        "more than 512 MB of /tmp",
        _MANAGED,
        "dead-letter queues",
        "tracing by X-Ray",
        "arm64",
        "reserved concurrency",
    }
)
"""What can be taken away without a change of the code."""
"""What every text of the guide names, old and new; the rest stands in those of 2023 only."""


def _unsupported(
    architecture: Architecture, function: Function
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the properties that Lambda@Edge does not take, with a reader's word for each."""
    variables, layers = function.environment, function.layers
    if isinstance(variables, dict) and variables:
        yield ("Environment", "Variables"), "environment variables"
    if isinstance(layers, list) and layers:
        yield ("Layers",), "layers"
    if function.in_vpc is True:
        yield ("VpcConfig",), _VPC
    storage = function.ephemeral_storage
    if isinstance(storage, int) and storage > _DEFAULT_STORAGE:
        yield ("EphemeralStorage", "Size"), "more than 512 MB of /tmp"
    for version in architecture.versions(function):
        if isinstance(version.provisioned, int) and version.provisioned:
            yield ("ProvisionedConcurrencyConfig",), "provisioned concurrency"
            break
    if function.package_type == "Image":
        yield ("PackageType",), "container images"
    update = function.get("RuntimeManagementConfig", "UpdateRuntimeOn")
    if isinstance(update, str) and update != "Auto":
        yield ("RuntimeManagementConfig", "UpdateRuntimeOn"), _MANAGED
    runtime = function.runtime
    if isinstance(runtime, str) and not runtime.startswith(("nodejs", "python")):
        yield ("Runtime",), _RUNTIMES
    if function.dead_letter_target is not None:
        yield ("DeadLetterConfig", "TargetArn"), "dead-letter queues"
    if function.tracing == "Active":
        yield ("TracingConfig", "Mode"), "tracing by X-Ray"
    architectures = function.architectures
    if isinstance(architectures, list) and "arm64" in architectures:
        yield ("Architectures",), "arm64"
    if isinstance(function.reserved_concurrency, int):
        yield ("ReservedConcurrentExecutions",), "reserved concurrency"


def _fix(function: Function, path: tuple[str, ...], what: str) -> Fix | None:
    """Return what takes a setting away that no code relies on."""
    if what not in _SETTINGS:
        return None
    change = function.removal(path[0])
    return None if change is None else Fix(f"Do without {what}", (change,))


def _remediation(function: Function, path: tuple[str, ...], what: str) -> str:
    name = {"TracingConfig": "Tracing", "DeadLetterConfig": "DeadLetterQueue"}
    key = name.get(path[0], path[0]) if function.is_sam else path[0]
    if what == _RUNTIMES:
        return f"{function.name}:\n  Properties:\n    Runtime: nodejs24.x  # or python3.13"
    hint = "" if not function.is_sam else ", or from the Globals it comes from"
    return f"Remove {key} from {function.name}{hint}."

"""A custom resource whose function cannot report in time, or at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    CustomResource,
    Fix,
    Pillar,
    Rule,
    Severity,
    Unknown,
    endpoints_for,
    leaves,
    placement,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Change,
        Finding,
        Function,
        NotJudged,
    )

rule = Rule(
    id="FUN036",
    name="custom-resource-cut-short",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=CustomResource,
    summary="function of a custom resource cannot report in time, or at all",
    rationale="""
        The function behind a custom resource reports to CloudFormation through a presigned URL of
        S3. Where ServiceTimeout ends before the function's own timeout, the stack fails while the
        function is still at work; where the function sits in subnets without a way to S3, the
        stack hangs until ServiceTimeout, an hour by default.
        """,
    remediation="""
        Give ServiceTimeout more time than the function has, and the function a way to S3.
        """,
    when_to_ignore="""
        The function always reports early.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Seed:
            Type: Custom::Seed
            Properties:
              ServiceToken: !GetAtt SeedTable.Arn
              ServiceTimeout: 60  # <-- 'Seed' waits 60 s but 'SeedTable' may run for 300 s
          SeedTable:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: seed/
              Timeout: 300
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Seed:
            Type: Custom::Seed
            Properties:
              ServiceToken: !GetAtt SeedTable.Arn
              ServiceTimeout: 330
          SeedTable:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: seed/
              Timeout: 300
        """,
    references=(
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html",
    ),
)

_MARGIN = 30  # seconds for the start of the function and its report


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    hidden: set[str] = set()
    for custom in architecture.all(CustomResource):
        function, _ = architecture.function_of(custom.service_token, custom)
        if function is None:
            continue
        waits, timeout = custom.number("ServiceTimeout"), function.timeout
        if isinstance(waits, Unknown) or (waits is not None and isinstance(timeout, Unknown)):
            yield rule.not_judged(custom, because="one of the two times is not known")
        elif waits is not None and isinstance(timeout, int) and waits < timeout:
            yield rule.finding(
                f"'{custom.name}' waits {waits} s but '{function.name}' may run for {timeout} s",
                at=custom.at("ServiceTimeout", label="how long the stack waits"),
                related=[function.at("Timeout", label="how long the function may run")],
                why="the stack fails while the function is still at work, and rolls back over it",
                fix=_fix(
                    "Give the stack enough time",
                    custom.change(("ServiceTimeout",), timeout + _MARGIN),
                ),
                remediation=f"{custom.name}:\n  Properties:\n"
                f"    ServiceTimeout: {timeout + _MARGIN}",
            )
        if function.id not in hidden and _is_cut_off(architecture, function):
            hidden.add(function.id)
            yield rule.finding(
                f"'{function.name}' makes '{custom.name}' but has no way to S3 to report it",
                at=function.at("VpcConfig", label="subnets without a way out"),
                related=[custom.at(label="waits for the report")],
                why="the report goes to S3; the stack waits for it until ServiceTimeout, an hour",
                remediation=f"Take '{function.name}' out of the VPC, or give its subnets an "
                "endpoint for S3 or a NAT gateway.",
            )


def _is_cut_off(architecture: Architecture, function: Function) -> bool:
    """Tell whether no subnet of a function has any way to S3."""
    place = placement(architecture, function)
    if place is None or not place.complete or not place.subnets:
        return False
    for subnet in place.subnets:
        if leaves(function, subnet) is not False:
            return False
        if endpoints_for(architecture, subnet, "s3"):
            return False
    return True


def _fix(title: str, change: Change | None) -> Fix | None:
    return Fix(title, changes=(change,), safe=True) if change is not None else None

"""More environments kept warm than the function may run at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Function, Pillar, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="FUN043",
    name="provisioned-above-reserved",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="provisioned concurrency exceeds the function's reserved concurrency",
    rationale="""
        Reserved concurrency is the most that all versions of a function run at a time, and what is
        provisioned counts towards it. Lambda refuses to provision more than is reserved.
        """,
    remediation="""
        Reserve at least what all aliases and versions have provisioned together.
        """,
    when_to_ignore="""
        Never: the deployment fails.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              AutoPublishAlias: live
              ReservedConcurrentExecutions: 10  # <-- 'Ship' reserves 10 and has 20 provisioned
              ProvisionedConcurrencyConfig:
                ProvisionedConcurrentExecutions: 20
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              AutoPublishAlias: live
              ReservedConcurrentExecutions: 40
              ProvisionedConcurrencyConfig:
                ProvisionedConcurrentExecutions: 20
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.functions():
        reserved = function.reserved_concurrency
        if not isinstance(reserved, int):
            continue
        # What is not known can only add to the sum.
        warm = [
            (version, count)
            for version in architecture.versions(function)
            if isinstance(count := version.provisioned, int)
        ]
        total = sum(count for _, count in warm)
        if total > reserved:
            yield rule.finding(
                f"'{function.name}' reserves {reserved} and has {total} provisioned",
                at=function.at("ReservedConcurrentExecutions", label=f"at most {reserved}"),
                related=[
                    version.at("ProvisionedConcurrencyConfig", label=f"{count} kept warm")
                    for version, count in warm
                ],
                why="Lambda refuses to provision more than is reserved: the deployment fails",
                remediation=f"""
                    {function.name}:
                      Properties:
                        ReservedConcurrentExecutions: {total}  # or more
                    """,
            )

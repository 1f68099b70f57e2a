"""Provisioned concurrency for a function that has no published version to keep warm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Alias, Confidence, Fix, Function, Pillar, Rule, Severity, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="FUN042",
    name="provisioned-concurrency-on-latest",
    pillar=Pillar.PERFORMANCE,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=(Function, Alias),
    summary="provisioned concurrency is set where there is no published version",
    rationale="""
        Execution environments are kept warm for one published version, by its number or by an
        alias that points at it. `$LATEST` can have none. SAM refuses the property on a function
        that publishes no alias, and Lambda refuses it on an alias of `$LATEST`.
        """,
    remediation="""
        Publish a version with every deployment, `AutoPublishAlias` in SAM, and let the callers
        use the alias.
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
              ProvisionedConcurrencyConfig:  # <-- 'Ship' has no alias to keep warm
                ProvisionedConcurrentExecutions: 5
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
              ProvisionedConcurrencyConfig:
                ProvisionedConcurrentExecutions: 5
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html",
        "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html",
    ),
)

_PATH = "ProvisionedConcurrencyConfig"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.functions():
        written = function.get(_PATH)
        if function.is_sam and written is not None and not isinstance(written, Unknown):
            change = function.change(("AutoPublishAlias",), "live")
            yield rule.finding(
                f"'{function.name}' has no alias to keep warm",
                at=function.at(_PATH, label="needs a published version"),
                why="there is no version whose environments could be kept warm: SAM refuses it",
                remediation=f"""
                    {function.name}:
                      Properties:
                        AutoPublishAlias: live
                    """,
                fix=None if change is None else Fix("Publish the alias 'live'", (change,)),
            )
    for alias in architecture.all(Alias):
        if alias.version == "$LATEST" and isinstance(alias.provisioned, int) and alias.provisioned:
            version = architecture.free_name(f"{alias.name}Version", near=alias)
            yield rule.finding(
                f"'{alias.name}' has provisioned concurrency and points at $LATEST",
                at=alias.at(_PATH, label="needs a published version"),
                related=[alias.at("FunctionVersion", label="no version is published")],
                why="Lambda keeps no environments of $LATEST warm and refuses the deployment",
                remediation=f"""
                    {version}:
                      Type: AWS::Lambda::Version
                      Properties:
                        FunctionName: <the function of {alias.name}>
                    {alias.name}:
                      Properties:
                        FunctionVersion: !GetAtt {version}.Version
                    """,
            )

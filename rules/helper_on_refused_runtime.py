"""Functions that the CDK adds for itself, on a runtime with which no function can be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Function, Node, Pillar, Rule, Severity, runtime_lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged, Runtime

rule = Rule(
    id="FUN054",
    name="helper-on-refused-runtime",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    # Functions that the CDK adds are kept out of what rules are asked about.
    applies_to=Node,
    summary="function that the CDK adds has a runtime with which none can be created",
    rationale="""
        The CDK adds functions of its own: to empty buckets, to set the retention of logs, to run
        custom resources. Their runtime comes with the version of the CDK that wrote the template,
        and once AWS refuses it, a new stack from this template fails.
        """,
    remediation="""
        Upgrade `aws-cdk-lib`, and synthesize the template again.
        """,
    when_to_ignore="""
        The template is a sample of what the CDK writes, such as a snapshot in a test.
        """,
    bad={
        "template.yaml": """
            Resources:
              Orders: {Type: AWS::SQS::Queue}
              LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8aFD4BFC8A:
                Type: AWS::Lambda::Function
                Properties:
                  Runtime: nodejs12.x  # <-- 1 function that the CDK adds
                  Handler: index.handler
                  Role: arn:aws:iam::111122223333:role/retention
                  Code: {S3Bucket: assets, S3Key: retention.zip}
                Metadata:
                  aws:cdk:path: Shop/LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a/Resource
            """,
        "advise.toml": "today = 2026-11-21",
    },
    good={
        "template.yaml": """
            Resources:
              Orders: {Type: AWS::SQS::Queue}
              LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8aFD4BFC8A:
                Type: AWS::Lambda::Function
                Properties:
                  Runtime: nodejs22.x
                  Handler: index.handler
                  Role: arn:aws:iam::111122223333:role/retention
                  Code: {S3Bucket: assets, S3Key: retention.zip}
                Metadata:
                  aws:cdk:path: Shop/LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a/Resource
            """,
        "advise.toml": "today = 2026-11-21",
    },
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
        "https://docs.aws.amazon.com/cdk/v2/guide/manage-dependencies.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    today = architecture.facts.today
    # One upgrade mends all of a template.
    stacks: dict[str, list[tuple[Function, Runtime]]] = {}
    for function in architecture.left_out:
        if not isinstance(function, Function) or function.package_type != "Zip":
            continue
        runtime = function.runtime
        row = runtime_lifecycle(runtime) if isinstance(runtime, str) else None
        if row is not None and today >= row.block_create:
            stacks.setdefault(function.resource.owner, []).append((function, row))
    for found in stacks.values():
        (first, row), count = found[0], len(found)
        who = (
            f"{count} functions that the CDK adds run"
            if count > 1
            else ("1 function that the CDK adds runs")
        )
        runtimes = ", ".join(dict.fromkeys(other.runtime for _, other in found))
        yield rule.finding(
            f"{who} on {runtimes}, which no new function can have",
            at=first.at("Runtime", label=f"refused since {row.block_create}"),
            related=[function.at("Runtime", label=other.runtime) for function, other in found[1:]],
            why="a new stack from this template fails; those that exist go on",
            remediation="Upgrade aws-cdk-lib, and synthesize the template again.",
        )

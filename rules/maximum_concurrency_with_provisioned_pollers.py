"""A mapping that is told to scale in two ways of which only one can be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EventSourceMapping, Evidence, Pillar, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="QUE021",
    name="maximum-concurrency-with-provisioned-pollers",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=EventSourceMapping,
    summary="mapping of a queue has a maximum concurrency and provisioned pollers",
    rationale="""
        How fast Lambda empties a queue is set either by a maximum concurrency or by a number of
        pollers that are kept for it. The two exclude each other, and a mapping with both is
        refused.
        """,
    remediation="""
        Keep `ScalingConfig` to protect what the function uses, or `ProvisionedPollerConfig` for
        fast scaling; `MaximumPollers` times ten bounds the concurrency there.
        """,
    when_to_ignore="""
        Never: the deployment fails.
        """,
    bad="""
        Resources:
          FromOrders:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
              FunctionResponseTypes: [ReportBatchItemFailures]
              ScalingConfig:
                MaximumConcurrency: 50  # <-- 'FromOrders' has a maximum concurrency
              ProvisionedPollerConfig:
                MinimumPollers: 2
        """,
    good="""
        Resources:
          FromOrders:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
              FunctionResponseTypes: [ReportBatchItemFailures]
              ProvisionedPollerConfig:
                MinimumPollers: 2
                MaximumPollers: 5
        """,
    references=("https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html",),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for mapping in architecture.all(EventSourceMapping):
        if mapping.max_concurrency is None or mapping.has_provisioned_pollers is not True:
            continue
        # A maximum that is not known is one all the same, unless nothing is known of the group.
        if not isinstance(mapping.get("ScalingConfig"), dict):
            continue
        yield rule.finding(
            f"'{mapping.title}' has a maximum concurrency and provisioned pollers",
            at=mapping.at("ScalingConfig", "MaximumConcurrency", label="one way to scale"),
            related=[mapping.at("ProvisionedPollerConfig", label="the other way")],
            why="the two exclude each other: Lambda refuses the mapping, and the deployment fails",
            remediation=f"# remove ScalingConfig or ProvisionedPollerConfig from {mapping.title}",
            evidence=Evidence.DECLARED,
        )

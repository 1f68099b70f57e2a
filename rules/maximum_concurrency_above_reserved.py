"""Queues that may ask for more of a function than is reserved for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Evidence, Fix, Function, Pillar, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, EventSourceMapping, Finding, NotJudged

rule = Rule(
    id="QUE022",
    name="maximum-concurrency-above-reserved",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="mappings of queues may invoke a function more often at once than it has reserved",
    rationale="""
        The maximum concurrency of a mapping is what Lambda stops at before it receives more
        messages; the reserved concurrency of the function is where invocations are throttled.
        With the first above the second, Lambda takes messages off the queue that it cannot hand
        over. They come back after the visibility timeout with a receive more on their account,
        and end in the dead-letter queue without ever having been tried.
        """,
    remediation="""
        Reserve at least the sum of the maximum concurrencies of all queues of the function, or
        lower these.
        """,
    when_to_ignore="""
        The queues are never busy at the same time and together stay below what is reserved.
        """,
    bad="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              ReservedConcurrentExecutions: 10  # <-- up to 50 invocations of 'Ship'
              Events:
                Orders:
                  Type: SQS
                  Properties:
                    Queue: arn:aws:sqs:eu-west-1:111122223333:orders
                    FunctionResponseTypes: [ReportBatchItemFailures]
                    ScalingConfig:
                      MaximumConcurrency: 50
        """,
    good="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              ReservedConcurrentExecutions: 50
              Events:
                Orders:
                  Type: SQS
                  Properties:
                    Queue: arn:aws:sqs:eu-west-1:111122223333:orders
                    FunctionResponseTypes: [ReportBatchItemFailures]
                    ScalingConfig:
                      MaximumConcurrency: 50
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.all(Function):
        reserved = function.reserved_concurrency
        # None reserved: throttled by the account only. Zero: switched off on purpose.
        if not isinstance(reserved, int) or reserved == 0:
            continue
        mappings = [
            (mapping, most)
            for mapping in architecture.mappings(function)
            if mapping.is_queue
            and mapping.enabled is True
            and isinstance(most := mapping.max_concurrency, int)
        ]
        total = sum(most for _, most in mappings)
        if total > reserved:
            yield _finding(function, reserved, total, mappings)


def _finding(
    function: Function, reserved: int, total: int, mappings: list[tuple[EventSourceMapping, int]]
) -> Finding:
    change = function.change(("ReservedConcurrentExecutions",), total)
    return rule.finding(
        f"queues ask for up to {total} invocations of '{function.name}', "
        f"which has reserved {reserved}",
        at=function.at("ReservedConcurrentExecutions", label=f"{reserved} at a time"),
        related=[
            mapping.at("ScalingConfig", "MaximumConcurrency", label=f"up to {most} at a time")
            for mapping, most in mappings
        ],
        why="messages that are throttled use up receives and may end in the dead-letter queue "
        "without ever having been tried",
        remediation=function.setting(f"ReservedConcurrentExecutions: {total}"),
        evidence=Evidence.DECLARED,
        # Not safe: what is reserved is taken from all other functions of the account.
        fix=Fix(f"Reserve {total}", (change,)) if change else None,
    )

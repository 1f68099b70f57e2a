"""A function with less concurrency than the pollers of its queue begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Evidence,
    Fix,
    Function,
    Pillar,
    Queue,
    Rule,
    Severity,
    limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        EventSourceMapping,
        Finding,
        NotJudged,
    )

rule = Rule(
    id="QUE023",
    name="reserved-concurrency-throttles-queue",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function has less concurrency reserved than Lambda begins to poll its queue with",
    rationale="""
        Lambda starts on a queue with five batches at a time and knows nothing of the concurrency
        that is reserved for the function. With less than that, batches are received only to be
        throttled: their messages stay hidden, come back with a receive more on their account,
        and move to the dead-letter queue though nothing is wrong with them. The maximum
        concurrency of the mapping holds the pollers back before they receive.
        """,
    remediation="""
        Set `ScalingConfig.MaximumConcurrency` of the mapping, which may be two or more. To handle
        one message after the other use a FIFO queue with one message group.
        """,
    when_to_ignore="""
        The queue has no dead-letter queue or one with a very large `maxReceiveCount`, and its
        messages may wait.
        """,
    bad="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              ReservedConcurrentExecutions: 2  # <-- 'Ship' has reserved 2
              Events:
                Orders:
                  Type: SQS
                  Properties:
                    Queue: arn:aws:sqs:eu-west-1:111122223333:orders
                    FunctionResponseTypes: [ReportBatchItemFailures]
        """,
    good="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              ReservedConcurrentExecutions: 2
              Events:
                Orders:
                  Type: SQS
                  Properties:
                    Queue: arn:aws:sqs:eu-west-1:111122223333:orders
                    FunctionResponseTypes: [ReportBatchItemFailures]
                    ScalingConfig:
                      MaximumConcurrency: 2
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html",
        "https://repost.aws/knowledge-center/lambda-sqs-scaling",
    ),
)

_LEAST = 2
"""The smallest MaximumConcurrency: the same page."""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    first = int(limit("queue-first-invocations").value)
    for function in architecture.all(Function):
        reserved = function.reserved_concurrency
        if not isinstance(reserved, int) or not 0 < reserved < first:
            continue
        unbounded = [
            mapping
            for mapping in architecture.mappings(function)
            if mapping.is_queue
            and mapping.enabled is True
            # A FIFO queue has no more in flight than it has groups.
            and mapping.reads_fifo_queue is False
            and mapping.max_concurrency is None
            and mapping.has_provisioned_pollers is False
        ]
        if unbounded:
            yield _finding(function, reserved, first, unbounded)


def _finding(
    function: Function, reserved: int, first: int, mappings: list[EventSourceMapping]
) -> Finding:
    wanted = max(reserved, _LEAST)
    source = mappings[0].source
    # What is throttled with two at a time and one reserved is little, but not nothing.
    change = mappings[0].change(("ScalingConfig", "MaximumConcurrency"), wanted)
    hint = (
        f"# and reserve {_LEAST}, or use a FIFO queue with one message group to stay at one\n"
        if reserved < _LEAST
        else ""
    )
    # Without a dead-letter queue, what is throttled comes back until it expires.
    is_kept = all(_has_no_sink(mapping) for mapping in mappings)
    return rule.finding(
        f"'{function.name}' has reserved {reserved}, Lambda begins to poll "
        f"'{source.title if source else mappings[0].title}' with {first} at a time",
        at=function.at("ReservedConcurrentExecutions", label=f"{reserved} at a time"),
        related=[mapping.at(label="no maximum concurrency here") for mapping in mappings],
        why=(
            "messages that are throttled wait for the visibility timeout, each time anew"
            if is_kept
            else "messages that are throttled use up receives and may end in the dead-letter queue "
            "without ever having been tried"
        ),
        severity=Severity.INFO if is_kept else None,
        remediation="".join(
            mapping.setting(f"ScalingConfig:\n  MaximumConcurrency: {wanted}")
            for mapping in mappings
        )
        + hint,
        evidence=Evidence.DECLARED,
        fix=Fix("Bound the concurrency of the mapping", (change,), safe=True)
        if change and len(mappings) == 1 and reserved >= _LEAST
        else None,
    )


def _has_no_sink(mapping: EventSourceMapping) -> bool:
    """Tell whether a queue is known to have no dead-letter queue."""
    return isinstance(mapping.source, Queue) and mapping.source.redrive_policy is None

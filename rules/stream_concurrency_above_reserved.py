"""A stream with more shards to be read at a time than its function may run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Evidence,
    Fix,
    Function,
    Pillar,
    Rule,
    Severity,
    Stream,
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
    id="STR018",
    name="stream-concurrency-above-reserved",
    pillar=Pillar.PERFORMANCE,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="streams invoke a function more often at once than it has reserved",
    rationale="""
        Each shard of a Kinesis stream is read on its own, and with a `ParallelizationFactor` in
        as many batches at a time. Where that is more than the reserved concurrency of the
        function, some shards are always throttled: they fall behind the others, and records
        expire that were never handled.
        """,
    remediation="""
        Reserve at least shards times `ParallelizationFactor`, or lower the factor.
        """,
    when_to_ignore="""
        Most shards are idle most of the time.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::Kinesis::Stream
            Properties:
              ShardCount: 10
          Count:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: count/
              ReservedConcurrentExecutions: 20  # <-- 'Count' has reserved 20
              Events:
                Orders:
                  Type: Kinesis
                  Properties:
                    Stream: !GetAtt Orders.Arn
                    StartingPosition: TRIM_HORIZON
                    ParallelizationFactor: 5
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::Kinesis::Stream
            Properties:
              ShardCount: 10
          Count:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: count/
              ReservedConcurrentExecutions: 50
              Events:
                Orders:
                  Type: Kinesis
                  Properties:
                    Stream: !GetAtt Orders.Arn
                    StartingPosition: TRIM_HORIZON
                    ParallelizationFactor: 5
                    MaximumRetryAttempts: 5
                    BisectBatchOnFunctionError: true
                    DestinationConfig: {OnFailure: {Destination: !ImportValue failed-arn}}
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html",
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
        parts = [
            part
            for mapping in architecture.mappings(function)
            if mapping.enabled is True and (part := _batches(mapping)) is not None
        ]
        total = sum(batches for _, _, batches in parts)
        if total > reserved:
            change = function.change(("ReservedConcurrentExecutions",), total)
            yield rule.finding(
                f"'{function.name}' has reserved {reserved}, its streams are read in {total} "
                "batches at a time",
                at=function.at("ReservedConcurrentExecutions", label=f"{reserved} at a time"),
                related=[
                    place
                    for mapping, stream, batches in parts
                    for place in (
                        stream.at("ShardCount", label=f"{stream.shards} shards"),
                        mapping.at("ParallelizationFactor", label=f"{batches} batches at a time"),
                    )
                ],
                why="shards are throttled and fall behind, and records expire unhandled",
                remediation=function.setting(f"ReservedConcurrentExecutions: {total}"),
                evidence=Evidence.DECLARED,
                # Not safe: what is reserved is taken from all other functions of the account.
                fix=Fix(f"Reserve {total}", (change,)) if change else None,
            )


def _batches(mapping: EventSourceMapping) -> tuple[EventSourceMapping, Stream, int] | None:
    """Return how many batches are handled at a time; None where that is not known."""
    stream, factor = mapping.source, mapping.parallelization
    if not isinstance(stream, Stream) or not isinstance(factor, int):
        return None
    # On demand the number of shards follows the load, whatever the template says.
    if stream.get("StreamModeDetails", "StreamMode") not in (None, "PROVISIONED"):
        return None
    shards = stream.shards
    return (mapping, stream, shards * factor) if isinstance(shards, int) else None

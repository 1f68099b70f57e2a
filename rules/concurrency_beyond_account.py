"""Sources that may run more functions at a time than the account allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    EventSourceMapping,
    Function,
    Pillar,
    Queue,
    Rule,
    Severity,
    StateMachine,
    StateNode,
    Stream,
    limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, Location, NotJudged

rule = Rule(
    id="FUN053",
    name="concurrency-beyond-account",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=(EventSourceMapping, StateMachine),
    summary="pollers and maps may use up the concurrency of the account",
    rationale="""
        All functions of an account and region share one quota of concurrent executions. A queue's
        mapping that nothing bounds grows to 1,250, a distributed Map to 10,000: a backlog in one
        queue then throttles every other function in the account, APIs included, for as long as it
        takes. Counted are queues, streams and distributed Maps that run functions without
        reserved concurrency, and what is reserved.
        """,
    remediation="""
        Bound what can wait: MaximumConcurrency for a queue's mapping, MaxConcurrency for a Map.
        That takes nothing from others, unlike reserved concurrency.
        """,
    when_to_ignore="""
        The sources are never full at the same time, or the quota is higher than configured.
        """,
    bad="""
        Resources:
          Orders: {Type: AWS::SQS::Queue}
          Bills: {Type: AWS::SQS::Queue}
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Events:
                Order:  # <-- may run 2500 functions at a time, the account allows 1000
                  Type: SQS
                  Properties: {Queue: !GetAtt Orders.Arn}
                Bill:
                  Type: SQS
                  Properties: {Queue: !GetAtt Bills.Arn}
        """,
    good="""
        Resources:
          Orders: {Type: AWS::SQS::Queue}
          Bills: {Type: AWS::SQS::Queue}
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Events:
                Order:
                  Type: SQS
                  Properties: {Queue: !GetAtt Orders.Arn, ScalingConfig: {MaximumConcurrency: 50}}
                Bill:
                  Type: SQS
                  Properties: {Queue: !GetAtt Bills.Arn, ScalingConfig: {MaximumConcurrency: 50}}
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html",
    ),
)

_Share = tuple[int, str, "Location"]


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    quota = architecture.facts.concurrency
    # One template is one stack; others may go to other accounts.
    stacks: dict[str, list[_Share]] = {}
    reserved: dict[str, int] = {}
    for function in architecture.functions():
        count = function.reserved_concurrency
        if isinstance(count, int):
            owner = function.resource.owner
            reserved[owner] = reserved.get(owner, 0) + count
    for mapping in architecture.all(EventSourceMapping):
        share = _of_mapping(mapping)
        if share is not None and mapping.enabled is True:
            stacks.setdefault(mapping.resource.owner, []).append(share)
    for machine in architecture.all(StateMachine):
        for share in _of_maps(architecture, machine):
            stacks.setdefault(machine.resource.owner, []).append(share)
    for owner, shares in stacks.items():
        total, left = sum(count for count, _, _ in shares), quota - reserved.get(owner, 0)
        # That one source alone may is what its own default says, which is told elsewhere.
        if total > left and (len(shares) > 1 or total <= quota):
            yield _finding(sorted(shares, key=lambda share: -share[0]), total, left, quota)


def _is_free(target: object) -> bool:
    """Tell whether a function takes its concurrency from what all share."""
    return (
        isinstance(target, Function)
        and target.reserved_concurrency is None
        and target.has_capacity_provider is False
    )


def _of_mapping(mapping: EventSourceMapping) -> _Share | None:
    source = mapping.source
    if not _is_free(mapping.target):
        return None
    place = mapping.at(label="")
    if isinstance(source, Queue) and source.is_fifo is False:
        most = mapping.max_concurrency
        if most is None and mapping.has_provisioned_pollers is False:
            most = int(limit("queue-mapping-concurrency").value)
        return (most, f"the mapping of '{source.name}'", place) if isinstance(most, int) else None
    if isinstance(source, Stream):
        shards, factor = source.shards, mapping.parallelization
        if isinstance(shards, int) and isinstance(factor, int):
            return shards * factor, f"the shards of '{source.name}'", place
    return None


def _of_maps(architecture: Architecture, machine: StateMachine) -> Iterator[_Share]:
    edges = architecture.outgoing(machine, EdgeKind.INVOKES)
    for node in machine.states:
        state = node.state
        if not state.is_distributed:
            continue
        runs = any(
            isinstance(edge.declared_by, StateNode)
            and edge.declared_by.state.pointer[: len(state.pointer)] == state.pointer
            and _is_free(edge.target)
            for edge in edges
        )
        most = state.concurrency
        if runs and (most is None or isinstance(most, (int, float))):
            count = int(most or limit("distributed-map-concurrency").value)
            yield count, f"the Map '{node.name}'", node.at()


def _finding(shares: list[_Share], total: int, left: int, quota: int) -> Finding:
    count, name, place = shares[0]
    key = "MaxConcurrency" if "Map" in name else "ScalingConfig"
    value = "100" if "Map" in name else "{MaximumConcurrency: 100}"
    others = f" with {len(shares) - 1} more" if len(shares) > 1 else ""
    allowed = f"the account allows {quota}"
    if left < quota:
        allowed = f"the account leaves {left} of {quota}, the rest is reserved"
    return rule.finding(
        f"{name}{others} may run {total} functions at a time, {allowed}",
        at=place.labelled(f"up to {count}"),
        related=[other.labelled(f"{what}: up to {many}") for many, what, other in shares[1:]],
        why="a backlog in one of them throttles every other function in the account",
        remediation=f"""
            # {name}
            {key}: {value}
            """,
    )

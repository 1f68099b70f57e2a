"""A timeout that Lambda does not accept for this function, or not for all who invoke it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventSourceMapping,
    Evidence,
    Fix,
    Function,
    Mode,
    Pillar,
    Rule,
    Severity,
    by_place,
    limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Edge, Finding, NotJudged

rule = Rule(
    id="FUN047",
    name="timeout-beyond-limit",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function has a longer timeout than Lambda accepts",
    rationale="""
        A function runs for 15 minutes at most. On Lambda Managed Instances it may run for 90,
        yet only for asynchronous events and for pollers of queues and streams: a caller that
        waits, Amazon MQ and DocumentDB stay at 15.
        """,
    remediation="""
        Keep to the limit, and split work that needs more.
        """,
    when_to_ignore="""
        Never where the deployment is refused.
        """,
    bad="""
        Resources:
          Report:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: report/
              Timeout: 1800  # <-- 'Report' has a timeout of 1800 s, Lambda accepts 900
        """,
    good="""
        Resources:
          Report:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: report/
              Timeout: 600
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
        "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html",
    ),
)

_SHORT_POLLERS = {"mq", "documentdb"}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    usual, longest = (
        int(limit("lambda-timeout").value),
        int(limit("managed-instance-timeout").value),
    )
    beyond: list[Function] = []
    for function in architecture.functions():
        seconds, managed = function.timeout, function.has_capacity_provider
        if not isinstance(seconds, int) or not isinstance(managed, bool) or seconds <= usual:
            continue
        if not managed or seconds > longest:
            beyond.append(function)
            continue
        for edge in architecture.invokers(function):
            if edge.evidence >= Evidence.PROVED and _is_short(edge):
                yield _too_long_for(function, edge, seconds, usual)
                break
    for group in by_place(beyond, "Timeout"):
        yield _refused(group, longest if group[0].has_capacity_provider is True else usual)


def _is_short(edge: Edge) -> bool:
    """Tell whether an invocation is cut off after the usual time even on managed instances."""
    mapping = edge.declared_by
    if isinstance(mapping, EventSourceMapping):
        return mapping.source_kind in _SHORT_POLLERS
    return edge.mode is Mode.SYNCHRONOUS


def _refused(functions: Sequence[Function], most: int) -> Finding:
    first = functions[0]
    change = first.change(("Timeout",), most, shared=True)
    more = f" and {len(functions) - 1} more have" if len(functions) > 1 else " has"
    return rule.finding(
        f"'{first.name}'{more} a timeout of {first.timeout} s, Lambda accepts {most}",
        at=first.at("Timeout", label=f"at most {most} s"),
        related=[other.at(label="and so has this one") for other in functions[1:]],
        why="Lambda refuses the value, and with it the deployment",
        remediation=f"""
            {first.name}:
              Properties:
                Timeout: {most}
            """,
        fix=None if change is None else Fix(f"Take the longest: {most} s", (change,)),
    )


def _too_long_for(function: Function, edge: Edge, seconds: int, usual: int) -> Finding:
    return rule.finding(
        f"'{function.name}' has a timeout of {seconds} s, '{edge.source.title}' gets {usual}",
        at=function.at("Timeout", label=f"{seconds} s"),
        related=[edge.at(label=f"an invocation from here ends after {usual} s")],
        severity=Severity.WARNING,
        evidence=edge.evidence,
        why=f"only asynchronous events and pollers of queues and streams run longer than {usual} s",
        remediation=f"""
            {function.name}:
              Properties:
                Timeout: {usual}  # or let '{edge.source.title}' send an event instead of waiting
            """,
    )

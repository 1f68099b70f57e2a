"""A function with a reserved concurrency of zero runs not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Fix, Function, Pillar, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="FUN045",
    name="function-switched-off",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function has a reserved concurrency of zero and never runs",
    rationale="""
        Zero reserved concurrency is the emergency switch of a function: every invocation is
        throttled. Callers get an error, asynchronous events grow old and are dropped, and messages
        travel to the dead-letter queue. Left in the template after the incident it undoes, with
        the next deployment, whatever was switched back on by hand.
        """,
    remediation="""
        Take the property out, or reserve what the function needs.
        """,
    when_to_ignore="""
        The function is switched off on purpose until further notice.
        """,
    bad="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              ReservedConcurrentExecutions: 0  # <-- 'Ship' never runs
        """,
    good="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              ReservedConcurrentExecutions: 1
        """,
    references=("https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",),
)

_PATH = "ReservedConcurrentExecutions"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.functions():
        if function.reserved_concurrency != 0:
            continue
        # A switch that a parameter throws is meant to be there.
        is_literal = function.change((_PATH,), 1) is not None
        removal = function.removal(_PATH) if is_literal else None
        yield rule.finding(
            f"'{function.name}' never runs: its reserved concurrency is 0",
            at=function.at(_PATH, label="every invocation is throttled"),
            severity=None if is_literal else Severity.INFO,
            why="every invocation is throttled; events and messages for it are lost or set aside",
            remediation=f"""
                {function.name}:
                  Properties:
                    {_PATH}: 10  # or without the property
                """,
            fix=Fix(f"Let '{function.name}' run", (removal,)) if removal is not None else None,
        )

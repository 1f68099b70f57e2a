"""A function that is given nearly all the time that Lambda allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Function, Pillar, Rule, Severity, by_place, limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="FUN046",
    name="timeout-at-limit",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function may run nearly as long as Lambda allows",
    rationale="""
        Work that is given 15 minutes is work that may need 16 when there is more of it, and then
        it is cut off in the middle, paid for and started again from the beginning. A timeout at
        the limit also hides a hanging connection for as long. Work of that length is a
        workflow of short steps, a durable function, or a container.
        """,
    remediation="""
        Split the work into steps of a state machine or into messages, or set the timeout that the
        work is measured to need.
        """,
    when_to_ignore="""
        The work is measured, bounded and short of the limit.
        """,
    bad="""
        Resources:
          Report:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: report/
              Timeout: 900  # <-- 'Report' may run 900 s of at most 900
        """,
    good="""
        Resources:
          Report:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: report/
              Timeout: 300
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
    ),
    aggregate="{count} functions may run nearly as long as Lambda allows: {names}",
    options={"percent": 90},
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    most = int(limit("lambda-timeout").value)
    least = most * architecture.option(rule, "percent") // 100
    # What only runs while a stack is deployed waits for others for as long as it may.
    deploying = architecture.deployment_functions()
    long = [
        function
        for function in architecture.functions()
        if isinstance(seconds := function.timeout, int)
        and least <= seconds <= most
        and function.id not in deploying
        and function.is_durable is False
        and function.has_capacity_provider is False
    ]
    for group in by_place(long, "Timeout"):
        first = group[0]
        more = f" and {len(group) - 1} more" if len(group) > 1 else ""
        yield rule.finding(
            f"'{first.name}'{more} may run {first.timeout} s of at most {most}",
            at=first.at("Timeout"),
            related=[other.at(label="and so may this one") for other in group[1:]],
            why="when the work grows it is cut off in the middle and started again",
            remediation=f"""
                {first.name}:
                  Properties:
                    Timeout: 300  # what the work is measured to need; split what needs more
                """,
        )

"""A function in Java or .NET that somebody waits for, on a fraction of a processor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Function, Pillar, Rule, Severity, by_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="FUN051",
    name="jvm-with-little-memory",
    pillar=Pillar.PERFORMANCE,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function in Java or .NET that callers wait for has little memory",
    rationale="""
        A function gets its share of a processor with its memory; 1,769 MB are one. The virtual
        machines of Java and .NET load and compile classes on the first request, which on a
        tenth of a processor takes ten times as long, and callers of an API wait for it. More memory
        often costs nothing, since the time goes down as the price goes up.
        """,
    remediation="""
        Begin with 1,024 MB and measure, for instance with AWS Lambda Power Tuning.
        """,
    when_to_ignore="""
        The memory was measured, or the code is compiled ahead of time.
        """,
    bad="""
        Resources:
          Ship:  # <-- 'Ship' runs java21 with 128 MB
            Type: AWS::Serverless::Function
            Properties:
              Runtime: java21
              Handler: com.example.Ship::handle
              CodeUri: ship/
              SnapStart: {ApplyOn: PublishedVersions}
              AutoPublishAlias: live
              Events:
                Api: {Type: HttpApi}
        """,
    good="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: java21
              Handler: com.example.Ship::handle
              CodeUri: ship/
              MemorySize: 1024
              SnapStart: {ApplyOn: PublishedVersions}
              AutoPublishAlias: live
              Events:
                Api: {Type: HttpApi}
        """,
    references=("https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html",),
    options={"least_mb": 512},
    aggregate="{count} functions in Java or .NET that callers wait for have little memory: {names}",
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    least = architecture.option(rule, "least_mb")
    small = [
        function
        for function in architecture.functions()
        if isinstance(function.runtime, str)
        and function.runtime.startswith(("java", "dotnet"))
        and isinstance(memory := function.memory, int)
        and memory < least
        and architecture.waiting_callers(function)
    ]
    for group in by_place(small, "MemorySize"):
        first = group[0]
        caller = architecture.waiting_callers(first)[0].edge
        more = f" and {len(group) - 1} more run" if len(group) > 1 else " runs"
        yield rule.finding(
            f"'{first.name}'{more} {first.runtime} with {first.memory} MB",
            at=first.at("MemorySize", label=f"{first.memory} MB"),
            related=[
                caller.at(label="a caller that waits"),
                *(other.at(label="and so does this one") for other in group[1:]),
            ],
            evidence=caller.evidence,
            why="with so little memory goes a fraction of a processor: the first answer is slow",
            remediation=f"""
                {first.name}:
                  Properties:
                    MemorySize: 1024  # then measure
                """,
        )

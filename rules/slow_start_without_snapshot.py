"""A function that starts slowly in front of people, with neither a snapshot nor warm spares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Function, Pillar, Rule, Severity, runtime_lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="FUN052",
    name="slow-start-without-snapshot",
    pillar=Pillar.PERFORMANCE,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    applies_to=Function,
    summary="function in Java or .NET that callers wait for starts from nothing",
    rationale="""
        The virtual machines of Java and .NET take seconds for the first request of an execution
        environment, and the start is paid for. SnapStart begins from a snapshot of a started
        environment; provisioned concurrency keeps environments ready.
        """,
    remediation="""
        Turn SnapStart on and let the callers use an alias, which in SAM `AutoPublishAlias` does.
        """,
    when_to_ignore="""
        The code is compiled ahead of time, or nobody minds the first request of the day.
        """,
    bad="""
        Resources:
          Ship:  # <-- 'Ship' starts java21 from nothing
            Type: AWS::Serverless::Function
            Properties:
              Runtime: java21
              Handler: com.example.Ship::handle
              CodeUri: ship/
              MemorySize: 1024
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
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html",
    ),
    aggregate="{count} functions in Java or .NET that callers wait for start from nothing: {names}",
)

_WITHOUT = ("java8", "dotnet5", "dotnet6", "dotnet7", "dotnetcore")

_ALIAS = "AutoPublishAlias: live"
_RAW_ALIAS = "# and an AWS::Lambda::Alias of an AWS::Lambda::Version, which the callers use"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.functions():
        runtime = function.runtime
        if not isinstance(runtime, str) or not runtime.startswith(("java", "dotnet")):
            continue
        if runtime.startswith(_WITHOUT) or runtime_lifecycle(runtime) is None:
            continue
        # What SnapStart does not go with is kept for a reason.
        if function.snap_start != "None" or function.get("FileSystemConfigs") is not None:
            continue
        if function.has_capacity_provider is not False:
            continue
        if any(version.provisioned is not None for version in architecture.versions(function)):
            continue
        callers = architecture.waiting_callers(function)
        if callers:
            edge = callers[0].edge
            yield rule.finding(
                f"'{function.name}' starts {runtime} from nothing",
                at=function.at(label="neither SnapStart nor provisioned concurrency"),
                related=[edge.at(label="a caller that waits")],
                evidence=edge.evidence,
                why="the first request of every new environment takes seconds",
                remediation=f"""
                    {function.name}:
                      Properties:
                        SnapStart: {{ApplyOn: PublishedVersions}}
                        {_ALIAS if function.is_sam else _RAW_ALIAS}
                    """,
            )

"""A function with a slow start that users wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    Function,
    GraphqlApi,
    HttpApi,
    Mode,
    Pillar,
    RestApi,
    Rule,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="API013",
    name="slow-start-behind-api",
    pillar=Pillar.PERFORMANCE,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    applies_to=Function,
    summary="users wait for the cold starts of a slow runtime",
    rationale="""
        Functions on the JVM and on .NET take seconds to start, and since August 2025 that time
        is billed for every kind of function. SnapStart starts them from a picture of the prepared
        process; provisioned concurrency keeps some ready.
        """,
    remediation="""
        Turn SnapStart on and let the API call an alias: with SAM, `SnapStart` and
        `AutoPublishAlias`.
        """,
    when_to_ignore="""
        Traffic is steady, or the code is compiled ahead of time.
        """,
    aggregate="{count} functions of slow runtimes start cold while users wait: {names}",
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: java21  # <-- users wait while 'Orders' starts
              Handler: app.Handler
              CodeUri: orders/
              Events:
                Get:
                  Type: HttpApi
                  Properties: {Path: /orders, Method: GET}
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: java21
              Handler: app.Handler
              CodeUri: orders/
              AutoPublishAlias: live
              SnapStart: {ApplyOn: PublishedVersions}
              Events:
                Get:
                  Type: HttpApi
                  Properties: {Path: /orders, Method: GET}
        """,
    references=("https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html",),
)

_SLOW = ("java", "dotnet")
_OLD = ("java8", "dotnetcore", "dotnet6")
"""Runtimes from before SnapStart."""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for function in architecture.all(Function):
        runtime = function.runtime
        if not isinstance(runtime, str) or not runtime.startswith(_SLOW):
            continue
        if function.snap_start != "None":
            continue
        if any(version.provisioned is not None for version in architecture.versions(function)):
            continue
        edges = [
            edge
            for edge in architecture.incoming(function, EdgeKind.INVOKES)
            if edge.mode is Mode.SYNCHRONOUS
            and isinstance(edge.source, (RestApi, HttpApi, GraphqlApi))
        ]
        if edges:
            yield rule.finding(
                f"users wait while '{function.name}' starts on {runtime}",
                at=function.at("Runtime", label="starts slowly"),
                related=[edge.at(label=edge.via) for edge in edges[:3]],
                why="every cold start makes a request wait for seconds",
                remediation=f"Move '{function.name}' to a runtime that SnapStart supports."
                if runtime.startswith(_OLD)
                else f"""
{function.name}:
  Properties:
    AutoPublishAlias: live
    SnapStart:
      ApplyOn: PublishedVersions
"""
                if function.is_sam
                else f"""
{function.name}:
  Properties:
    SnapStart:
      ApplyOn: PublishedVersions
# and an AWS::Lambda::Alias of a version, which the API calls
""",
            )

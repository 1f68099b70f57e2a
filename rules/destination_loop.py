"""A destination of asynchronous invocations that leads back to the function it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    EventRule,
    Evidence,
    Function,
    Mode,
    Pillar,
    Rule,
    Severity,
    sources_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, Loop, NotJudged

rule = Rule(
    id="ARC018",
    name="destination-loop",
    pillar=Pillar.COST,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function's destination leads back to the function itself",
    rationale="""
        Lambda sends a record to the on-success destination after every asynchronous event that a
        function has handled, and to the on-failure destination or the dead-letter queue after
        every one that failed for good. Where that ends by invoking the same function
        asynchronously, the record is an event that has a record of its own: of success without
        end, of failure for as long as it fails.
        """,
    remediation="""
        Send the records to another function, or to a queue that nobody hands back to the function.
        """,
    when_to_ignore="""
        Never for a function that is its own destination. Where a topic or bus lies between, a
        filter on it may keep back its own records.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Work:
            Type: AWS::Serverless::Function
            Properties:
              FunctionName: work
              Runtime: python3.13
              Handler: app.handler
              CodeUri: work/
              EventInvokeConfig:
                DestinationConfig:
                  OnSuccess:
                    Type: Lambda
                    Destination: arn:aws:lambda:eu-west-1:111122223333:function:work  # <-- itself
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Work:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: work/
              EventInvokeConfig:
                DestinationConfig:
                  OnSuccess:
                    Type: Lambda
                    Destination: !GetAtt Next.Arn
          Next:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: next/
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html",
    ),
)

_SOURCE = "lambda"
"""The source of the events that Lambda sends to a bus as records."""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for loop in architecture.own_loops():
        if not loop.is_destination:
            continue
        # Lambda sends no record of what was polled: a queue ends the loop.
        if loop.way and loop.way[-1].mode is not Mode.ASYNCHRONOUS:
            continue
        rules = [edge.target for edge in loop.way if isinstance(edge.target, EventRule)]
        if all((sources := sources_of(each)) is None or _SOURCE in sources for each in rules):
            yield _finding(loop)


def _finding(loop: Loop) -> Finding:
    name, sink, what = loop.function.name, loop.out.target.title, loop.out.via
    is_failure = loop.out.kind is EdgeKind.DEAD_LETTERS or "failure" in what
    if loop.way:
        message = f"the {what} of '{name}' is '{sink}', {loop.back}"
    else:
        message = f"'{name}' has itself as {what}"
    return rule.finding(
        message,
        at=loop.out.at(label=f"leads back to '{name}'"),
        related=loop.places[1:],
        why="an event that fails for good comes back for as long as it fails"
        if is_failure
        else "every event that is handled makes another one, without end",
        remediation=f"# name a queue or another function than {name} here",
        severity=Severity.WARNING if loop.way else None,
        confidence=Confidence.MEDIUM if loop.is_filtered else None,
        evidence=Evidence.DECLARED,
        about=loop.logical_ids,
    )

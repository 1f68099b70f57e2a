"""A function that invokes several others, as a state machine would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    Evidence,
    Function,
    Mode,
    Pillar,
    Rule,
    Severity,
    Unknown,
    listed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, NotJudged

rule = Rule(
    id="ARC011",
    name="function-as-orchestrator",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function calls several other functions one by one",
    rationale="""
        A function that calls others and puts their answers together is a workflow without what a
        workflow has: it is paid for while it waits, ends after 15 minutes at most, keeps no record
        of how far it came, and starts from the beginning when it is tried again. Retries, errors,
        parallel branches and compensation are code that somebody has to write and test.
        """,
    remediation="""
        Let a state machine call the functions, Express where it is short and has to answer; or
        make the function a durable one, which keeps what its steps returned.
        """,
    when_to_ignore="""
        The function chooses one of them for each event, or starts them and waits for none.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Globals:
          Function: {Runtime: nodejs22.x, Handler: app.handler, CodeUri: build/}
        Resources:
          Book:  # <-- 'Book' calls 'Flight', 'Hotel', 'Car' and 1 more
            Type: AWS::Serverless::Function
            Properties:
              Environment:
                Variables: {A: !Ref Flight, B: !Ref Hotel, C: !Ref Car, D: !Ref Mail}
              Policies:
                - LambdaInvokePolicy: {FunctionName: !Ref Flight}
                - LambdaInvokePolicy: {FunctionName: !Ref Hotel}
                - LambdaInvokePolicy: {FunctionName: !Ref Car}
                - LambdaInvokePolicy: {FunctionName: !Ref Mail}
          Flight: {Type: AWS::Serverless::Function, Properties: {Timeout: 2}}
          Hotel: {Type: AWS::Serverless::Function, Properties: {Timeout: 2}}
          Car: {Type: AWS::Serverless::Function, Properties: {Timeout: 2}}
          Mail: {Type: AWS::Serverless::Function, Properties: {Timeout: 2}}
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Globals:
          Function: {Runtime: nodejs22.x, Handler: app.handler, CodeUri: build/}
        Resources:
          Book:
            Type: AWS::Serverless::StateMachine
            Properties:
              Definition:
                StartAt: Flight
                States:
                  Flight: {Type: Task, Resource: !GetAtt Flight.Arn, Next: Hotel}
                  Hotel: {Type: Task, Resource: !GetAtt Hotel.Arn, End: true}
          Flight: {Type: AWS::Serverless::Function, Properties: {Timeout: 2}}
          Hotel: {Type: AWS::Serverless::Function, Properties: {Timeout: 2}}
        """,
    references=(
        "https://serverlessland.com/content/service/lambda/guides/aws-lambda-operator-guide/anti-patterns",
        "https://docs.aws.amazon.com/lambda/latest/dg/with-step-functions.html",
    ),
    # Functions called from which on it is told, as advice and as a warning; and the timeout, in
    # seconds, of one that is told of when it calls two.
    options={"advice": 3, "warning": 4, "timeout": 300},
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    few = architecture.option(rule, "advice")
    many = architecture.option(rule, "warning")
    waiting: dict[str, list[Edge]] = {}
    for edge in architecture.waiting_calls():
        waiting.setdefault(edge.source.id, []).append(edge)
    deploying = architecture.deployment_functions()
    for function in architecture.all(Function):
        if function.is_durable is not False or function.id in deploying:
            continue
        called = _called(architecture, function, waiting.get(function.id, []))
        timeout = function.timeout
        is_long = isinstance(timeout, Unknown) or timeout < architecture.option(rule, "timeout")
        if len(called) >= few or (len(called) == few - 1 and not is_long):
            yield _finding(function, called, Severity.WARNING if len(called) >= many else None)


def _called(architecture: Architecture, function: Function, waiting: list[Edge]) -> list[Edge]:
    """Return an edge to each function that may be called and waited for."""
    found = {edge.target.id: edge for edge in waiting}
    invoked = {
        edge.target.id
        for edge in architecture.calls(function)
        if edge.kind is EdgeKind.INVOKES and edge.mode is Mode.ASYNCHRONOUS
    }
    for edge in architecture.grants(function, EdgeKind.INVOKES):
        named = architecture.environment_references(function, edge.target)
        if edge.target is function or not isinstance(edge.target, Function) or not named:
            continue
        if edge.mode is not Mode.ASYNCHRONOUS and edge.target.id not in invoked:
            found.setdefault(edge.target.id, edge)
    return list(found.values())


def _finding(function: Function, called: list[Edge], severity: Severity | None) -> Finding:
    names = [edge.target.name for edge in called]
    states = "\n".join(
        f"      {name}: {{Type: Task, Resource: !GetAtt {name}.Arn, "
        + (f"Next: {after}}}" if after else "End: true}")
        for name, after in zip(names, [*names[1:], ""], strict=True)
    )
    return rule.finding(
        f"'{function.name}' calls {listed(names)}",
        at=function.at(label="calls them one by one"),
        related=[edge.at(label=f"'{edge.target.name}'") for edge in called],
        why="it is paid for while it waits, and begins anew when one of them fails",
        remediation=f"""
Type: AWS::Serverless::StateMachine
Properties:
  Definition:
    StartAt: {names[0]}
    States:
{states}
""",
        severity=Severity.INFO if severity is None else severity,
        confidence=Confidence.HIGH
        if all(edge.evidence is Evidence.PROVED for edge in called)
        else None,
        evidence=min(edge.evidence for edge in called),
        about=(function.name, *names),
    )

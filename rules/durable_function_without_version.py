"""A durable function that is invoked without a version or an alias."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    CustomResource,
    EdgeKind,
    Evidence,
    Function,
    Pillar,
    Rule,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding

rule = Rule(
    id="FUN033",
    name="durable-function-without-version",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="durable function is invoked without a version or an alias",
    rationale="""
        An execution of a durable function outlives deployments, and is replayed with the code that
        it began with. Lambda therefore takes invocations with a version, an alias or `$LATEST`
        only, and refuses those that name the function alone.
        """,
    remediation="""
        Publish an alias and let the caller name it: with SAM, `AutoPublishAlias` does both for the
        function's own events.
        """,
    when_to_ignore="""
        Never: the invocation is refused.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Order:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs24.x
              Handler: app.handler
              CodeUri: order/
              DurableConfig: {ExecutionTimeout: 3600}
          Nightly:
            Type: AWS::Scheduler::Schedule
            Properties:
              ScheduleExpression: rate(1 day)
              FlexibleTimeWindow: {Mode: "OFF"}
              Target:
                Arn: !GetAtt Order.Arn  # <-- 'Nightly' invokes the durable function 'Order'
                RoleArn: arn:aws:iam::123456789012:role/nightly
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Order:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs24.x
              Handler: app.handler
              CodeUri: order/
              DurableConfig: {ExecutionTimeout: 3600}
              AutoPublishAlias: live
              EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SQS}}}
              Events:
                Nightly: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
        """,
    references=("https://docs.aws.amazon.com/lambda/latest/dg/durable-invoking.html",),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for function in architecture.all(Function):
        if function.is_durable is not True:
            continue
        bare = [
            edge
            for edge in architecture.incoming(function, EdgeKind.INVOKES)
            if edge.evidence is Evidence.DECLARED
            and edge.qualifier is None
            and not isinstance(edge.declared_by, CustomResource)
        ]
        if bare:
            yield _finding(architecture, function, bare)


def _finding(architecture: Architecture, function: Function, edges: list[Edge]) -> Finding:
    names = list(dict.fromkeys(f"'{edge.source.title}'" for edge in edges))
    verb = "invokes" if len(names) == 1 else "invoke"
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    aliases = architecture.aliases(function)
    if not aliases and function.is_sam:
        text = f"{function.name}:\n  Properties:\n    AutoPublishAlias: live"
    elif function.is_sam:
        text = f"Name the alias instead of the function: !Ref {function.name}.Alias"
    else:
        alias = aliases[0].name if aliases else f"{function.name}Live"
        text = f"Name the alias instead of the function: !Ref {alias}"
    return rule.finding(
        f"{shown} {verb} the durable function '{function.name}' without a version",
        at=edges[0].at(label=edges[0].via),
        related=[
            function.at("DurableConfig", label="durable"),
            *(edge.at(label=edge.via) for edge in edges[1:4]),
        ],
        why="Lambda refuses invocations of a durable function that name no version or alias",
        remediation=text,
        about=[function.name],
    )

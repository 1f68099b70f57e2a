"""A path of which one end is traced and the other is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    Evidence,
    Fix,
    Function,
    Mode,
    Pillar,
    RestApi,
    Role,
    Route,
    Rule,
    Severity,
    StateMachine,
    StateNode,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, Node, NotJudged

rule = Rule(
    id="OBS002",
    name="trace-gap",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=(Function, RestApi, StateMachine),
    summary="part of a traced path is not traced",
    rationale="""
        A trace is worth having because it shows the whole way of a request. Where somebody traces
        and who calls it, or whom it calls and waits for, does not, the trace begins or ends
        in the middle, and the time that is looked for may be in the part that is not there.
        A function in mode PassThrough follows a caller that samples, but sends its own segments
        only where its role lets it.
        """,
    remediation="""
        Turn tracing on for every part of the path, or off for all.
        """,
    when_to_ignore="""
        Another tool traces the rest, or the cost of tracing a busy part is not worth it.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Api:
            Type: AWS::Serverless::Api
            Properties: {StageName: live, TracingEnabled: true}
          Ship:  # <-- 'Ship' is not traced, 'Api' before it is
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Events:
                Order:
                  Type: Api
                  Properties: {RestApiId: !Ref Api, Path: /orders, Method: POST}
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Api:
            Type: AWS::Serverless::Api
            Properties: {StageName: live, TracingEnabled: true}
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Tracing: Active
              LoggingConfig: {LogGroup: !Ref Logs}
              Events:
                Order:
                  Type: Api
                  Properties: {RestApiId: !Ref Api, Path: /orders, Method: POST}
          Logs:
            Type: AWS::Logs::LogGroup
            Properties: {RetentionInDays: 30}
          Alarm:
            Type: AWS::CloudWatch::Alarm
            Properties:
              Namespace: AWS/Lambda
              MetricName: Errors
              Dimensions: [{Name: FunctionName, Value: !Ref Ship}]
              ComparisonOperator: GreaterThanThreshold
              EvaluationPeriods: 1
              Threshold: 0
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html",
        "https://docs.aws.amazon.com/lambda/latest/api/API_TracingConfig.html",
        "https://docs.aws.amazon.com/xray/latest/devguide/xray-services-apigateway.html",
    ),
    aggregate="{count} parts of traced paths are not traced: {names}",
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    gaps: dict[str, tuple[Node, Node, Edge, str]] = {}
    deploying = architecture.deployment_functions()
    for edge in _waiting(architecture):
        source, target = _part(edge.source, edge), edge.target
        if source.id in deploying or target.id in deploying:
            continue
        first, second = _is_traced(source), _is_traced(target)
        if first is True and second is False and not _follows(architecture, target):
            gaps.setdefault(target.id, (target, source, edge, "before"))
        elif first is False and second is True:
            gaps.setdefault(source.id, (source, target, edge, "behind"))
    for node, traced, edge, where in gaps.values():
        yield _finding(node, traced, edge, where)


def _waiting(architecture: Architecture) -> Iterator[Edge]:
    for edge in architecture.edges(EdgeKind.INVOKES, EdgeKind.STARTS):
        if edge.evidence is Evidence.DECLARED and edge.mode is Mode.SYNCHRONOUS:
            yield edge
    yield from architecture.waiting_calls()


def _part(node: Node, edge: Edge) -> Node:
    """Return the API of a route and the machine of a state: what tracing is set for."""
    if isinstance(edge.declared_by, Route) and edge.declared_by.api is not None:
        return edge.declared_by.api
    return node.machine if isinstance(node, StateNode) else node


def _is_traced(node: Node) -> bool | Unknown | None:
    """Tell whether a node is traced; None for what cannot be, or where nothing says."""
    if isinstance(node, Function):
        return node.tracing if isinstance(node.tracing, Unknown) else node.tracing == "Active"
    if isinstance(node, StateMachine):
        return node.tracing
    if isinstance(node, RestApi) and node.stages:
        answers = [stage.tracing for stage in node.stages]
        known = next((answer for answer in answers if isinstance(answer, Unknown)), None)
        return known if known is not None else any(answer is True for answer in answers)
    return None


def _follows(architecture: Architecture, node: Node) -> bool:
    """Tell whether a function's role lets it send segments, so that it follows its caller."""
    if not isinstance(node, Function):
        return False
    role = architecture.node_of(node.role, "role", node)
    if not isinstance(role, Role) or isinstance(role.managed_policies, Unknown):
        return True
    if any("XRay" in str(policy) or "Xray" in str(policy) for policy in role.managed_policies):
        return True
    return any(
        action.lower().startswith(("xray:", "*"))
        for statement in role.statements()
        for action in statement.actions
    )


def _finding(node: Node, traced: Node, edge: Edge, where: str) -> Finding:
    is_function, is_api = isinstance(node, Function), isinstance(node, RestApi)
    change = None
    if is_function and node.is_sam:
        change = node.change(("TracingConfig", "Mode"), "Active")
    lines = "TracingEnabled: true" if is_api else "Tracing: Active"
    if isinstance(node, StateMachine):
        lines = (
            "Tracing: {Enabled: true}" if node.is_sam else "TracingConfiguration: {Enabled: true}"
        )
    elif is_function and not node.is_sam:
        lines = "TracingConfig: {Mode: Active}  # and xray:PutTraceSegments in its role"
    name = "the implicit API" if node.is_generated else f"'{node.name}'"
    beside = "the implicit API" if traced.is_generated else f"'{traced.name}'"
    head = ("Globals", "Api") if node.is_generated else (node.name, "Properties")
    return rule.finding(
        f"{name} is not traced, {beside} {where} it is",
        at=node.at(label="no tracing"),
        related=[edge.at(label="one calls the other here"), traced.at(label="is traced")],
        evidence=edge.evidence,
        why="the trace of a request begins or ends in the middle of its way",
        remediation=f"""
            {head[0]}:
              {head[1]}:
                {lines}
            """,
        fix=Fix(f"Trace '{node.name}'", (change,)) if change is not None else None,
    )

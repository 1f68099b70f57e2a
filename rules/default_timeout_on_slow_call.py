"""A function with the default timeout of 3 seconds that makes calls which take longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Database,
    DbProxy,
    EdgeKind,
    Evidence,
    Function,
    Mode,
    Pillar,
    Rule,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, Location, NotJudged

rule = Rule(
    id="FUN010",
    name="default-timeout-on-slow-call",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function has the default timeout of 3 seconds and makes slow calls",
    rationale="""
        A function without Timeout is cut off after 3 seconds. A model that answers, a workflow
        that is waited for, or a database that is reached through a VPC by a new environment
        regularly takes longer than that: the function fails although nothing is wrong, most
        often on the first call after a pause.
        """,
    remediation="""
        Set Timeout from how long the slowest answers take, with a margin, and no longer than the
        caller waits.
        """,
    when_to_ignore="""
        The call is known to answer within a second, on a cold start as well.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Answer:  # <-- 'Answer' has 3 s by default
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs24.x
              Handler: app.handler
              CodeUri: build/
              Policies:
                - Statement:
                    - Effect: Allow
                      Action: bedrock:InvokeModel
                      Resource: "*"
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Answer:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs24.x
              Handler: app.handler
              CodeUri: build/
              Timeout: 60
              Policies:
                - Statement:
                    - Effect: Allow
                      Action: bedrock:InvokeModel
                      Resource: "*"
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html",
        "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html",
        "https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html",
    ),
)

_SLOW = (
    "bedrock:InvokeModel",
    "bedrock:InvokeModelWithResponseStream",
    "bedrock:InvokeAgent",
    "bedrock:RetrieveAndGenerate",
    "states:StartSyncExecution",
    "sagemaker:InvokeEndpoint",
    "textract:AnalyzeDocument",
    "textract:DetectDocumentText",
)
"""Calls that wait for work which regularly takes seconds."""
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.all(Function):
        if function.get("Timeout") is not None or function.get("DurableConfig") is not None:
            continue
        reason = _reason(architecture, function)
        if reason is not None:
            yield _finding(function, *reason)


def _reason(
    architecture: Architecture, function: Function
) -> tuple[str, list[Location], Evidence] | None:
    """Return what takes long, where that is written, and how it is known."""
    for edge in (*architecture.outgoing(function, EdgeKind.STARTS), *architecture.calls(function)):
        waits = edge.kind is EdgeKind.STARTS and edge.mode is Mode.SYNCHRONOUS
        if waits and edge.evidence >= Evidence.GRANTED:
            name = edge.target.name
            return f"waits for executions of '{name}'", [edge.at(label="waits")], edge.evidence
    if function.in_vpc is True:
        for edge in architecture.connections(function):
            if isinstance(edge.target, (Database, DbProxy)):
                place = edge.at(label="connects from within a VPC")
                return f"connects to '{edge.target.name}'", [place], edge.evidence
    permissions = architecture.role_permissions(function.role, function)
    for statement in permissions.statements if permissions is not None else ():
        if statement.allows is not True:
            continue
        # A wildcard for the whole service says nothing about which calls are made.
        written = {action.lower(): action for action in statement.actions}
        slow = next((action for action in _SLOW if action.lower() in written), None)
        if slow is not None and _may_call(function, slow):
            place = statement.declared_by.at(*statement.path, label=f"allows {slow}")
            return f"may call {slow}", [place], Evidence.GRANTED
    variables = function.environment
    proxy = next((key for key in _PROXIES if isinstance(variables, dict) and key in variables), "")
    if proxy:
        place = function.at("Environment", "Variables", proxy, label="calls through a proxy")
        return "calls through an HTTP proxy", [place], Evidence.REFERENCED
    return None


def _may_call(function: Function, action: str) -> bool:
    """Tell whether the code makes a call, or may for all that is known of it."""
    from advisor import NotRead

    facts = function.source
    if isinstance(facts, NotRead) or not facts.is_complete:
        return True
    return any(call.action.lower() == action.lower() for call in facts.calls)


def _finding(function: Function, what: str, places: list[Location], evidence: Evidence) -> Finding:
    return rule.finding(
        f"'{function.name}' has 3 s by default and {what}",
        at=function.at(label="no Timeout: 3 s"),
        related=places,
        why="it is cut off whenever the answer takes longer, on a cold start first of all",
        remediation=f"""
            {function.name}:
              Properties:
                Timeout: 30
            """,
        evidence=evidence,
    )

"""A permission that a function's code never makes use of."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    EventSourceMapping,
    Evidence,
    External,
    Function,
    NotRead,
    Pillar,
    Rule,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, NotJudged

rule = Rule(
    id="SEC022",
    name="grant-wider-than-use",
    pillar=Pillar.SECURITY,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function may do what its code never does",
    rationale="""
        What a role grants beyond what the code does is of use to nobody but an attacker, who gets
        it with the first flaw in the code or in a package. Where the code is at hand and
        every call in it can be read, what it needs of each resource is known: a function that only
        reads a table has no need to write to it.
        """,
    remediation="""
        Grant what the code does: `DynamoDBReadPolicy` instead of `DynamoDBCrudPolicy`, the actions
        by name instead of all.
        """,
    when_to_ignore="""
        A package, a layer or code that is not in the repository makes the other calls.
        """,
    bad={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Orders:
                Type: AWS::DynamoDB::Table
                Properties: {KeySchema: []}
              Show:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: show/
                  Environment: {Variables: {TABLE: !Ref Orders}}
                  Policies:
                    - DynamoDBCrudPolicy: {TableName: !Ref Orders}  # <-- 'Show' may write
            """,
        "show/app.py": """
            import os

            import boto3

            client = boto3.client("dynamodb")


            def handler(event, context):
                key = {"id": {"S": event["id"]}}
                return client.get_item(TableName=os.environ["TABLE"], Key=key)
            """,
    },
    good={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Orders:
                Type: AWS::DynamoDB::Table
                Properties: {KeySchema: []}
              Show:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: show/
                  Environment: {Variables: {TABLE: !Ref Orders}}
                  Policies:
                    - DynamoDBReadPolicy: {TableName: !Ref Orders}
            """,
        "show/app.py": """
            import os

            import boto3

            client = boto3.client("dynamodb")


            def handler(event, context):
                key = {"id": {"S": event["id"]}}
                return client.get_item(TableName=os.environ["TABLE"], Key=key)
            """,
    },
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
        "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html",
    ),
    aggregate="{count} functions may do what their code never does: {names}",
)

_SDKS = ("boto3", "botocore", "aws-sdk", "@aws-sdk/", "aws_xray_sdk", "aws-xray-sdk", "@types/")
_POWERTOOLS = ("aws_lambda_powertools", "@aws-lambda-powertools/")
_CALLING = ("idempotency", "parameters", "feature_flags", "data_masking", "kafka")
"""Parts of Powertools that call AWS by themselves."""
_NODE = frozenset(
    {"assert", "buffer", "crypto", "events", "fs", "os", "path", "url", "util", "zlib"}
)
_VERBS = {
    EdgeKind.WRITES: "write to",
    EdgeKind.READS: "read",
    EdgeKind.PUBLISHES: "send to",
    EdgeKind.INVOKES: "invoke",
    EdgeKind.STARTS: "start",
}
_SERVICES = {"states": ("states", "stepfunctions", "sfn")}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    functions = [(function, _role(architecture, function)) for function in architecture.functions()]
    holders = Counter(role for _, role in functions)
    for function, role in functions:
        # What one function does not need another that shares the role may.
        if holders[role] > 1 or not _is_read(function):
            continue
        told: set[str] = set()
        for edge in architecture.grants(function):
            verb = _VERBS.get(edge.kind)
            if verb is None or edge.target.id in told or isinstance(edge.target, External):
                continue
            if not _is_used(architecture, function, edge):
                told.add(edge.target.id)
                yield _finding(function, edge, verb)


def _role(architecture: Architecture, function: Function) -> str:
    role = architecture.node_of(function.role, "role", function)
    return role.id if role is not None else function.id


def _is_read(function: Function) -> bool:
    """Tell whether all calls of AWS that a function makes can be known from its code."""
    facts = function.source
    if isinstance(facts, NotRead) or not facts.is_complete or function.layers != []:
        return False
    return all(_is_quiet(item.package, item.module) for item in facts.imports)


def _is_quiet(package: str, module: str) -> bool:
    """Tell whether a package calls AWS only where the code at hand tells it to."""
    if package in sys.stdlib_module_names or package.removeprefix("node:") in _NODE:
        return True
    if package.startswith(_POWERTOOLS):
        return not any(part in module for part in _CALLING)
    return package.startswith(_SDKS)


def _is_used(architecture: Architecture, function: Function, edge: Edge) -> bool:
    """Tell whether something uses a grant, or may use it."""
    target = edge.target
    polls = any(
        isinstance(other.declared_by, EventSourceMapping) and other.source is target
        for other in architecture.incoming(function, EdgeKind.INVOKES)
    )
    sends = any(
        other.target is target and other.evidence is Evidence.DECLARED
        for other in architecture.outgoing(function)
    )
    # Lambda polls and sends with the function's own role.
    if polls or sends or isinstance(function.source, NotRead) or function.code is None:
        return True
    service = edge.actions[0].partition(":")[0] if edge.actions else ""
    made = architecture.calls(function)
    known = {(call.place.path, call.place.span) for call in made if call.place is not None}
    for call in function.source.calls:
        if call.service not in _SERVICES.get(service, (service,)):
            continue
        place = function.code.location(call.place)
        # A call whose target is not known may be one of this; a copy also reads its source.
        if (place.path, place.span) not in known or "Copy" in call.operation:
            return True
    return any(call.target is target and call.kind is edge.kind for call in made)


def _finding(function: Function, edge: Edge, verb: str) -> Finding:
    actions = ", ".join(edge.actions[:3]) + (" …" if len(edge.actions) > 3 else "")
    return rule.finding(
        f"'{function.name}' may {verb} '{edge.target.name}', its code never does",
        at=edge.at(label=f"grants {actions}"),
        related=[function.at(label="its code makes no such call")],
        evidence=Evidence.GRANTED,
        about=[function.name, edge.target.name],
        why="whoever gets into the function may do it in its place",
        remediation=f"""
            # in the permissions of {function.name}, for {edge.target.name}, take away
            {actions}
            """,
    )

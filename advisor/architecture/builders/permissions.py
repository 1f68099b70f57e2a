"""Permissions to invoke functions that speak of an invoker outside the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import Edge, EdgeKind, Evidence, Mode
from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.functions import Function, Permission
from advisor.architecture.resolution import SERVICES, parts_of
from advisor.templates.values import Reference, Unknown

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node

# https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
_MODES = {
    "apigateway": Mode.SYNCHRONOUS,
    "elasticloadbalancing": Mode.SYNCHRONOUS,
    "cognito-idp": Mode.SYNCHRONOUS,
    "lex": Mode.SYNCHRONOUS,
    "lexv2": Mode.SYNCHRONOUS,
    "alexa-appkit": Mode.SYNCHRONOUS,
    "bedrock": Mode.SYNCHRONOUS,
    "vpc-lattice": Mode.SYNCHRONOUS,
    "s3": Mode.ASYNCHRONOUS,
    "sns": Mode.ASYNCHRONOUS,
    "events": Mode.ASYNCHRONOUS,
    "scheduler": Mode.ASYNCHRONOUS,
    "logs": Mode.ASYNCHRONOUS,
    "iot": Mode.ASYNCHRONOUS,
    "ses": Mode.ASYNCHRONOUS,
    "config": Mode.ASYNCHRONOUS,
    "codecommit": Mode.ASYNCHRONOUS,
    "codepipeline": Mode.ASYNCHRONOUS,
    "cloudformation": Mode.ASYNCHRONOUS,
}
_KINDS = {"s3": "bucket", "sns": "topic", "events": "rule", "logs": "log-group"}
_TYPES = {
    "apigateway": ("AWS::ApiGateway", "AWS::Serverless"),
    "elasticloadbalancing": ("AWS::ElasticLoadBalancingV2",),
    "cognito-idp": ("AWS::Cognito",),
    "s3": ("AWS::S3",),
    "sns": ("AWS::SNS",),
    "events": ("AWS::Events",),
    "scheduler": ("AWS::Scheduler",),
    "logs": ("AWS::Logs",),
    "iot": ("AWS::IoT",),
    "ses": ("AWS::SES",),
    "config": ("AWS::Config",),
    "codecommit": ("AWS::CodeCommit",),
    "secretsmanager": ("AWS::SecretsManager",),
    "bedrock": ("AWS::Bedrock",),
    "lexv2": ("AWS::Lex",),
    "cloudformation": ("AWS::CloudFormation", "Custom"),
}


def build(architecture: Architecture) -> None:
    """Add an edge for every permission that no integration within the templates explains."""
    known = {
        function.id: _callers(architecture, function) for function in architecture.all(Function)
    }
    for permission in architecture.all(Permission):
        _permission(architecture, permission, known)


def _callers(architecture: Architecture, function: Function) -> list[Node]:
    return [
        edge.source
        for edge in architecture.incoming(function, EdgeKind.INVOKES)
        if edge.evidence is Evidence.DECLARED
    ]


def _permission(
    architecture: Architecture, permission: Permission, known: dict[str, list[Node]]
) -> None:
    function, qualifier = architecture.function_of(permission.function, permission)
    principal = permission.principal
    if function is None or not isinstance(principal, str):
        return
    service = _service(principal)
    if not service:
        return
    action = permission.get("Action")
    if isinstance(action, str) and action.lower() == "lambda:invokefunctionurl":
        return
    source = permission.source
    if source is None or isinstance(source, Unknown):
        if _explained(service, known[function.id]):
            return
        if source is None:
            source = principal
    elif _is_ours(architecture, permission):
        # The source is one of ours: its own resource says whether it really invokes.
        return
    node, _ = architecture.target(source, _KINDS.get(service, ""), declared_by=permission)
    if not isinstance(node, External) or node in known[function.id]:
        return
    architecture.add_edge(
        Edge(
            node,
            function,
            EdgeKind.INVOKES,
            Evidence.DECLARED,
            permission,
            path=("Principal",),
            mode=_MODES.get(service),
            via=f"permission for {service}",
            qualifier=qualifier,
        )
    )


def _service(principal: str) -> str:
    """Return the service of a principal such as `s3.amazonaws.com`; empty for an account."""
    for suffix in (".amazonaws.com", ".amazon.com"):
        if principal.endswith(suffix):
            return principal.removesuffix(suffix)
    return ""


def _is_ours(architecture: Architecture, permission: Permission) -> bool:
    """Tell whether the source of a permission is a resource of the templates."""
    source = permission.source
    if architecture.find(source, near=permission) is not None:
        return True
    return any(
        isinstance(part, Reference) and architecture.node_of(part) is not None
        for part in parts_of(source) or ()
    )


def _explained(service: str, callers: list[Node]) -> bool:
    """Tell whether a known caller of a function is of the service."""
    types = _TYPES.get(service, ())
    return any(
        caller.type.startswith(types)
        or (isinstance(caller, External) and SERVICES.get(caller.kind) == service)
        for caller in callers
    )

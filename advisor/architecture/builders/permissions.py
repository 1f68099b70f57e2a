"""Permissions to invoke functions that speak of an invoker outside the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import Edge, EdgeKind, Evidence, Mode
from advisor.architecture.nodes.apis import Api
from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.functions import Permission
from advisor.architecture.resolution import SERVICES, parts_of
from advisor.templates.values import Reference, Unknown

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.nodes.functions import Function
    from advisor.templates.values import Value

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
_SERVICES = {
    "AWS::ApiGateway": ("apigateway",),
    "AWS::ApiGatewayV2": ("apigateway",),
    "AWS::ElasticLoadBalancingV2": ("elasticloadbalancing",),
    "AWS::Cognito": ("cognito-idp",),
    "AWS::S3": ("s3",),
    "AWS::SNS": ("sns",),
    "AWS::Events": ("events",),
    "AWS::Scheduler": ("scheduler",),
    "AWS::Logs": ("logs",),
    "AWS::IoT": ("iot",),
    "AWS::SES": ("ses",),
    "AWS::Config": ("config",),
    "AWS::CodeCommit": ("codecommit",),
    "AWS::SecretsManager": ("secretsmanager",),
    "AWS::Bedrock": ("bedrock",),
    "AWS::Lex": ("lex", "lexv2"),
    "AWS::CloudFormation": ("cloudformation",),
    "Custom": ("cloudformation",),
}
"""The principals by which the resources of a namespace invoke functions."""


def build(architecture: Architecture) -> None:
    """Add an edge for every permission that no integration within the templates explains."""
    known: dict[str, set[str]] = {}
    for permission in architecture.all(Permission):
        function, qualifier = architecture.function_of(permission.function, permission)
        if function is not None:
            if function.id not in known:
                known[function.id] = _callers(architecture, function)
            _permission(architecture, permission, (function, qualifier), known[function.id])


def _callers(architecture: Architecture, function: Function) -> set[str]:
    """Return what invokes a function by declaration: ids of nodes, and services."""
    found = set()
    for edge in architecture.incoming(function, EdgeKind.INVOKES):
        if edge.evidence is Evidence.DECLARED:
            found.add(edge.source.id)
            if isinstance(edge.source, External):
                found.add(SERVICES.get(edge.source.kind, ""))
            namespace = edge.source.type.rpartition("::")[0] or edge.source.type
            found.update(_SERVICES.get(namespace, ()))
    return found


def _permission(
    architecture: Architecture,
    permission: Permission,
    invoked: tuple[Function, Value],
    known: set[str],
) -> None:
    principal = permission.principal
    service = _service(principal) if isinstance(principal, str) else ""
    if not service:
        return
    action = permission.get("Action")
    if isinstance(action, str) and action.lower() == "lambda:invokefunctionurl":
        return
    source = permission.source
    if source is None or isinstance(source, Unknown):
        if service in known:
            return
        if source is None:
            source = principal
    elif _is_ours(architecture, permission):
        # The source is one of ours: its own resource says whether it really invokes, except for
        # an API whose definition is not at hand.
        api = _unread_api(architecture, permission)
        if api is not None and api.id not in known:
            _invokes(architecture, permission, api, invoked, via=f"{api.protocol} API")
        return
    node, _ = architecture.target(source, _KINDS.get(service, ""), declared_by=permission)
    if not isinstance(node, External) or node.id in known:
        return
    _invokes(architecture, permission, node, invoked, via=f"permission for {service}")


def _invokes(
    architecture: Architecture,
    permission: Permission,
    source: Node,
    invoked: tuple[Function, Value],
    *,
    via: str,
) -> None:
    principal = permission.principal
    architecture.add_edge(
        Edge(
            source,
            invoked[0],
            EdgeKind.INVOKES,
            Evidence.DECLARED,
            permission,
            # What SAM makes of an event is that event.
            path=() if permission.is_generated else ("Principal",),
            mode=_MODES.get(_service(principal)) if isinstance(principal, str) else None,
            via=via,
            qualifier=invoked[1],
        )
    )


def _unread_api(architecture: Architecture, permission: Permission) -> Api | None:
    """Return the API whose routes a permission speaks of, where they are not known."""
    parts = parts_of(permission.source) or ()
    if any(isinstance(part, str) and "/authorizers/" in part for part in parts):
        return None
    for part in parts:
        node = architecture.node_of(part) if isinstance(part, Reference) else None
        if isinstance(node, Api) and not node.routes:
            elsewhere = node.get("BodyS3Location") is not None
            return node if elsewhere or isinstance(node.get("Body"), Unknown) else None
    return None


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

"""What methods, routes and authorizers that are written as resources say of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.builders.integrations import REST, V2, read_integration
from advisor.architecture.marked import marked
from advisor.architecture.nodes.apis import (
    Api,
    ApiIntegration,
    ApiResource,
    Authorization,
    Authorizer,
    OperationRoute,
    WebSocketApi,
)
from advisor.records import replace
from advisor.templates.values import UNKNOWN, Reference, Unknown

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.apis import HttpApi, Route
    from advisor.architecture.nodes.base import Node
    from advisor.templates.values import Value

MAX_SEGMENTS = 64
"""Segments of a path that are followed to the root of an API; bounds cyclic parents."""


def api_of(architecture: Architecture, node: Node) -> Api | None:
    """Return the API that a method, route, authorizer or stage belongs to."""
    for key in ("RestApiId", "ApiId"):
        found = architecture.node_of(node.get(key))
        if isinstance(found, Api):
            return found
    return None


def fill_authorizer(architecture: Architecture, node: Authorizer) -> None:
    """Fill in an authorizer that is written as a resource."""
    node.api = api_of(architecture, node)
    node.uri, node.uri_path = node.get("AuthorizerUri"), ("AuthorizerUri",)
    kind = node.text("Type")
    if kind is None:
        kind = node.text("AuthorizerType")
    if isinstance(kind, str):
        words = {"JWT": "jwt", "COGNITO_USER_POOLS": "cognito"}
        node.kind = words.get(kind.upper(), "lambda")
    elif isinstance(kind, Unknown):
        node.kind = kind


def fill_method(architecture: Architecture, route: Route) -> None:
    """Fill in a method of a REST API that is written as a resource."""
    route.api = api_of(architecture, route)
    method = route.text("HttpMethod")
    route.method = method.upper() if isinstance(method, str) else UNKNOWN
    route.route_path = _resource_path(architecture, route.get("ResourceId"))
    route.authorization = _authorization(
        architecture, route, kind_key="AuthorizationType", api_key="ApiKeyRequired"
    )
    integration = read_integration(
        route, route.get("Integration"), base=("Integration",), keys=REST
    )
    route.integrations = (integration,) if integration else ()


def fill_route(architecture: Architecture, route: Route) -> None:
    """Fill in a route of an HTTP or WebSocket API that is written as a resource."""
    route.api = api_of(architecture, route)
    key = route.text("RouteKey")
    if isinstance(key, str):
        method, _, path = key.strip().partition(" ")
        if path:
            route.method, route.route_path = method.upper(), path.strip()
        else:
            socket = isinstance(route.api, WebSocketApi)
            route.method, route.route_path = "MESSAGE" if socket else "ANY", key
    route.authorization = _authorization(
        architecture, route, kind_key="AuthorizationType", api_key="ApiKeyRequired"
    )
    target = marked(route.get("Target"))
    if target is None:
        return
    value = target.value(target.text.rpartition("integrations/")[2].strip("/"))
    node = architecture.node_of(value)
    if isinstance(node, ApiIntegration):
        integration = read_integration(node, node.get(), base=(), keys=V2)
        route.integrations = (integration,) if integration else ()


def fill_quick_create(architecture: Architecture, api: HttpApi) -> None:
    """Add the route that an HTTP API makes of its `Target`, which takes every other request.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop.html
    """
    target = api.get("Target")
    if target is None:
        return
    route = OperationRoute(api, "Target")
    route.api = api
    key = api.text("RouteKey", default="$default")
    if isinstance(key, str):
        method, _, path = key.strip().partition(" ")
        route.method, route.route_path = (method.upper(), path) if path else ("ANY", key)
    text = marked(target)
    kind = "HTTP_PROXY" if text and text.text.lower().startswith("http") else "AWS_PROXY"
    integration = read_integration(route, {V2.type: kind, V2.uri: target}, base=(), keys=V2)
    route.integrations = (replace(integration, path=()),) if integration else ()
    architecture.add_node(route)


def _authorization(
    architecture: Architecture, route: Route, *, kind_key: str, api_key: str
) -> Authorization:
    """Return who may call a route that is written as a resource."""
    written = route.text(kind_key, default="NONE")
    authorizer = architecture.node_of(route.get("AuthorizerId"))
    authorizer = authorizer if isinstance(authorizer, Authorizer) else None
    kind: str | Unknown
    if isinstance(written, str):
        words = {"AWS_IAM": "iam", "NONE": "none", "JWT": "jwt", "COGNITO_USER_POOLS": "cognito"}
        kind = words.get(written.upper(), "lambda")
    else:
        kind = UNKNOWN
    return Authorization(
        kind=kind,
        authorizer=authorizer,
        api_key=route.flag(api_key),
        path=(kind_key,) if route.get(kind_key) is not None else (),
    )


def _resource_path(architecture: Architecture, value: Value) -> str | Unknown:
    """Return the path that a chain of `AWS::ApiGateway::Resource` makes."""
    segments: list[str] = []
    for _ in range(MAX_SEGMENTS):
        if isinstance(value, Reference) and value.attribute == "RootResourceId":
            return "/" + "/".join(reversed(segments))
        node = architecture.node_of(value)
        if not isinstance(node, ApiResource):
            return UNKNOWN
        part = node.text("PathPart")
        if not isinstance(part, str):
            return UNKNOWN
        segments.append(part)
        value = node.get("ParentId")
    return UNKNOWN


__all__ = ["api_of", "fill_authorizer", "fill_method", "fill_quick_create", "fill_route"]

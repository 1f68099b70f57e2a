"""APIs written as resources: methods, routes, authorizers, stages, and the edges of all routes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.architecture.builders.integrations import REST, read_integration
from advisor.architecture.builders.openapi import build_openapi
from advisor.architecture.builders.routes import (
    api_of,
    fill_authorizer,
    fill_method,
    fill_quick_create,
    fill_route,
)
from advisor.architecture.calls import KINDS, call_kind
from advisor.architecture.edges import Edge, EdgeKind, Evidence, Mode
from advisor.architecture.marked import is_blank, marked, mentions, references
from advisor.architecture.nodes.apis import (
    Api,
    ApiStage,
    Authorizer,
    HttpApi,
    RestApi,
    Route,
    WebSocketApi,
)
from advisor.architecture.nodes.balancers import Listener
from advisor.architecture.nodes.external import internet
from advisor.architecture.nodes.functions import FunctionUrl
from advisor.templates.values import Unknown

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.apis import Integration
    from advisor.architecture.nodes.base import Node
    from advisor.templates.values import Value

_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]{1,128})\}")
_METHOD = "AWS::ApiGateway::Method"


def build(architecture: Architecture) -> None:
    """Fill in routes, authorizers and stages, and add the edges from clients to targets."""
    for authorizer in architecture.all(Authorizer):
        fill_authorizer(architecture, authorizer)
    for route in architecture.all(Route):
        if route.type == _METHOD:
            fill_method(architecture, route)
        else:
            fill_route(architecture, route)
    build_openapi(architecture)
    for http in architecture.all(HttpApi):
        fill_quick_create(architecture, http)
    _attach(architecture)
    for api in architecture.all(Api):
        if isinstance(api, (RestApi, HttpApi, WebSocketApi)):
            _edges(architecture, api)


def _attach(architecture: Architecture) -> None:
    """Give every API its routes, authorizers and stages."""
    routes: dict[str, list[Route]] = {}
    for route in architecture.all(Route):
        if route.api is not None:
            routes.setdefault(route.api.id, []).append(route)
    authorizers: dict[str, list[Authorizer]] = {}
    for authorizer in architecture.all(Authorizer):
        if authorizer.api is not None:
            authorizers.setdefault(authorizer.api.id, []).append(authorizer)
    stages: dict[str, list[ApiStage]] = {}
    for stage in architecture.all(ApiStage):
        stage.api = api_of(architecture, stage)
        if stage.api is not None:
            stages.setdefault(stage.api.id, []).append(stage)
    for api in architecture.all(Api):
        api.routes = tuple(routes.get(api.id, ()))
        api.authorizers = tuple(authorizers.get(api.id, ()))
        api.stages = tuple(stages.get(api.id, ()))


# --- edges --------------------------------------------------------------------------------------


def _edges(architecture: Architecture, api: Api) -> None:
    """Add the edges of one API: from its clients, to its parts, and to what they call."""
    # A private API's clients are inside a VPC, and who they are is not in the template.
    if api.is_private is not True:
        _add(architecture, internet(architecture, api), api, declared_by=api, via="HTTPS")
    for authorizer in api.authorizers:
        _authorizer_edge(architecture, api, authorizer)
    for route in api.routes:
        architecture.add_edge(Edge(api, route, EdgeKind.CONTAINS, Evidence.DECLARED, route))
        for integration in route.integrations:
            via = f"{_word(api)} integration {route.label}"
            integration_edge(architecture, api, integration, via=via, route=route)


def _word(api: Api) -> str:
    return {"WEBSOCKET": "WebSocket API"}.get(api.protocol, f"{api.protocol} API")


def _add(
    architecture: Architecture, source: Node, target: Node, *, declared_by: Node, via: str
) -> None:
    architecture.add_edge(
        Edge(
            source,
            target,
            EdgeKind.ROUTES,
            Evidence.DECLARED,
            declared_by,
            mode=Mode.SYNCHRONOUS,
            via=via,
        )
    )


def _authorizer_edge(architecture: Architecture, api: Api, authorizer: Authorizer) -> None:
    if not isinstance(authorizer.kind, str) or authorizer.kind != "lambda":
        return
    architecture.add_edge(Edge(api, authorizer, EdgeKind.CONTAINS, Evidence.DECLARED, authorizer))
    integration = read_integration(
        authorizer,
        {REST.uri: authorizer.uri, REST.type: "AWS_PROXY"},
        base=(),
        keys=REST,
    )
    if integration is None or integration.action != "lambda":
        return
    value = _staged(api, integration.target)
    function, qualifier = architecture.target(value, "function", declared_by=authorizer)
    if function is None:
        return
    architecture.add_edge(
        Edge(
            api,
            function,
            EdgeKind.INVOKES,
            Evidence.DECLARED,
            authorizer,
            path=authorizer.uri_path,
            mode=Mode.SYNCHRONOUS,
            via=f"{_word(api)} authorizer",
            qualifier=qualifier,
        )
    )


def integration_edge(
    architecture: Architecture,
    source: Node,
    integration: Integration,
    *,
    via: str,
    route: Node,
) -> None:
    """Add the edge from an API to what an integration of it calls, where that is in the graph."""
    action = integration.action
    if action == "http":
        _proxy(architecture, source, integration, via=via, route=route)
    if isinstance(action, Unknown) or action in {"mock", "http"} or is_blank(integration.target):
        return
    if action == "lambda":
        target: Node | None
        value = _staged(source, integration.target)
        target, qualifier = architecture.target(value, "function", declared_by=route)
        mode: Mode | None = Mode.ASYNCHRONOUS if integration.asynchronous else Mode.SYNCHRONOUS
        kind = EdgeKind.INVOKES
        actions: tuple[str, ...] = ()
    else:
        service, _, operation = action.partition(":")
        kind_word = KINDS.get(service, "")
        target, qualifier = architecture.node_of(integration.target, kind_word, route), None
        if target is None and kind_word:
            target, _ = architecture.target(integration.target, kind_word, declared_by=route)
        kind = call_kind(service, operation)
        mode = None
        if kind is EdgeKind.STARTS:
            mode = Mode.SYNCHRONOUS if "Sync" in operation else Mode.ASYNCHRONOUS
        actions = (action,)
    if target is None:
        return
    # Integrations of their own resource are shared; the place is still where the target stands.
    owner = integration.declared_by
    architecture.add_edge(
        Edge(
            source,
            target,
            kind,
            Evidence.DECLARED,
            route,
            path=integration.path,
            mode=mode,
            via=via,
            qualifier=qualifier,
            actions=actions,
            place=None if owner is route else owner.at(*integration.path),
        )
    )


def _proxy(
    architecture: Architecture, source: Node, integration: Integration, *, via: str, route: Node
) -> None:
    """Add the edge to an API, a function URL or a load balancer that requests are passed on to."""
    value = integration.target
    target = architecture.node_of(value)
    if target is None:
        # The host of an API or a URL holds a reference to it.
        named = references(value) or mentions(integration.declared_by, *integration.path)
        target = next(filter(None, map(architecture.node_of, named)), None)
    if isinstance(target, Listener):
        target = architecture.node_of(target.get("LoadBalancerArn"))
    if not isinstance(target, (Api, FunctionUrl)) or target is source:
        return
    owner = integration.declared_by
    architecture.add_edge(
        Edge(
            source,
            target,
            EdgeKind.ROUTES,
            Evidence.DECLARED,
            route,
            path=integration.path,
            mode=Mode.SYNCHRONOUS,
            via=via,
            place=None if owner is route else owner.at(*integration.path),
        )
    )


def _staged(source: Node, value: Value) -> Value:
    """Return a function's name with the variables of the API's one stage filled in.

    Where stages differ, each runs another function and none is *the* target.
    """
    text = marked(value)
    if text is None or "stageVariables." not in text.text or not isinstance(source, Api):
        return value
    match = _STAGE_VARIABLE.search(text.text)
    if match is None or len(source.stages) != 1:
        return value
    found = source.stages[0].get("Variables", match[1])
    if found is None:
        found = source.stages[0].get("StageVariables", match[1])
    return value if found is None else found


__all__ = ["build", "integration_edge"]

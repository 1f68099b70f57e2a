"""How long a caller waits for what it calls: the limits of AWS and what templates set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import Mode
from advisor.architecture.nodes.apis import Api, Authorizer, Route
from advisor.architecture.nodes.balancers import TargetGroup
from advisor.architecture.nodes.edge import Distribution
from advisor.architecture.nodes.functions import Permission
from advisor.architecture.nodes.graphql import DataSource, GraphqlApi
from advisor.architecture.nodes.workflows import StateNode
from advisor.data.limits import limit
from advisor.records import record
from advisor.templates.values import Unknown

if TYPE_CHECKING:
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.data.limits import Limit

MILLISECONDS = 1_000


@record(frozen=True)
class Wait:
    """The time that a caller waits, in seconds, and where that is written or could be."""

    seconds: float
    limit: Limit
    """The service's own limit, which holds where `configured` is false."""
    configured: bool
    declared_by: Node
    path: tuple[str | int, ...] = ()
    """The property of `declared_by` that sets it; empty where nothing can."""


_BY_PROTOCOL = {
    "REST": "rest-integration-wait",
    "HTTP": "http-integration-wait",
    "WEBSOCKET": "websocket-integration-wait",
}
_BY_TYPE = {
    "AWS::Cognito::UserPool": "cognito-trigger-wait",
    "AWS::Pipes::Pipe": "pipe-wait",
    "AWS::KinesisFirehose::DeliveryStream": "firehose-transform-wait",
    "AWS::Events::ApiDestination": "api-destination-wait",
}


def caller_wait(edge: Edge) -> Wait | Unknown | None:
    """Return how long the source of an edge waits for its target.

    None where it does not wait or has no limit of its own (a function URL, a call from code);
    Unknown where a value that sets it is not known.
    """
    if edge.mode is not Mode.SYNCHRONOUS:
        return None
    node = edge.declared_by
    if isinstance(node, Route):
        return _integration(edge, node)
    if isinstance(edge.source, Api) and isinstance(node, Permission):
        # Its definition is not at hand; it can make the wait only shorter.
        key = _BY_PROTOCOL.get(edge.source.protocol)
        return _fixed(key, edge.source) if key is not None else None
    if isinstance(node, Authorizer):
        return _fixed("authorizer-wait", node)
    if isinstance(node, (DataSource, GraphqlApi)):
        return _fixed("appsync-resolver-wait", node)
    if isinstance(node, Distribution):
        return _distribution(edge, node)
    if isinstance(node, TargetGroup):
        return _balancer(node)
    if isinstance(node, StateNode):
        return _task(node)
    key = _BY_TYPE.get(node.type)
    return _fixed(key, node) if key is not None else None


def _fixed(key: str, node: Node) -> Wait:
    row = limit(key)
    return Wait(row.value, row, configured=False, declared_by=node)


def _set(
    key: str, seconds: float | Unknown | None, node: Node, path: tuple[str | int, ...]
) -> Wait | Unknown:
    """Return what is written, else the service's limit with the place where it could be set."""
    if isinstance(seconds, Unknown):
        return seconds
    row = limit(key)
    if seconds is None:
        return Wait(row.value, row, configured=False, declared_by=node, path=path)
    return Wait(seconds, row, configured=True, declared_by=node, path=path)


def _integration(edge: Edge, route: Route) -> Wait | Unknown | None:
    key = _BY_PROTOCOL.get(route.api.protocol) if route.api is not None else None
    if key is None:
        return None
    for integration in route.integrations:
        if integration.path != edge.path:
            continue
        written = integration.timeout_ms
        seconds = written / MILLISECONDS if isinstance(written, int) else written
        return _set(key, seconds, integration.declared_by, integration.timeout_path)
    return _fixed(key, route)


def _distribution(edge: Edge, node: Distribution) -> Wait | Unknown | None:
    for association in node.associations():
        if edge.path[: len(association.path)] == association.path:
            viewer = association.is_viewer
            if isinstance(viewer, Unknown):
                return viewer
            return _fixed("edge-viewer-wait" if viewer else "edge-origin-wait", node)
    for origin in node.origins():
        if edge.path[: len(origin.path)] == origin.path:
            path = (*origin.path, "CustomOriginConfig", "OriginReadTimeout")
            return _set("origin-read-wait", origin.read_seconds, node, path)
    return None


def _balancer(group: TargetGroup) -> Wait | Unknown | None:
    balancer = group.balancer
    if balancer is None:
        return None
    return _set(
        "load-balancer-idle-wait", balancer.idle_seconds, balancer, ("LoadBalancerAttributes",)
    )


def _task(node: StateNode) -> Wait | Unknown | None:
    wait = _set("task-wait", node.state.timeout, node, ("TimeoutSeconds",))
    if isinstance(wait, Unknown) or node.machine.is_express is not True:
        return wait
    row = limit("express-workflow-wait")
    if wait.seconds <= row.value:
        return wait
    return Wait(row.value, row, configured=False, declared_by=node, path=wait.path)


__all__ = ["Wait", "caller_wait"]

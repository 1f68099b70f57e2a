"""What requests to APIs are billed for: REST, HTTP, WebSocket and GraphQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.cost.amounts import ONE, UNKNOWN, Amount
from advisor.architecture.nodes import GraphqlApi, HttpApi, RestApi, Route, WebSocketApi

if TYPE_CHECKING:
    from advisor.advice.cost.model import Model
    from advisor.architecture.architecture import Architecture

HTTP_PIECE = 512
"""KB in which a request to an HTTP API is billed."""
_MESSAGE_PIECE = 32
_NOT_BILLED = frozenset({"$connect", "$disconnect"})
"""Routes of a WebSocket API that are no messages: connections are billed by the minute."""


def charge_apis(model: Model, architecture: Architecture) -> None:
    """Add the charges of all APIs."""
    for route in architecture.all(Route):
        api = route.api
        if isinstance(api, RestApi):
            model.charge(route.id, api, "api-rest-request", ONE, route.label)
        elif isinstance(api, HttpApi):
            pieces = model.pieces(api, HTTP_PIECE)
            model.charge(route.id, api, "api-http-request", pieces, route.label)
        elif isinstance(api, WebSocketApi) and route.route_path not in _NOT_BILLED:
            pieces = model.pieces(api, _MESSAGE_PIECE)
            model.charge(route.id, api, "api-websocket-message", pieces, route.label)
        if route.is_preflight:
            model.ledger.suppose("preflight (OPTIONS) requests are not counted")
    for graph in architecture.all(GraphqlApi):
        model.charge(graph.id, graph, "appsync-operation")
    for socket in architecture.all(WebSocketApi):
        name = model.names.of(socket)
        note = "minutes a month that clients are connected, summed over all of them"
        minutes = model.answers.number("connection_minutes", name, note=note)
        if minutes is None:
            model.ledger.lack("minutes of connection (connection_minutes)", name)
        model.charge_month(
            socket, "api-websocket-minute", UNKNOWN if minutes is None else Amount(minutes)
        )
        model.ledger.leave_out("messages that a WebSocket API sends to its clients", name)
    for rest in architecture.all(RestApi):
        if any(stage.caches is True for stage in rest.stages):
            model.ledger.leave_out("the cache of a REST API", model.names.of(rest))


__all__ = ["HTTP_PIECE", "charge_apis"]

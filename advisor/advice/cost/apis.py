"""What requests to APIs are billed for: REST, HTTP, WebSocket and GraphQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.cost.amounts import UNKNOWN, Amount
from advisor.advice.cost.events import is_unread, way_id
from advisor.architecture.nodes import Api, GraphqlApi, HttpApi, RestApi, Route, WebSocketApi

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
        if route.api is not None and route.route_path not in _NOT_BILLED:
            _charge_request(model, route.id, route.api)
        if route.is_preflight:
            model.ledger.suppose("preflight (OPTIONS) requests are not counted")
    for api in architecture.all(Api):
        if api.routes or isinstance(api, GraphqlApi):
            continue
        ways = [edge for edge in architecture.outgoing(api) if is_unread(edge)]
        for edge in ways:
            _charge_request(model, way_id(edge), api)
        if not ways:
            model.ledger.lack("routes of the API: its definition is not at hand", api.title)
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


def _charge_request(model: Model, event: str, api: Api) -> None:
    if isinstance(api, RestApi):
        model.charge(event, api, "api-rest-request")
    elif isinstance(api, HttpApi):
        model.charge(event, api, "api-http-request", model.pieces(api, HTTP_PIECE))
    elif isinstance(api, WebSocketApi):
        model.charge(event, api, "api-websocket-message", model.pieces(api, _MESSAGE_PIECE))


__all__ = ["HTTP_PIECE", "charge_apis"]

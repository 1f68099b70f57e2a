"""Questions about those who wait for a function, and those who may invoke it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import EdgeKind, Evidence
from advisor.architecture.nodes.apis import Route
from advisor.architecture.nodes.edge import Distribution
from advisor.architecture.nodes.functions import FunctionUrl, Permission
from advisor.architecture.waits import caller_wait
from advisor.records import record

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.waits import Wait
    from advisor.templates.values import Unknown, Value

LATEST = "$LATEST"


@record(frozen=True)
class Caller:
    """Who waits for a function, and for how long."""

    edge: Edge
    """From the caller; for a distribution before a function URL the edge to the URL."""
    wait: Wait | Unknown
    streamed: bool = False
    """Whether the answer is passed on piece by piece, so that only pauses are waited for."""


def waiting_callers(architecture: Architecture, function: Node) -> list[Caller]:
    """Return the declared callers that wait for a function and give up after some time.

    A function URL waits as long as the function runs; what counts is who stands before it.
    """
    found: list[Caller] = []
    for edge in architecture.incoming(function, EdgeKind.INVOKES):
        if edge.evidence is not Evidence.DECLARED:
            continue
        if isinstance(edge.declared_by, FunctionUrl):
            found += _before_url(architecture, edge.declared_by)
            continue
        wait = caller_wait(edge)
        if wait is not None:
            found.append(Caller(edge, wait, streamed=_is_streamed(edge)))
    return found


def _before_url(architecture: Architecture, url: FunctionUrl) -> list[Caller]:
    streamed = url.invoke_mode != "BUFFERED"
    found = []
    for edge in architecture.incoming(url, EdgeKind.ROUTES):
        wait = caller_wait(edge) if isinstance(edge.source, Distribution) else None
        if wait is not None:
            found.append(Caller(edge, wait, streamed=streamed))
    return found


def _is_streamed(edge: Edge) -> bool:
    route = edge.declared_by
    return isinstance(route, Route) and any(
        integration.streamed is not False
        for integration in route.integrations
        if integration.path == edge.path
    )


def permissions(architecture: Architecture, function: Node) -> list[tuple[Permission, Value]]:
    """Return the statements of a function's own policy, each with the qualifier it speaks of.

    The qualifier is None for the function itself.
    """
    if architecture.permissions_by_function is None:
        found: dict[str, list[tuple[Permission, Value]]] = {}
        for permission in architecture.all(Permission):
            named, qualifier = architecture.function_of(permission.function, permission)
            if named is not None:
                qualifier = None if qualifier == LATEST else qualifier
                found.setdefault(named.id, []).append((permission, qualifier))
        architecture.permissions_by_function = found
    return architecture.permissions_by_function.get(function.id, [])


__all__ = ["Caller", "permissions", "waiting_callers"]

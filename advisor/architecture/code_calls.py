"""Calls in a function's code as edges: proved, because code makes them and targets resolve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.builders.common import DEFAULT_BUS
from advisor.architecture.calls import KINDS, TARGETS, call_kind
from advisor.architecture.edges import Edge, EdgeKind, Evidence, Mode
from advisor.architecture.nodes.databases import Database, DbProxy, ProxyEndpoint
from advisor.architecture.nodes.external import external_id
from advisor.architecture.nodes.functions import Version
from advisor.source.facts import Invocation, TargetKind
from advisor.templates.values import Reference, Unknown, references_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.nodes.functions import Function
    from advisor.documents.location import Location
    from advisor.source.facts import Facts, Place, SdkCall, Target
    from advisor.templates.values import Value

SERVICES_IN_CALLS = {"stepfunctions": "states"}
"""Services that go by another name in `calls` than in the SDK for Python."""
NOT_AWAITED = "not waited for"
"""How the ways end by which a function asks for an answer and does not wait for it."""
_NOT_WAITING = frozenset({Invocation.NOT_AWAITED, Invocation.SUSPENDED})
_MODES = {
    Invocation.REQUEST_RESPONSE: Mode.SYNCHRONOUS,
    Invocation.EVENT: Mode.ASYNCHRONOUS,
}
_STARTS = {"StartExecution": Mode.ASYNCHRONOUS, "StartSyncExecution": Mode.SYNCHRONOUS}


def calls_in(
    architecture: Architecture,
    function: Function,
    facts: Facts,
    located: Callable[[Place], Location],
) -> Iterator[Edge]:
    """Yield an edge for each call of an API whose target is known to the architecture."""
    seen: set[tuple[str, str, Mode | None, object]] = set()
    for call in facts.calls:
        # Whoever opens a signed URL makes the call; a dry run calls nothing.
        if call.presigned or call.invocation is Invocation.DRY_RUN:
            continue
        service = SERVICES_IN_CALLS.get(call.service, call.service)
        if service not in TARGETS:
            continue
        mode = _mode(call)
        for target, place in _targets(call):
            node, qualifier = named(architecture, function, target, KINDS.get(service, ""))
            if node is None or (key := (node.id, call.operation, mode, place)) in seen:
                continue
            seen.add(key)
            dropped = f", {NOT_AWAITED}" if call.invocation in _NOT_WAITING else ""
            yield Edge(
                function,
                node,
                call_kind(service, call.operation),
                Evidence.PROVED,
                function,
                mode=mode,
                via=f"{call.operation} in code{dropped}",
                qualifier=qualifier,
                actions=(call.action,),
                place=located(place),
            )


def connections_in(
    architecture: Architecture,
    function: Function,
    facts: Facts,
    located: Callable[[Place], Location],
) -> Iterator[Edge]:
    """Yield an edge for each connection in the code to a database of the architecture."""
    for connection in facts.databases:
        value = value_of(function, connection.host)
        for reference in references_in(value):
            node = architecture.node_of(Reference(*reference.resource))
            if isinstance(node, ProxyEndpoint):
                node = architecture.node_of(node.get("DBProxyName"))
            if isinstance(node, (Database, DbProxy)):
                yield Edge(
                    function,
                    node,
                    EdgeKind.CONNECTS,
                    Evidence.PROVED,
                    function,
                    via=f"{connection.driver} in code",
                    place=located(connection.place),
                )


def _targets(call: SdkCall) -> Iterator[tuple[Target | None, Place]]:
    if not call.entries:
        yield call.target, call.place
    for entry in call.entries:
        yield entry.bus, entry.place


def _mode(call: SdkCall) -> Mode | None:
    if call.service == "lambda":
        if call.operation == "InvokeAsync":
            return Mode.ASYNCHRONOUS
        return _MODES.get(call.invocation) if call.invocation is not None else None
    return _STARTS.get(call.operation)


def value_of(function: Function, target: Target) -> Value:
    """Return what a target says; None where the code alone does not tell."""
    if target.kind is TargetKind.LITERAL:
        return target.text
    variables = function.environment
    if target.kind is TargetKind.ENVIRONMENT and isinstance(variables, dict):
        return variables.get(target.text)
    return None


def named(
    architecture: Architecture, function: Function, target: Target | None, kind: str
) -> tuple[Node | None, Value]:
    """Return the node that a call names, and a function's qualifier; makes no new nodes."""
    if target is None:
        return architecture.node(external_id(DEFAULT_BUS, "bus")), None
    value = value_of(function, target)
    if value is None or value == "":
        return None, None
    invoked, qualifier = architecture.function_of(value, function) if kind == "function" else _NONE
    if invoked is not None:
        return invoked, qualifier
    found = architecture.find(value, kind, function)
    if found is not None:
        return (None if isinstance(found.node, Version) else found.node), None
    if isinstance(value, Unknown) or not isinstance(value, (dict, list)):
        return architecture.node(external_id(value, kind)), None
    return None, None


_NONE: tuple[None, None] = (None, None)

__all__ = ["NOT_AWAITED", "SERVICES_IN_CALLS", "calls_in", "connections_in", "named", "value_of"]

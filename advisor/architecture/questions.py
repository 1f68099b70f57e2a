"""Questions about functions, queues and their neighbours that rules ask of an architecture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import EdgeKind, Evidence, Mode
from advisor.architecture.nodes.functions import Alias, EventInvokeConfig, Version
from advisor.architecture.nodes.mappings import EventSourceMapping
from advisor.architecture.questions_code import callers_in_code
from advisor.templates.values import UNKNOWN, is_known

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.nodes.functions import Function
    from advisor.templates.values import Unknown, Value

LATEST = "$LATEST"


def invokers(architecture: Architecture, function: Node) -> list[Edge]:
    """Return the edges that invoke a function or a version of it, the surest first.

    Calls in the code of functions that may invoke it or know its name are among them.
    """
    found = architecture.incoming(function, EdgeKind.INVOKES)
    found += [edge for edge in callers_in_code(architecture, function) if edge not in found]
    return sorted(found, key=lambda edge: -edge.evidence)


def asynchronous_invokers(architecture: Architecture, function: Node) -> list[Edge]:
    """Return the declared and proved edges that invoke a function as an event."""
    return [
        edge
        for edge in invokers(architecture, function)
        if edge.mode is Mode.ASYNCHRONOUS and edge.evidence >= Evidence.PROVED
    ]


def mappings(architecture: Architecture, function: Node) -> list[EventSourceMapping]:
    """Return the event source mappings that invoke a function."""
    return [
        edge.declared_by
        for edge in architecture.incoming(function, EdgeKind.INVOKES)
        if isinstance(edge.declared_by, EventSourceMapping)
    ]


def consumers(architecture: Architecture, node: Node) -> list[Edge]:
    """Return the edges by which a queue, stream or table is polled: mappings and pipes."""
    found = architecture.outgoing(node, EdgeKind.INVOKES, EdgeKind.FEEDS)
    return [edge for edge in found if edge.mode is Mode.POLLED]


def publishers(architecture: Architecture, node: Node) -> list[Edge]:
    """Return the edges that send messages or events to a node, the surest first."""
    found = architecture.incoming(node, EdgeKind.PUBLISHES)
    return sorted(found, key=lambda edge: -edge.evidence)


def dead_letter_sources(architecture: Architecture, node: Node) -> list[Edge]:
    """Return the edges by which others send to a node what they could not handle."""
    return architecture.incoming(node, EdgeKind.DEAD_LETTERS)


def dead_letter_edges(architecture: Architecture, node: Node) -> list[Edge]:
    """Return the edges by which a node sends on what it could not handle."""
    return architecture.outgoing(node, EdgeKind.DEAD_LETTERS)


def failure_destination(
    architecture: Architecture, function: Function, qualifier: Value = None
) -> Edge | Unknown | None:
    """Return the edge to where an asynchronous event ends that failed every attempt.

    The configuration of the version or alias that is invoked counts (None for the function
    itself), else the function's own dead-letter queue. Unknown where a configuration exists
    and the files do not tell whether it is that of this version.
    """
    asked = LATEST if qualifier is None else qualifier
    own = None
    unsure = False
    for edge in architecture.outgoing(function, EdgeKind.DEAD_LETTERS):
        if not isinstance(edge.declared_by, EventInvokeConfig):
            own = own or edge
        elif edge.qualifier == asked:
            return edge
        elif not (is_known(edge.qualifier) and is_known(asked)):
            unsure = True
    if own is not None:
        return own
    return UNKNOWN if unsure else None


def versions(architecture: Architecture, function: Node) -> list[Version]:
    """Return the versions and aliases of a function that the templates declare."""
    return [
        edge.target
        for edge in architecture.outgoing(function, EdgeKind.CONTAINS)
        if isinstance(edge.target, Version)
    ]


def aliases(architecture: Architecture, function: Node) -> list[Alias]:
    """Return the aliases of a function that the templates declare."""
    return [node for node in versions(architecture, function) if isinstance(node, Alias)]


def grants(architecture: Architecture, function: Node, *kinds: EdgeKind) -> list[Edge]:
    """Return what a function's role may act on by name."""
    found = architecture.outgoing(function, *kinds)
    return [edge for edge in found if edge.evidence is Evidence.GRANTED]


def environment_references(
    architecture: Architecture, function: Node, target: Node | None = None
) -> list[Edge]:
    """Return the edges to what a function's environment names, or to one node only."""
    return [
        edge
        for edge in architecture.outgoing(function)
        if edge.evidence is Evidence.REFERENCED and (target is None or edge.target is target)
    ]


def is_exported(architecture: Architecture, node: Node) -> bool:
    """Tell whether a stack exports a node, so that others outside the files may use it."""
    if architecture.exported is None:
        architecture.exported = {reference.resource for reference in node.view.exported()}
    return (node.resource.owner, node.resource.logical_id) in architecture.exported


def free_name(architecture: Architecture, stem: str, *, near: Node) -> str:
    """Return a logical id that the template of a node does not use yet, for a remediation."""
    name = stem = "".join(char for char in stem if char.isalnum()) or "New"
    count = 1
    while architecture.node(f"{near.resource.owner}#{name}") is not None:
        count += 1
        name = f"{stem}{count}"
    return name


__all__ = [
    "LATEST",
    "aliases",
    "asynchronous_invokers",
    "consumers",
    "dead_letter_edges",
    "dead_letter_sources",
    "environment_references",
    "failure_destination",
    "free_name",
    "grants",
    "invokers",
    "is_exported",
    "mappings",
    "publishers",
    "versions",
]

"""What builders share: one edge from a node to whatever a value names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import Edge, EdgeKind, Evidence, Mode
from advisor.architecture.resolution import kind_of, parse_arn

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.nodes.external import External
    from advisor.templates.values import Value

Path = tuple[str | int, ...]

DEFAULT_BUS = "default event bus"

_DELIVERIES = {
    "function": EdgeKind.INVOKES,
    "state-machine": EdgeKind.STARTS,
    "activity": EdgeKind.STARTS,
    "cluster": EdgeKind.STARTS,
    "task": EdgeKind.STARTS,
    "job": EdgeKind.STARTS,
    "project": EdgeKind.STARTS,
    "queue": EdgeKind.PUBLISHES,
    "topic": EdgeKind.PUBLISHES,
    "bus": EdgeKind.PUBLISHES,
    "stream": EdgeKind.PUBLISHES,
    "delivery-stream": EdgeKind.PUBLISHES,
    "log-group": EdgeKind.WRITES,
    "bucket": EdgeKind.WRITES,
    "table": EdgeKind.WRITES,
}


def delivery(target: Node) -> EdgeKind:
    """Return what handing an event to a node does to it."""
    return _DELIVERIES.get(kind_of(target), EdgeKind.FEEDS)


def deliver(
    architecture: Architecture,
    source: Node,
    value: Value,
    *,
    declared_by: Node,
    via: str,
    path: Path = (),
    kind: str = "",
    mode: Mode | None = Mode.ASYNCHRONOUS,
) -> Node | None:
    """Add the declared edge by which `source` hands events to what a value names.

    `kind` says what an imported value stands for; the mode holds where something is run.
    """
    target, qualifier = architecture.target(value, kind, declared_by=declared_by)
    if target is None:
        return None
    does = delivery(target)
    runs = does in {EdgeKind.INVOKES, EdgeKind.STARTS}
    architecture.add_edge(
        Edge(
            source,
            target,
            does,
            Evidence.DECLARED,
            declared_by,
            path=path,
            mode=mode if runs else None,
            via=via,
            qualifier=qualifier,
        )
    )
    return target


def bus_of(architecture: Architecture, value: Value, declared_by: Node) -> Node | None:
    """Return the bus that a value names; nothing and `default` name the account's default bus."""
    if value is None or value == "default":
        return default_bus(architecture, declared_by)
    arn = parse_arn(value)
    if arn is not None and arn.kind == "bus" and arn.name == ("default",) and not arn.account_id:
        return default_bus(architecture, declared_by)
    return architecture.target(value, "bus", declared_by=declared_by)[0]


def default_bus(architecture: Architecture, declared_by: Node) -> External:
    """Return the node of the account's default bus, which no template declares."""
    return architecture.external(DEFAULT_BUS, "bus", declared_by=declared_by)


__all__ = ["DEFAULT_BUS", "Path", "bus_of", "default_bus", "deliver", "delivery"]

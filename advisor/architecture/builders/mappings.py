"""Event source mappings: edges from what is polled to the function that is invoked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import Edge, EdgeKind, Evidence, Mode
from advisor.architecture.nodes.mappings import EventSourceMapping
from advisor.architecture.nodes.storage import StreamConsumer
from advisor.templates.values import Unknown

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.templates.values import Value

_KINDS = {
    "sqs": "queue",
    "kinesis": "stream",
    "dynamodb": "table",
    "msk": "kafka",
    "kafka": "kafka",
    "mq": "broker",
    "documentdb": "db-cluster",
}
SELF_MANAGED = "self-managed Kafka"


def build(architecture: Architecture) -> None:
    """Add an edge per mapping and tell the mapping its source and target."""
    for mapping in architecture.all(EventSourceMapping):
        mapping.source = _source(architecture, mapping)
        mapping.target, qualifier = architecture.target(
            mapping.function, "function", declared_by=mapping
        )
        if mapping.source is None or mapping.target is None:
            continue
        architecture.add_edge(
            Edge(
                mapping.source,
                mapping.target,
                EdgeKind.INVOKES,
                Evidence.DECLARED,
                mapping,
                mode=Mode.POLLED,
                via="event source mapping",
                qualifier=qualifier,
            )
        )


def _source(architecture: Architecture, mapping: EventSourceMapping) -> Node | None:
    kind = _KINDS.get(mapping.kind_by_properties, "")
    value = mapping.source_arn
    if value is None and kind == "kafka":
        value = _servers(mapping)
    node, _ = architecture.target(value, kind, declared_by=mapping)
    return stream_of(architecture, node)


def stream_of(architecture: Architecture, node: Node | None) -> Node | None:
    """Return the stream behind a consumer of it; any other node is its own answer."""
    if isinstance(node, StreamConsumer):
        stream, _ = architecture.target(node.stream, "stream", declared_by=node)
        return stream or node
    return node


def _servers(mapping: EventSourceMapping) -> Value:
    servers = mapping.items("SelfManagedEventSource", "Endpoints", "KafkaBootstrapServers")
    if isinstance(servers, Unknown):
        return servers
    known = [server for server in servers if isinstance(server, str) and server]
    return known[0] if known else SELF_MANAGED

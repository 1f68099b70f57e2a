"""The words in a picture: what a node is called, what is noted beside it, what a line says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.architecture.edges import EdgeKind, Mode
from advisor.architecture.nodes.apis import Api, Authorizer, Route
from advisor.architecture.nodes.databases import Database, DbProxy
from advisor.architecture.nodes.edge import Distribution
from advisor.architecture.nodes.events import EventBus, EventRule, Pipe, Schedule
from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.functions import Function
from advisor.architecture.nodes.messaging import Queue, Topic
from advisor.architecture.nodes.observability import NestedStack
from advisor.architecture.nodes.storage import Bucket, DeliveryStream, Stream, Table
from advisor.architecture.nodes.workflows import StateMachine
from advisor.explanation.particulars import polling
from advisor.templates.values import Text, Unknown, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.templates.values import Value

_ARN = re.compile(r"arn:(?:(?:\$\{[^{}]{1,200}\}|[^:{}$]){0,200}:){4}(.+)\Z", re.DOTALL)
_WORDS = {
    EdgeKind.PUBLISHES: "sends",
    EdgeKind.FEEDS: "feeds",
    EdgeKind.READS: "reads",
    EdgeKind.WRITES: "writes",
    EdgeKind.CONNECTS: "connects",
    EdgeKind.DEAD_LETTERS: "dead letters",
    EdgeKind.CONTAINS: "contains",
    EdgeKind.USES: "uses",
}
_MODES = {Mode.SYNCHRONOUS: "sync", Mode.ASYNCHRONOUS: "async", Mode.POLLED: "polled"}

_SIGNS: tuple[tuple[type[Node], str, str, str], ...] = (
    (Function, "ƒ", "fn", "function"),
    (StateMachine, "◇", "sm", "state machine"),
    (Api, "⌂", "api", "API"),
    (Queue, "≡", "queue", "queue"),
    (Topic, "⊳", "topic", "topic"),
    (EventBus, "╪", "bus", "event bus"),
    (EventRule, "⌁", "rule", "rule"),
    (Schedule, "◷", "schedule", "schedule"),
    (Pipe, "╞", "pipe", "pipe"),
    (Table, "▤", "table", "table"),
    (Bucket, "▣", "bucket", "bucket"),
    (Stream, "≋", "stream", "stream"),
    (DeliveryStream, "≋", "stream", "stream"),
    (Database, "⛁", "db", "database"),
    (DbProxy, "⛁", "db", "database"),
    (NestedStack, "▦", "stack", "stack"),
)


def sign_of(node: Node) -> tuple[str, str, str]:
    """Return the sign of a node, the same in ASCII, and the word for it; empty for none."""
    outside = node.kind.replace("-", " ") if isinstance(node, External) else ""
    outside = {"bus": "event bus", "delivery stream": "stream"}.get(outside, outside)
    for kind, sign, letters, word in _SIGNS:
        if isinstance(node, kind) or outside == word:
            return sign, letters, word
    return "", "", ""


def title_of(node: Node) -> str:
    """Return what a reader calls a node; what SAM makes has a logical id of its own."""
    if isinstance(node, External):
        name = _outside(node.value)
        # Of an ARN what names the resource; what comes before is alike for all.
        match = _ARN.match(name)
        return (match[1] if match else name) or "?"
    return node.resource.logical_id if node.is_generated else node.name or node.at().path


def _outside(value: Value) -> str:
    """Return a value with the names of what is unknown in it, without the template's path."""
    if isinstance(value, Text):
        return "".join(
            part if isinstance(part, str) else f"${{{_outside(part)}}}" for part in value.parts
        )[:200]
    if isinstance(value, Unknown):
        return value.key.rpartition("#")[2]
    return show(value)[:200]


# --- beside a node ------------------------------------------------------------------------------


def note_of(node: Node, architecture: Architecture | None = None) -> str:
    """Return the few facts that decide how events get through: timeouts, limits, schedules."""
    return ", ".join(_facts(node, architecture))


def _facts(node: Node, architecture: Architecture | None) -> Iterator[str]:
    if isinstance(node, Function):
        yield from _of_function(node, architecture)
    elif isinstance(node, Queue):
        yield from ["FIFO"] if node.is_fifo is True else []
        # Nothing is processed from where failed messages wait.
        if isinstance(node.visibility_timeout, int) and not node.is_dead_letter_sink:
            yield f"visibility {node.visibility_timeout} s"
    elif isinstance(node, Topic):
        yield from ["FIFO"] if node.is_fifo is True else []
    elif isinstance(node, (EventRule, Schedule)):
        yield from [node.schedule] if isinstance(node.schedule, str) and node.schedule else []
        yield from ["disabled"] if node.enabled is False else []
    elif isinstance(node, StateMachine):
        yield from ["express"] if node.is_express is True else []
        limit = node.workflow.timeout if node.workflow is not None else None
        if isinstance(limit, (int, float)):
            yield f"at most {limit:g} s"
    elif isinstance(node, Stream) and isinstance(node.shards, int):
        yield f"{node.shards} shard{'s' if node.shards != 1 else ''}"
    elif isinstance(node, Api) and node.protocol != "API":
        yield {"WEBSOCKET": "WebSocket", "GRAPHQL": "GraphQL"}.get(node.protocol, node.protocol)


def _of_function(function: Function, architecture: Architecture | None) -> Iterator[str]:
    if isinstance(function.timeout, int):
        yield f"{function.timeout} s"
    if isinstance(function.reserved_concurrency, int):
        yield f"concurrency {function.reserved_concurrency}"
    warm = [each.provisioned for each in architecture.versions(function)] if architecture else []
    count = sum(each for each in warm if isinstance(each, int))
    if count:
        yield f"{count} provisioned"


# --- on a line ----------------------------------------------------------------------------------


def label_of(edge: Edge) -> str:
    """Return what stands on the line of an edge: its mode, and what bounds it."""
    mode = _MODES.get(edge.mode, "") if edge.mode is not None else ""
    if isinstance(edge.declared_by, Route) and edge.kind is not EdgeKind.CONTAINS:
        word = edge.declared_by.label
        return f"{mode} {word}".strip() if mode else f"{_WORDS.get(edge.kind, '')} {word}".strip()
    if edge.kind is EdgeKind.ROUTES or isinstance(edge.declared_by, (Authorizer, Distribution)):
        return edge.via
    if edge.mode is Mode.POLLED:
        return " ".join(["polled", *_polling(edge.declared_by)])
    if edge.kind in {EdgeKind.INVOKES, EdgeKind.STARTS}:
        return mode or edge.kind.value
    return _WORDS.get(edge.kind, edge.kind.value)


def _polling(node: Node) -> Iterator[str]:
    """Yield how a poller gathers what it hands over, documented defaults included."""
    yield from polling(node)
    if isinstance(node, Pipe):
        for name in ("SqsQueueParameters", node.stream_parameters):
            size = node.number("SourceParameters", name, "BatchSize") if name else None
            if isinstance(size, int):
                yield f"batch {size}"
        if node.is_running is False:
            yield "stopped"


__all__ = ["label_of", "note_of", "sign_of", "title_of"]

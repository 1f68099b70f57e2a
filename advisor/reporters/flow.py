"""What a picture of an architecture shows: nodes and links in the direction of events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.architecture.edges import EdgeKind, Evidence, Mode
from advisor.architecture.nodes.apis import Api, Authorizer, Route
from advisor.architecture.nodes.databases import Database, DatabaseInstance, DbProxy
from advisor.architecture.nodes.edge import Distribution
from advisor.architecture.nodes.events import EventBus, EventRule, Pipe, Schedule
from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.functions import Function
from advisor.architecture.nodes.mappings import EventSourceMapping
from advisor.architecture.nodes.messaging import Queue, Subscription, Topic
from advisor.architecture.nodes.observability import NestedStack
from advisor.architecture.nodes.part import Part
from advisor.architecture.nodes.storage import Bucket, DeliveryStream, Stream, Table
from advisor.architecture.nodes.workflows import StateMachine, StateNode
from advisor.records import field, record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.rules.finding import Finding, Severity

MOST_LABELS = 3
"""Labels written on one link; more are counted."""

_ARN = re.compile(r"arn:(?:(?:\$\{[^{}]{1,200}\}|[^:{}$]){0,200}:){4}(.+)\Z", re.DOTALL)
_BARE = frozenset({EdgeKind.INVOKES.value, EdgeKind.STARTS.value})
_HIDDEN = frozenset({EdgeKind.CONTAINS, EdgeKind.USES})
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
# Shown even where nothing leads to or from them: they are what an application is made of.
_MAIN: tuple[type[Node], ...] = (
    Function, StateMachine, Api, Queue, Topic, Table, Bucket, Stream, DeliveryStream,
    EventBus, EventRule, Schedule, Pipe, Database, DbProxy,
)  # fmt: skip

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


@record(eq=False)
class Box:
    """One node of the picture."""

    node: Node
    findings: list[Finding] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    arrivals: int = 0
    """Links that bring events here."""
    readers: int = 0
    """Links that only look at what is here, after which nothing goes on."""

    @property
    def severity(self) -> Severity | None:
        """The gravest of its findings."""
        return max((finding.severity for finding in self.findings), default=None)


@record(eq=False)
class Link:
    """All edges between two nodes that are drawn as one line."""

    source: Box
    target: Box
    labels: list[str] = field(default_factory=list)
    sure: bool = False
    """Whether one of its edges is declared or proved, not only granted or named."""
    reads: bool = True
    """Whether nothing but reading is done over it."""

    @property
    def label(self) -> str:
        """Its labels in one line, the first few of them."""
        more = len(self.labels) - MOST_LABELS
        shown = ", ".join(self.labels[:MOST_LABELS])
        return f"{shown}, {more} more" if more > 0 else shown


@record(frozen=True)
class Flow:
    """The boxes of a picture, in reading order; `hidden` resources are left out as helpers."""

    boxes: tuple[Box, ...]
    roots: tuple[Box, ...]
    hidden: int


def flow_of(
    architecture: Architecture, *, findings: Sequence[Finding] = (), everything: bool = False
) -> Flow:
    """Return what is to be drawn; with `everything` helpers and belonging as well."""
    boxes: dict[str, Box] = {}
    links: dict[tuple[str, str], Link] = {}
    polled = {
        (edge.target.id, edge.source.id)
        for edge in architecture.edges()
        if edge.mode is Mode.POLLED
    }
    for edge in architecture.edges():
        if edge.kind in _HIDDEN and not everything:
            continue
        # What Lambda needs to poll is no reading of the function's own.
        if edge.kind is EdgeKind.READS and (edge.source.id, edge.target.id) in polled:
            continue
        source, target = _shown(architecture, edge.source), _shown(architecture, edge.target)
        if source is target and edge.source is not edge.target:
            continue
        pair = (source.id, target.id)
        if pair not in links:
            for node in (source, target):
                boxes.setdefault(node.id, Box(node))
            links[pair] = Link(boxes[source.id], boxes[target.id])
            boxes[source.id].links.append(links[pair])
        link = links[pair]
        link.reads = link.reads and edge.kind is EdgeKind.READS
        link.sure = link.sure or edge.evidence >= Evidence.PROVED
        label = _label(edge)
        if label and label not in link.labels:
            link.labels.append(label)
    for link in links.values():
        # How it is run says more than that it may be.
        if not _BARE.issuperset(link.labels):
            link.labels = [label for label in link.labels if label not in _BARE]
        if link.reads:
            link.target.readers += 1
        elif link.source is not link.target:
            link.target.arrivals += 1
    unread = _unread_stacks(architecture)
    hidden = 0
    for node in architecture.nodes():
        if node.id in boxes or isinstance(node, (External, Part, StateNode)):
            continue
        if everything or (isinstance(node, _MAIN) and not _belongs(node)) or node in unread:
            boxes[node.id] = Box(node)
        else:
            hidden += 1
    order = {node.id: at for at, node in enumerate(architecture.nodes())}
    sorted_boxes = tuple(sorted(boxes.values(), key=lambda box: order.get(box.node.id, 0)))
    for box in sorted_boxes:
        box.links.sort(key=lambda link: order.get(link.target.node.id, 0))
    _attach(sorted_boxes, findings)
    return Flow(sorted_boxes, roots_of(sorted_boxes), hidden)


def _belongs(node: Node) -> bool:
    """Tell whether a node is a mere part of another that is shown: an instance of a cluster."""
    return isinstance(node, DatabaseInstance) and node.cluster is not None


def _unread_stacks(architecture: Architecture) -> set[Node]:
    """Return the nested stacks whose template is not at hand, so that they hide something."""
    stacks = architecture.all(NestedStack)
    if not stacks:
        return set()
    read = {node.resource.owner for node in architecture.nodes()}
    return {
        stack
        for stack in stacks
        if f"{stack.resource.owner}>{stack.resource.logical_id}" not in read
    }


def _shown(architecture: Architecture, node: Node) -> Node:
    """Return the node that stands for a part in the picture: a rule for its target, and so on."""
    for _ in range(4):
        inner: object = None
        if isinstance(node, Route):
            inner = node.api
        elif isinstance(node, StateNode):
            inner = node.machine
        elif isinstance(node, (EventSourceMapping, Subscription)):
            inner = node.source
        elif isinstance(node, Part):
            inner = node.parent
        if inner is None or inner is node or architecture.node(getattr(inner, "id", "")) is None:
            return node
        node = inner  # type: ignore[assignment]  # the attributes above hold nodes
    return node


def _label(edge: Edge) -> str:
    """Return what stands on the line of an edge."""
    mode = _MODES.get(edge.mode, "") if edge.mode is not None else ""
    if isinstance(edge.declared_by, Route) and edge.kind is not EdgeKind.CONTAINS:
        word = edge.declared_by.label
        return f"{mode} {word}".strip() if mode else f"{_WORDS.get(edge.kind, '')} {word}".strip()
    if edge.kind is EdgeKind.ROUTES or isinstance(edge.declared_by, (Authorizer, Distribution)):
        return edge.via
    if edge.mode is Mode.POLLED:
        size = edge.declared_by.get("BatchSize")
        return f"batch {size}" if isinstance(size, int) else "polled"
    if edge.kind in {EdgeKind.INVOKES, EdgeKind.STARTS}:
        return mode or edge.kind.value
    return _WORDS.get(edge.kind, edge.kind.value)


def _attach(boxes: Iterable[Box], findings: Sequence[Finding]) -> None:
    """Give each finding to the box of its resource."""
    if not findings:
        return
    by_name: dict[tuple[str, str], Box] = {}
    for box in boxes:
        resource = box.node.resource
        by_name.setdefault((resource.owner, resource.shown_id), box)
        by_name.setdefault((box.node.at().path, resource.shown_id), box)
    for finding in findings:
        found = by_name.get((finding.location.path, finding.location.resource or ""))
        if found is not None:
            found.findings.append(finding)


def roots_of(boxes: tuple[Box, ...]) -> tuple[Box, ...]:
    """Return where to start drawing: what nothing leads to, then one box of every closed loop."""
    roots = [box for box in boxes if not box.arrivals and (box.links or not box.readers)]
    # Clients and other things outside come first, as they set everything off.
    roots.sort(key=lambda box: (not isinstance(box.node, External), not box.links))
    seen: set[str] = set()
    pending = list(roots)
    for box in boxes:
        while pending:
            current = pending.pop()
            if current.node.id in seen:
                continue
            seen.add(current.node.id)
            pending.extend(link.target for link in current.links if not link.reads)
        if box.node.id not in seen and (box.links or box.arrivals):
            roots.append(box)
            pending.append(box)
    return tuple(roots)


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
        # Of an ARN what names the resource; what comes before is alike for all.
        match = _ARN.match(node.name)
        return (match[1] if match else node.name) or "?"
    return node.resource.logical_id if node.is_generated else node.name or node.at().path


def note_of(node: Node) -> str:
    """Return the one fact that is written beside a node: a timeout, a schedule, a kind."""
    if isinstance(node, Function):
        return f"{node.timeout} s" if isinstance(node.timeout, int) else ""
    if isinstance(node, (EventRule, Schedule)):
        return node.schedule if isinstance(node.schedule, str) else ""
    if isinstance(node, StateMachine):
        return "express" if node.is_express is True else ""
    return ""


__all__ = ["Box", "Flow", "Link", "flow_of", "note_of", "roots_of", "sign_of", "title_of"]

"""What a picture of an architecture shows: nodes and links in the direction of events."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from advisor.architecture.edges import EdgeKind, Evidence, Mode
from advisor.architecture.nodes.apis import Api, Route
from advisor.architecture.nodes.databases import Database, DatabaseInstance, DbProxy
from advisor.architecture.nodes.events import EventBus, EventRule, Pipe, Schedule
from advisor.architecture.nodes.external import INTERNET, External
from advisor.architecture.nodes.functions import Function
from advisor.architecture.nodes.mappings import EventSourceMapping
from advisor.architecture.nodes.messaging import Queue, Subscription, Topic
from advisor.architecture.nodes.observability import NestedStack
from advisor.architecture.nodes.part import Part
from advisor.architecture.nodes.storage import Bucket, DeliveryStream, Stream, Table
from advisor.architecture.nodes.workflows import StateMachine, StateNode
from advisor.records import field, record
from advisor.reporters.flow_words import label_of, note_of, title_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.rules.finding import Finding, Severity

MOST_LABELS = 3
"""Labels written on one link; more are counted."""

_BARE = frozenset({EdgeKind.INVOKES.value, EdgeKind.STARTS.value})
_HIDDEN = frozenset({EdgeKind.CONTAINS, EdgeKind.USES})
# Shown even where nothing leads to or from them: they are what an application is made of.
_MAIN: tuple[type[Node], ...] = (
    Function, StateMachine, Api, Queue, Topic, Table, Bucket, Stream, DeliveryStream,
    EventBus, EventRule, Schedule, Pipe, Database, DbProxy,
)  # fmt: skip


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
    note: str = ""
    """The facts that are written beside it."""
    stack: str = ""
    """The stack that it is drawn in: its own, or the one that alone names it; "" for none."""

    @property
    def id(self) -> str:
        """What tells it apart from the others; a client is drawn once for each stack."""
        return f"{self.node.id}@{self.stack}" if is_client(self.node) else self.node.id

    @property
    def title(self) -> str:
        """What a reader calls it."""
        return title_of(self.node)

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
        ends = _boxed(source, target)
        pair = (ends[0].id, ends[1].id)
        if pair not in links:
            for box in ends:
                boxes.setdefault(box.id, box)
            links[pair] = Link(boxes[pair[0]], boxes[pair[1]])
            boxes[pair[0]].links.append(links[pair])
        link = links[pair]
        link.reads = link.reads and edge.kind is EdgeKind.READS
        link.sure = link.sure or edge.evidence >= Evidence.PROVED
        label = label_of(edge)
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
            boxes[node.id] = Box(node, stack=node.resource.owner)
        else:
            hidden += 1
    order = {node.id: at for at, node in enumerate(architecture.nodes())}
    sorted_boxes = tuple(sorted(boxes.values(), key=lambda box: order.get(box.node.id, 0)))
    for box in sorted_boxes:
        box.links.sort(key=lambda link: order.get(link.target.node.id, 0))
        box.note = note_of(box.node, architecture)
    _settle(sorted_boxes)
    _attach(sorted_boxes, findings)
    return Flow(sorted_boxes, roots_of(sorted_boxes), hidden)


def is_client(node: Node) -> bool:
    """Tell whether a node is the client out on the network, who is the same for all stacks."""
    return isinstance(node, External) and node.value == INTERNET


def _boxed(source: Node, target: Node) -> tuple[Box, Box]:
    """Return boxes for the ends of a line, a client in the stack of what it calls."""
    owners = source.resource.owner, target.resource.owner
    return (
        Box(source, stack=owners[0] or (owners[1] if is_client(source) else "")),
        Box(target, stack=owners[1] or (owners[0] if is_client(target) else "")),
    )


def _settle(boxes: Iterable[Box]) -> None:
    """Put what lies outside into the stack that alone names it."""
    beside: dict[str, set[str]] = {}
    for box in boxes:
        for link in box.links:
            beside.setdefault(link.source.id, set()).add(link.target.stack)
            beside.setdefault(link.target.id, set()).add(link.source.stack)
    for box in boxes:
        stacks = beside.get(box.id, set())
        if not box.stack and len(stacks) == 1 and not is_client(box.node):
            (box.stack,) = stacks


def stack_names(boxes: Iterable[Box]) -> dict[str, str]:
    """Return the names of the stacks that boxes lie in, {} where there are fewer than two.

    A nested stack is named by the stack around it and its own logical id.
    """
    stacks = list(dict.fromkeys(box.stack for box in boxes if box.stack))
    if len(stacks) <= 1:
        return {}
    files = {stack.partition(">")[0] for stack in stacks}
    folders = Counter(file.rpartition("/")[0] for file in files)
    names = {}
    for stack in stacks:
        file, *inner = stack.split(">")
        folder, _, last = file.rpartition("/")
        # A folder is named by what everybody calls the template in it.
        alone = folders[folder] == 1 and folder and last.startswith("template.")
        names[stack] = " > ".join([folder if alone else file, *inner])
    return names


def joined(flows: Sequence[Flow]) -> Flow:
    """Return several pictures as one."""
    return Flow(
        tuple(box for flow in flows for box in flow.boxes),
        tuple(box for flow in flows for box in flow.roots),
        sum(flow.hidden for flow in flows),
    )


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
            if current.id in seen:
                continue
            seen.add(current.id)
            pending.extend(link.target for link in current.links if not link.reads)
        if box.id not in seen and (box.links or box.arrivals):
            roots.append(box)
            pending.append(box)
    return tuple(roots)


__all__ = ["Box", "Flow", "Link", "flow_of", "is_client", "joined", "roots_of", "stack_names"]

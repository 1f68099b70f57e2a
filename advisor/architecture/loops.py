"""Events that lead a function back to itself: what it writes to ends up by invoking it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from advisor.architecture.calls import call_kind
from advisor.architecture.edges import EdgeKind, Evidence
from advisor.architecture.nodes.events import EventBus, EventRule, Pipe
from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.functions import Function
from advisor.architecture.nodes.mappings import EventSourceMapping
from advisor.architecture.nodes.messaging import Queue, Subscription, Topic
from advisor.architecture.nodes.storage import Bucket, Stream, Table
from advisor.architecture.resolution import SERVICES, kind_of
from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.documents.location import Location
    from advisor.templates.values import Value

MAX_HOPS = 5
"""Hops from what a function writes to back to the function; AWS counts 16 before it stops one."""
MAX_WAYS = 200
"""Ways followed from one node; a topic may have thousands of subscriptions."""

_CARRIERS = (Queue, Topic, EventBus, EventRule, Pipe, Bucket, Table, Stream)
"""What hands on an event by itself. Functions and state machines decide whether they do."""
_FLOW = frozenset({EdgeKind.INVOKES, EdgeKind.FEEDS, EdgeKind.PUBLISHES, EdgeKind.ROUTES})
_OUT = (EdgeKind.PUBLISHES, EdgeKind.WRITES, EdgeKind.INVOKES, EdgeKind.DEAD_LETTERS)

Ways = dict[str, list[tuple["Edge", ...]]]


@record(frozen=True)
class Loop:
    """A way by which a function may set itself off: what it does, and how that comes back."""

    function: Function
    out: Edge
    """From the function; its evidence is that of the loop."""
    way: tuple[Edge, ...]
    """From there back to the function, all of it declared; empty where it invokes itself."""
    is_named: bool = False
    """Whether the function's environment names what it writes to, which only who uses it needs."""

    @property
    def carriers(self) -> tuple[Node, ...]:
        """What lies between the function and itself, in the order in which events pass it."""
        return tuple(edge.source for edge in self.way)

    @property
    def is_destination(self) -> bool:
        """Whether Lambda itself sends on: to a destination or to a dead-letter queue."""
        return self.out.evidence is Evidence.DECLARED

    @property
    def logical_ids(self) -> tuple[str, ...]:
        """The names of the function and of all carriers, which tell one loop from another."""
        return tuple(dict.fromkeys((self.function.name, *(node.name for node in self.carriers))))

    @property
    def back(self) -> str:
        """How events come back to the function, as the end of a sentence about the first node."""
        names = list(dict.fromkeys(node.title for node in self.carriers[1:]))
        over = f" over {' and '.join(repr(name) for name in names)}" if names else ""
        return f"which invokes it again{over}"

    @property
    def places(self) -> list[Location]:
        """The places that declare the loop: what the function does, then each hop back."""
        label = f"'{self.function.name}' may do so: {self.out.via}"
        hops = [
            edge.at(label=f"{edge.via or 'leads'} to '{edge.target.title}'") for edge in self.way
        ]
        return [self.out.at(label=label), *hops]

    @property
    def is_allowed(self) -> bool:
        """Whether the function asks Lambda not to stop it, as only a loop on purpose does."""
        return self.function.recursive_loop == "Allow"

    @property
    def is_filtered(self) -> bool:
        """Whether a filter on the way may keep back what the function itself has written."""
        return any(_has_filter(edge) for edge in self.way)

    @property
    def is_wildcard(self) -> bool:
        """Whether only a wildcard such as `sqs:*` grants it, which says little about the code."""
        return self.out.evidence is Evidence.GRANTED and all(
            action.endswith(":*") for action in self.out.actions
        )


def own_loops(architecture: Architecture) -> list[Loop]:
    """Return the loops of one function each, in reading order.

    A grant counts unless the function's code is at hand and shows that it does no such thing.
    """
    if architecture.found_loops is None:
        architecture.found_loops = _find(architecture)
    return architecture.found_loops


def _find(architecture: Architecture) -> list[Loop]:
    ways: dict[str, Ways] = {}
    found: list[Loop] = []
    for function in architecture.all(Function):
        seen: set[tuple[str, EdgeKind, bool]] = set()
        for edge in architecture.outgoing(function):
            key = (edge.target.id, edge.kind, edge.evidence is Evidence.DECLARED)
            named = edge.evidence is Evidence.REFERENCED
            if key in seen or not (named or edge.kind in _OUT):
                continue
            seen.add(key)
            back = _ways_back(architecture, function, edge, ways)
            if not back:
                continue
            names = architecture.environment_references(function, edge.target)
            for out in _proved(architecture, function, edge):
                found += [Loop(function, out, way, is_named=bool(names)) for way in back]
    return _distinct(found)


def _ways_back(
    architecture: Architecture, function: Function, edge: Edge, ways: dict[str, Ways]
) -> list[tuple[Edge, ...]]:
    target = edge.target
    if target is function:
        return [()] if edge.kind is EdgeKind.INVOKES else []
    if not _carries(target):
        return []
    if target.id not in ways:
        ways[target.id] = _arrivals(architecture, target)
    return ways[target.id].get(function.id, [])


def _proved(architecture: Architecture, function: Function, edge: Edge) -> Iterator[Edge]:
    """Yield the edge with the best evidence, none where the code refutes it."""
    if edge.evidence >= Evidence.PROVED:
        yield edge
        return
    called = [
        call
        for call in architecture.calls(function)
        if call.target is edge.target and call.kind in _OUT
    ]
    if called:
        yield called[0]
    elif edge.evidence is Evidence.GRANTED and not _is_refuted(function, edge):
        declared = architecture.outgoing(function, *_OUT)
        # Permission to write to its own destination a function needs whatever its code does.
        if not any(e.target is edge.target and e.evidence is Evidence.DECLARED for e in declared):
            yield edge


def _is_refuted(function: Function, edge: Edge) -> bool:
    """Tell whether the code is at hand in full and holds no call that could be this one."""
    from advisor.source.facts import Facts

    facts = function.source
    if not isinstance(facts, Facts) or not facts.is_complete:
        return False
    service = SERVICES.get(kind_of(edge.target), "")
    return not any(
        call.service == service
        and call_kind(service, call.operation) is edge.kind
        and not call.presigned
        for call in (*facts.calls, *facts.possible_calls)
    )


def _arrivals(architecture: Architecture, start: Node) -> Ways:
    """Return the ways from a node to the functions that its events set off, by function."""
    found: Ways = {}
    count = 0
    entered = {start.id}
    pending: deque[tuple[Node, tuple[Edge, ...]]] = deque([(start, ())])
    while pending and count < MAX_WAYS:
        node, way = pending.popleft()
        for edge in architecture.outgoing(node):
            target = edge.target
            if edge.evidence is not Evidence.DECLARED or edge.kind not in _FLOW:
                continue
            if not _passes(edge, start) or count >= MAX_WAYS:
                continue
            if isinstance(target, Function):
                count += 1
                found.setdefault(target.id, []).append((*way, edge))
            elif _carries(target) and target.id not in entered and len(way) < MAX_HOPS - 1:
                entered.add(target.id)
                pending.append((target, (*way, edge)))
    return found


def _carries(node: Node) -> bool:
    if isinstance(node, External):
        return node.kind in {"queue", "topic", "bus", "bucket", "table", "stream"}
    return isinstance(node, _CARRIERS)


def _passes(edge: Edge, start: Node) -> bool:
    """Tell whether what came in at `start` may go along an edge.

    Every bus is one node: of all its rules only those count whose pattern may match.
    """
    if edge.declared_by.get("Enabled") is False:
        return False
    if not isinstance(edge.target, EventRule):
        return True
    rule = edge.target
    if rule.enabled is not True:
        return False
    sources = sources_of(rule)
    if edge.kind is EdgeKind.FEEDS:
        return True
    if isinstance(start, Bucket) or kind_of(start) == "bucket":
        # A rule that names buckets is connected to them directly.
        return sources is not None and "aws.s3" in sources and not _names_bucket(rule.pattern)
    return sources is None or not all(
        isinstance(source, str) and source.startswith("aws.") for source in sources
    )


def sources_of(rule: EventRule) -> list[Value] | None:
    """Return the sources that a rule's pattern asks for; None where it asks for none."""
    pattern = rule.pattern
    sources = pattern.get("source") if isinstance(pattern, dict) else []
    if sources is None:
        return None
    return sources if isinstance(sources, list) else []


def _names_bucket(pattern: Value) -> bool:
    detail = pattern.get("detail") if isinstance(pattern, dict) else None
    return isinstance(detail, dict) and "bucket" in detail


def _has_filter(edge: Edge) -> bool:
    node = edge.declared_by
    if isinstance(node, EventSourceMapping):
        return node.filters != []
    if isinstance(node, Subscription):
        return node.filter_policy is not None
    if isinstance(node, Pipe):
        return node.get("SourceParameters", "FilterCriteria") is not None
    return False


def _distinct(loops: list[Loop]) -> list[Loop]:
    """Return one loop for each way, that with the best evidence."""
    best: dict[tuple[object, ...], Loop] = {}
    for loop in loops:
        way = (loop.out, *loop.way)
        key = (loop.function.id, loop.is_destination, *(edge.target.id for edge in way))
        known = best.get(key)
        if known is None or loop.out.evidence > known.out.evidence:
            best[key] = loop
    return list(best.values())


__all__ = ["MAX_HOPS", "Loop", "own_loops", "sources_of"]

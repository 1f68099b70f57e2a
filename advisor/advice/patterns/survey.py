"""One look over the graph that all patterns share: who sends, who reacts, who reads and writes.

Only what can happen counts: no helper edges, nothing that is switched off, no permission that the
code is seen not to use. Of several edges of one kind between two nodes the surest stands for all.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from advisor.architecture.edges import EdgeKind, Evidence, Mode
from advisor.architecture.nodes.apis import Api, Authorizer
from advisor.architecture.nodes.balancers import TargetGroup
from advisor.architecture.nodes.events import EventRule, Pipe, RuleTarget, Schedule
from advisor.architecture.nodes.functions import FunctionUrl
from advisor.architecture.nodes.mappings import EventSourceMapping
from advisor.architecture.resolution import kind_of
from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.nodes.functions import Function
    from advisor.architecture.questions_source import EventPut

_IGNORED = frozenset({EdgeKind.CONTAINS, EdgeKind.USES})
_RUNS = frozenset({EdgeKind.INVOKES, EdgeKind.STARTS})
_HANDS_ON = _RUNS | {EdgeKind.PUBLISHES, EdgeKind.FEEDS, EdgeKind.WRITES}
WORKERS = frozenset({"function", "state-machine", "task", "job", "project", "activity"})
"""Words of `kind_of` for what does work when an event arrives."""
CHANNELS = frozenset({"queue", "topic", "bus", "stream", "delivery-stream"})
"""Words of `kind_of` for what passes messages on."""
STORES = frozenset({"table", "bucket", "db-cluster", "db-instance", "db-proxy", "file-system"})
"""Words of `kind_of` for what keeps data; databases that have no word are told by their type."""
_STORE_TYPES = (
    "AWS::ElastiCache::", "AWS::MemoryDB::", "AWS::OpenSearchService::", "AWS::Elasticsearch::",
    "AWS::Neptune::", "AWS::DocDB::", "AWS::Redshift", "AWS::RDS::", "AWS::Timestream::",
)  # fmt: skip


@record(frozen=True)
class Reaction:
    """What an event sets off: the way from the channel, over a rule or a pipe, to the worker."""

    edges: tuple[Edge, ...]

    @property
    def node(self) -> Node:
        """What reacts."""
        return self.edges[-1].target

    @property
    def rule(self) -> EventRule | None:
        """The rule of EventBridge that it goes over."""
        found = self.edges[0].target
        return found if isinstance(found, EventRule) else None


class Survey:
    """Edges by their ends, as patterns look at them."""

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture
        self._outgoing: dict[str, list[Edge]] = defaultdict(list)
        self._incoming: dict[str, list[Edge]] = defaultdict(list)
        self._reactions: dict[str, list[Reaction]] = {}
        self._puts: dict[str, list[EventPut]] = {}
        for edge in _surest(architecture):
            self._outgoing[edge.source.id].append(edge)
            self._incoming[edge.target.id].append(edge)

    def outgoing(self, node: Node, *kinds: EdgeKind) -> list[Edge]:
        """Return the edges that leave a node."""
        found = self._outgoing.get(node.id, [])
        return [edge for edge in found if edge.kind in kinds] if kinds else found

    def incoming(self, node: Node, *kinds: EdgeKind) -> list[Edge]:
        """Return the edges that arrive at a node."""
        found = self._incoming.get(node.id, [])
        return [edge for edge in found if edge.kind in kinds] if kinds else found

    def senders(self, channel: Node) -> list[Edge]:
        """Return the edges over which messages reach a channel, dead letters not among them."""
        return self.incoming(channel, EdgeKind.PUBLISHES)

    def writers(self, store: Node) -> list[Edge]:
        """Return the edges that write a store."""
        return self.incoming(store, EdgeKind.WRITES)

    def readers(self, store: Node) -> list[Edge]:
        """Return the edges that read a store or hold a connection to it."""
        return self.incoming(store, EdgeKind.READS, EdgeKind.CONNECTS)

    def reactions(self, node: Node) -> list[Reaction]:
        """Return what the templates declare to happen when a message or event arrives."""
        if node.id not in self._reactions:
            self._reactions[node.id] = [
                reaction
                for edge in self.outgoing(node)
                if edge.evidence is Evidence.DECLARED
                for reaction in self._over(edge)
            ]
        return self._reactions[node.id]

    def puts(self, function: Function) -> list[EventPut]:
        """Return the events that a function's code puts on buses."""
        if function.id not in self._puts:
            self._puts[function.id] = list(self.architecture.events_put(function))
        return self._puts[function.id]

    def _over(self, edge: Edge) -> Iterable[Reaction]:
        between = edge.target
        if isinstance(between, (EventRule, Pipe)):
            for onward in self.outgoing(between):
                # An enrichment is asked, it is not what the pipe delivers to.
                if onward.kind in _HANDS_ON and onward.path != ("Enrichment",):
                    yield Reaction((edge, onward))
        elif edge.kind in _HANDS_ON:
            yield Reaction((edge,))

    def fronts(self, worker: Node) -> list[tuple[Edge, ...]]:
        """Return the ways from an API, a balancer or a function URL that waits for a worker."""
        found: list[tuple[Edge, ...]] = []
        for edge in self.incoming(worker, EdgeKind.INVOKES, EdgeKind.STARTS):
            if edge.mode is not Mode.SYNCHRONOUS or edge.evidence is not Evidence.DECLARED:
                continue
            if isinstance(edge.source, TargetGroup):
                before = self.incoming(edge.source, EdgeKind.ROUTES)
                found += [(first, edge) for first in before]
            elif isinstance(edge.source, (Api, FunctionUrl)) and not is_authorizer(edge):
                found.append((edge,))
        return found

    def triggers(self, worker: Node) -> list[Edge]:
        """Return the declared edges by which events, and nobody who waits, set a worker off."""
        return [
            edge
            for edge in self.incoming(worker, EdgeKind.INVOKES, EdgeKind.STARTS)
            if edge.evidence is Evidence.DECLARED
            and not isinstance(edge.source, Api)
            and (edge.mode in {Mode.ASYNCHRONOUS, Mode.POLLED} or isinstance(edge.source, Pipe))
        ]


def is_store(node: Node) -> bool:
    """Tell whether a node keeps data."""
    return kind_of(node) in STORES or node.type.startswith(_STORE_TYPES)


def is_worker(node: Node) -> bool:
    """Tell whether a node does work when it is run."""
    return kind_of(node) in WORKERS


def is_channel(node: Node) -> bool:
    """Tell whether a node passes messages on."""
    return kind_of(node) in CHANNELS


def is_authorizer(edge: Edge) -> bool:
    """Tell whether an API asks a function only who the caller is."""
    return isinstance(edge.declared_by, Authorizer) or edge.via.endswith("authorizer")


def _surest(architecture: Architecture) -> Iterable[Edge]:
    unused = {
        (holder.id, edge.target.id, edge.kind)
        for edge, holders in architecture.unused_grants()
        for holder in holders
    }
    polled = {
        (edge.target.id, edge.source.id)
        for edge in architecture.edges()
        if edge.mode is Mode.POLLED
    }
    found: dict[tuple[object, ...], Edge] = {}
    for edge in architecture.edges():
        key = (edge.source.id, edge.target.id, edge.kind)
        if edge.kind in _IGNORED or edge.evidence < Evidence.GRANTED or _is_off(edge.declared_by):
            continue
        if edge.evidence is Evidence.DECLARED:
            # Each is a connection of its own: two routes, two rules.
            found[*key, edge.declared_by.id, edge.path] = edge
            continue
        if edge.evidence is Evidence.GRANTED and key in unused:
            continue
        # What Lambda needs to poll is no reading of the function's own.
        if edge.kind is EdgeKind.READS and key[:2] in polled:
            continue
        known = found.get(key)
        if known is None or edge.evidence > known.evidence:
            found[key] = edge
    return found.values()


def _is_off(node: Node) -> bool:
    """Tell whether a mapping, rule, schedule or pipe is known to be switched off."""
    if isinstance(node, RuleTarget):
        return node.rule.enabled is False
    if isinstance(node, (EventSourceMapping, EventRule, Schedule)):
        return node.enabled is False
    return isinstance(node, Pipe) and node.is_running is False


__all__ = ["Reaction", "Survey", "is_authorizer", "is_channel", "is_store", "is_worker"]

"""The graph of one architecture in one scenario, and the questions that rules ask of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar, overload

from advisor.architecture.facts import Facts, option_of
from advisor.architecture.nodes import Node

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import networkx as nx

    from advisor.architecture.edges import Edge, EdgeKind
    from advisor.architecture.facts import HasOptions
    from advisor.templates.values import Value

N = TypeVar("N", bound=Node)
T = TypeVar("T")


class Architecture:
    """Nodes and edges with plain indexes; a `networkx.MultiDiGraph` of them on first use."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._by_class: dict[type[Node], list[Node]] = defaultdict(list)
        self._edges: list[Edge] = []
        self._outgoing: dict[str, list[Edge]] = defaultdict(list)
        self._incoming: dict[str, list[Edge]] = defaultdict(list)
        self._graph: nx.MultiDiGraph[str] | None = None
        self.facts = Facts()
        self.options: Mapping[str, Mapping[str, object]] = {}
        """Configured settings by the name of the rule; read with `option`."""

    # --- building -------------------------------------------------------------------------

    def add_node(self, node: Node) -> None:
        """Add a node; an id that is already there is kept as it is."""
        if node.id in self._nodes:
            return
        self._nodes[node.id] = node
        for kind in type(node).__mro__:
            if issubclass(kind, Node):
                self._by_class[kind].append(node)

    def add_edge(self, edge: Edge) -> None:
        """Add an edge between two nodes that are in the graph."""
        self._edges.append(edge)
        self._outgoing[edge.source.id].append(edge)
        self._incoming[edge.target.id].append(edge)

    # --- neighbours -----------------------------------------------------------------------

    def all(self, kind: type[N]) -> list[N]:
        """Return the nodes of a class and its subclasses, in reading order."""
        return self._by_class.get(kind, [])  # type: ignore[return-value]  # filled by class above

    def node(self, id_: str) -> Node | None:
        """Return the node of an id."""
        return self._nodes.get(id_)

    def nodes(self) -> Iterator[Node]:
        """Yield all nodes in reading order."""
        yield from self._nodes.values()

    def edges(self, *kinds: EdgeKind) -> Iterator[Edge]:
        """Yield the edges of some kinds, or all of them."""
        for edge in self._edges:
            if not kinds or edge.kind in kinds:
                yield edge

    def outgoing(self, node: Node, *kinds: EdgeKind) -> list[Edge]:
        """Return the edges that leave a node."""
        return [edge for edge in self._outgoing[node.id] if not kinds or edge.kind in kinds]

    def incoming(self, node: Node, *kinds: EdgeKind) -> list[Edge]:
        """Return the edges that arrive at a node."""
        return [edge for edge in self._incoming[node.id] if not kinds or edge.kind in kinds]

    def node_of(self, value: Value) -> Node | None:
        """Return the node that a value names: a reference, an ARN, a name or a URL; else None."""
        raise NotImplementedError

    @overload
    def option(self, rule: HasOptions, name: str) -> int: ...
    @overload
    def option(self, rule: HasOptions, name: str, kind: type[T]) -> T: ...
    def option(self, rule: HasOptions, name: str, kind: type[object] = int) -> object:
        """Return a setting of a rule: what is configured, else the default that it declares.

        Raises KeyError for a name that the rule does not declare, TypeError for another kind.
        """
        return option_of(self.options, rule, name, kind)

    @property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The same nodes and edges as a networkx graph: ids, with `node` and `edge` attributes."""
        if self._graph is None:
            import networkx as nx

            graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
            for id_, node in self._nodes.items():
                graph.add_node(id_, node=node)
            for edge in self._edges:
                graph.add_edge(edge.source.id, edge.target.id, edge=edge, kind=edge.kind.value)
            self._graph = graph
        return self._graph

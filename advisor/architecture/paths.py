"""Chains and cycles of the graph along edges of one's own choice, bounded in number and length."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node

MAX_CHAINS = 20
"""Chains that are given for one head."""
MAX_CYCLES = 100
"""Cycles that are given for one architecture."""
MAX_HOPS = 50
"""Hops of one chain; AWS stops a chain of functions long before."""


@record(frozen=True)
class Walk:
    """Edges one after the other: a chain, or a cycle whose last edge leads back to the first."""

    edges: tuple[Edge, ...]
    bounded: bool = False
    """Whether there is more than the bounds let through."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes in order; of a cycle the first one stands at both ends."""
        return (self.edges[0].source, *(edge.target for edge in self.edges))


def chains(
    architecture: Architecture,
    follow: Callable[[Edge], bool],
    *,
    among: Iterable[Edge] | None = None,
) -> list[Walk]:
    """Return maximal chains of the edges that `follow` takes, longest first for each head.

    Every hop is in at least one chain. A head is a node that no such edge leads to; in a circle
    without one, the first node in reading order. Of several edges between two nodes the surest
    stands for all. `among` are the edges to choose from where they are not those of the graph.
    """
    hops = _hops(architecture.edges() if among is None else among, follow)
    order = [node.id for node in architecture.nodes() if node.id in hops]
    reached = {target for targets in hops.values() for target in targets}
    heads = [id_ for id_ in order if id_ not in reached]
    covered: set[tuple[str, str]] = set()
    found: list[Walk] = []
    seen: set[str] = set()
    # What no head leads to lies in or behind a circle: its first node opens it.
    for head in [*heads, *order]:
        if head in seen:
            continue
        found += _from(head, hops, covered, seen)
    return found


def cycles(
    architecture: Architecture, follow: Callable[[Edge], bool], *, longest: int = 6
) -> list[Walk]:
    """Return simple cycles of at most `longest` of the edges that `follow` takes.

    Each begins at its first node in reading order.
    """
    hops = _hops(architecture.edges(), follow)
    order = {node.id: index for index, node in enumerate(architecture.nodes())}
    rings = [group for group in _components(hops) if len(group) > 1 or _loops(group[0], hops)]
    if not rings:
        return []
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    for group in rings:
        inside = set(group)
        for id_ in sorted(group, key=order.__getitem__):
            graph.add_edges_from((id_, target) for target in hops[id_] if target in inside)
    rounds = list(islice(nx.simple_cycles(graph, length_bound=longest), MAX_CYCLES + 1))
    found = []
    for ring in rounds[:MAX_CYCLES]:
        start = ring.index(min(ring, key=order.__getitem__))
        ids = [*ring[start:], *ring[:start]]
        edges = tuple(hops[a][b] for a, b in zip(ids, [*ids[1:], ids[0]], strict=True))
        found.append(Walk(edges, bounded=len(rounds) > MAX_CYCLES))
    return sorted(found, key=lambda walk: [order[node.id] for node in walk.nodes])


def _hops(edges: Iterable[Edge], follow: Callable[[Edge], bool]) -> dict[str, dict[str, Edge]]:
    """Return the surest edge from each node to each of its neighbours."""
    hops: dict[str, dict[str, Edge]] = {}
    for edge in edges:
        if not follow(edge):
            continue
        targets = hops.setdefault(edge.source.id, {})
        known = targets.get(edge.target.id)
        if known is None or edge.evidence > known.evidence:
            targets[edge.target.id] = edge
    return hops


def _from(
    head: str,
    hops: dict[str, dict[str, Edge]],
    covered: set[tuple[str, str]],
    seen: set[str],
) -> Iterator[Walk]:
    """Yield chains from one head until every hop behind it is in one of them."""
    parent, finished = _explore(head, hops)
    seen.update(parent)
    tail = _longest(finished, hops)
    count = 0
    # The nearest hops first: the first chain is the longest of all.
    for source in parent:
        for target in sorted(hops.get(source, ()), key=lambda id_: -len(tail[id_])):
            if (source, target) in covered:
                continue
            edges = _back(source, parent, hops)
            on_it = {head, *(edge.target.id for edge in edges)}
            # A hop that closes a circle is the end of its chain.
            for edge in (hops[source][target], *tail[target]):
                edges.append(edge)
                if edge.target.id in on_it:
                    break
                on_it.add(edge.target.id)
            cut = len(edges) > MAX_HOPS
            edges = edges[:MAX_HOPS]
            covered.update((edge.source.id, edge.target.id) for edge in edges)
            covered.add((source, target))
            count += 1
            yield Walk(tuple(edges), bounded=cut or count == MAX_CHAINS)
            if count == MAX_CHAINS:
                return


def _explore(
    head: str, hops: dict[str, dict[str, Edge]]
) -> tuple[dict[str, str | None], list[str]]:
    """Walk all that a head leads to: the parent of each in breadth, the order of leaving them."""
    parent: dict[str, str | None] = {head: None}
    queue = [head]
    for id_ in queue:
        for target in hops.get(id_, ()):
            if target not in parent:
                parent[target] = id_
                queue.append(target)
    finished: list[str] = []
    entered = {head}
    stack = [(head, iter(hops.get(head, ())))]
    while stack:
        id_, targets = stack[-1]
        for target in targets:
            if target not in entered:
                entered.add(target)
                stack.append((target, iter(hops.get(target, ()))))
                break
        else:
            finished.append(id_)
            stack.pop()
    return parent, finished


def _longest(finished: list[str], hops: dict[str, dict[str, Edge]]) -> dict[str, tuple[Edge, ...]]:
    """Return the longest way on from each node; edges back into a circle are left out."""
    ways: dict[str, tuple[Edge, ...]] = {}
    for id_ in finished:
        best: tuple[Edge, ...] = ()
        for target, edge in hops.get(id_, {}).items():
            if target in ways and len(ways[target]) + 1 > len(best):
                best = (edge, *ways[target][: MAX_HOPS - 1])
        ways[id_] = best
    return ways


def _back(id_: str, parent: dict[str, str | None], hops: dict[str, dict[str, Edge]]) -> list[Edge]:
    """Return the way from the head to a node."""
    edges: list[Edge] = []
    before = parent[id_]
    while before is not None:
        edges.append(hops[before][id_])
        id_, before = before, parent[before]
    return edges[::-1]


def _loops(id_: str, hops: dict[str, dict[str, Edge]]) -> bool:
    return id_ in hops.get(id_, ())


def _components(hops: dict[str, dict[str, Edge]]) -> Iterator[list[str]]:
    """Yield the strongly connected components (Tarjan's algorithm, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: dict[str, None] = {}
    for root in hops:
        if root in index:
            continue
        stack = [(root, iter(hops.get(root, ())))]
        index[root] = low[root] = len(index)
        open_[root] = None
        while stack:
            id_, targets = stack[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    open_[target] = None
                    stack.append((target, iter(hops.get(target, ()))))
                    break
                if target in open_:
                    low[id_] = min(low[id_], index[target])
            else:
                stack.pop()
                if stack:
                    low[stack[-1][0]] = min(low[stack[-1][0]], low[id_])
                if low[id_] == index[id_]:
                    group = []
                    while True:
                        member, _ = open_.popitem()
                        group.append(member)
                        if member == id_:
                            break
                    yield group


__all__ = ["MAX_CHAINS", "MAX_CYCLES", "MAX_HOPS", "Walk", "chains", "cycles"]

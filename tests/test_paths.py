"""Chains and cycles: complete, bounded, the same for the same input."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hypothesis import given
from hypothesis import strategies as st

from advisor.architecture.architecture import Architecture
from advisor.architecture.edges import Edge, EdgeKind, Evidence
from advisor.architecture.nodes import Node
from advisor.architecture.paths import MAX_CHAINS, MAX_CYCLES, chains, cycles
from advisor.templates.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.architecture.paths import Walk
    from advisor.templates.view import View

NO_VIEW = cast("View", None)  # paths read no property


def architecture(words: Iterable[str]) -> Architecture:
    """Return a graph of invocations between nodes of one letter; `AB` is a hop from A to B."""
    found = Architecture()
    hops = [(word[0], word[1]) for word in words]
    names = sorted({name for hop in hops for name in hop})
    nodes = {name: Node(Resource("t", name, "Test::Node", {}, ()), NO_VIEW) for name in names}
    for node in nodes.values():
        found.add_node(node)
    for source, target in hops:
        found.add_edge(
            Edge(nodes[source], nodes[target], EdgeKind.INVOKES, Evidence.GRANTED, nodes[source])
        )
    return found


def words(walks: list[Walk]) -> list[str]:
    """Return walks as the names of their nodes."""
    return ["".join(node.name for node in walk.nodes) for walk in walks]


def every(_: Edge) -> bool:
    """Follow all edges."""
    return True


def test_a_chain_is_maximal_and_begins_where_nothing_leads_to() -> None:
    assert words(chains(architecture(["AB", "BC", "CD"]), every)) == ["ABCD"]


def test_the_longest_chain_comes_first_and_every_hop_is_in_one() -> None:
    assert words(chains(architecture(["AB", "AC", "CD", "DB"]), every)) == ["ACDB", "AB"]


def test_a_circle_without_a_head_begins_at_its_first_node() -> None:
    assert words(chains(architecture(["BC", "CA", "AB"]), every)) == ["ABC", "ABCA"]


def test_only_chosen_edges_are_followed_and_the_surest_stands_for_all() -> None:
    graph = architecture(["AB", "BC"])
    a, b = graph.all(Node)[:2]
    proved = Edge(a, b, EdgeKind.INVOKES, Evidence.PROVED, a)
    graph.add_edge(proved)
    (chain,) = chains(graph, lambda edge: edge.source is a)
    assert chain.edges == (proved,)


def test_chains_of_one_head_are_bounded_and_say_so() -> None:
    found = chains(architecture(["A" + chr(ord("B") + index) for index in range(25)]), every)
    assert len(found) == MAX_CHAINS
    assert found[-1].bounded


def test_cycles_are_found_once_and_begin_at_their_first_node() -> None:
    graph = architecture(["CA", "AB", "BC", "BA", "DD", "CE"])
    assert words(cycles(graph, every)) == ["ABA", "ABCA", "DD"]
    assert words(cycles(graph, every, longest=2)) == ["ABA", "DD"]


def test_cycles_are_bounded_and_say_so() -> None:
    names = "ABCDEFGHI"
    found = cycles(architecture([a + b for a in names for b in names if a != b]), every)
    assert len(found) == MAX_CYCLES
    assert found[0].bounded


HOPS = st.text(alphabet="ABCDEFG", min_size=2, max_size=2)


@given(st.lists(HOPS, max_size=14))
def test_every_hop_is_in_a_chain(pairs: list[str]) -> None:
    found = chains(architecture(pairs), every)
    hops = {edge.source.name + edge.target.name for walk in found for edge in walk.edges}
    assert hops == set(pairs)
    for walk in found:
        names = [node.name for node in walk.nodes]
        # Only the hop that closes a circle may meet a node again.
        assert len(set(names[:-1])) == len(names) - 1
        assert all(a.target is b.source for a, b in zip(walk.edges, walk.edges[1:], strict=False))


@given(st.lists(HOPS, max_size=14))
def test_there_is_a_cycle_exactly_where_a_node_reaches_itself(pairs: list[str]) -> None:
    reach = set(pairs)
    for _ in range(7):
        reach |= {way[0] + hop[1] for way in reach for hop in pairs if way[1] == hop[0]}
    found = cycles(architecture(pairs), every, longest=7)
    assert {node.name for walk in found for node in walk.nodes} == {
        way[0] for way in reach if way[0] == way[1]
    }

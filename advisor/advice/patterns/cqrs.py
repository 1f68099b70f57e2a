"""CQRS over streams: writes go to one table, and its stream keeps another store up for reading.

Conditions:

1. The stream of a table is polled (declared, not switched off), and the function that this runs
   writes another store (made in code, or permitted): a table, a bucket, a database, a cache or a
   search domain.
2. An API answers requests from that other store: by itself (declared), or by a function or
   workflow that it waits for and that reads the store (made in code, or permitted).
3. That worker is not the one that the stream runs, and nobody behind an API writes the store that
   is read: where one does or may, the store is a second one and no view of the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.patterns.record import Kind, part, pattern
from advisor.advice.patterns.stream_processor import KIND as STREAM
from advisor.advice.patterns.survey import is_store
from advisor.architecture.edges import EdgeKind, Mode
from advisor.architecture.nodes.apis import Api
from advisor.architecture.nodes.events import Pipe
from advisor.architecture.nodes.mappings import EventSourceMapping
from advisor.architecture.resolution import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.patterns.record import Pattern
    from advisor.advice.patterns.survey import Survey
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node

KIND = Kind(
    name="cqrs",
    title="CQRS over streams",
    summary="what is written and what is read are two stores, and a stream carries the changes",
    references=(
        "https://docs.aws.amazon.com/prescriptive-guidance/latest/modernization-data-persistence/cqrs-pattern.html",
    ),
    asks={
        name: what
        for name, what in STREAM.asks.items()
        if name not in {"stream-readers-share-throughput", "swallowed-exception-in-batch"}
    },
)


def recognise(survey: Survey) -> Iterator[Pattern]:
    """Yield a case for each table whose changes make another store that an API reads."""
    tables = {
        mapping.source.id: mapping.source
        for mapping in _polled(survey)
        if mapping.source is not None and kind_of(mapping.source) == "table"
    }
    reads: dict[str, list[tuple[Edge, ...]] | None] = {}
    for table in tables.values():
        views: dict[str, tuple[list[Edge], list[Edge]]] = {}
        for reaction in survey.reactions(table):
            if reaction.edges[0].mode is not Mode.POLLED:
                continue
            for edge in survey.outgoing(reaction.node, EdgeKind.WRITES, EdgeKind.CONNECTS):
                if is_store(edge.target) and edge.target.id != table.id:
                    made = views.setdefault(edge.target.id, ([], []))
                    made[0].extend(reaction.edges)
                    made[1].append(edge)
        for id_, (stream, writes) in views.items():
            view = writes[0].target
            if id_ not in reads:
                reads[id_] = _reads(survey, view)
            projectors = {edge.source.id for edge in writes}
            ways = [way for way in reads[id_] or () if way[-1].source.id not in projectors]
            if ways:
                yield _case(survey, table, view, stream=stream, writes=writes, ways=ways)


def _polled(survey: Survey) -> list[EventSourceMapping | Pipe]:
    return [*survey.architecture.all(EventSourceMapping), *survey.architecture.all(Pipe)]


def _reads(survey: Survey, view: Node) -> list[tuple[Edge, ...]] | None:
    """Return the ways from APIs to a store that is read; None where an API's worker writes it."""
    for edge in survey.writers(view):
        if isinstance(edge.source, Api) or survey.fronts(edge.source):
            return None
    found: list[tuple[Edge, ...]] = []
    for edge in survey.readers(view):
        if isinstance(edge.source, Api):
            found.append((edge,))
        else:
            found += [(*way, edge) for way in survey.fronts(edge.source)[:1]]
    return found


def _case(
    survey: Survey,
    table: Node,
    view: Node,
    *,
    stream: list[Edge],
    writes: list[Edge],
    ways: list[tuple[Edge, ...]],
) -> Pattern:
    commands = [edge.source for edge in survey.writers(table)]
    return pattern(
        KIND,
        [
            part("written table", [table]),
            part("commands", commands),
            part("projection", [edge.source for edge in writes]),
            part("read store", [view]),
            part("queries", [way[-1].source for way in ways]),
            part("API", [way[0].source for way in ways]),
        ],
        [*stream, *writes, *(edge for way in ways for edge in way)],
    )


__all__ = ["KIND", "recognise"]

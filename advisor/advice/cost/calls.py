"""Links that code makes: what one invocation of a function calls, proved or only granted."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from advisor.advice.cost.amounts import UNKNOWN, Amount
from advisor.advice.cost.events import ASYNCHRONOUS_RETRIES
from advisor.architecture.edges import EdgeKind, Evidence, Mode
from advisor.architecture.nodes import Bucket, EventSourceMapping, External, Function, Pipe, Table
from advisor.source.facts import Facts

if TYPE_CHECKING:
    from advisor.advice.cost.model import Model
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes import Node

_CALLS = frozenset({EdgeKind.INVOKES, EdgeKind.PUBLISHES, EdgeKind.STARTS, EdgeKind.WRITES})


def connect_calls(model: Model, architecture: Architecture) -> None:
    """Add a link for each pair of a function and what it sends events to.

    Calls that the code makes count once for each place in the code; how often a call in a loop
    is made, and whether one is made that there is only a permission for, is unknown.
    """
    heard = _heard(architecture)
    for function in architecture.functions():
        if function.id in model.deployment:
            continue
        pairs: dict[str, list[Edge]] = {}
        for edge in architecture.outgoing(function):
            if edge.kind in _CALLS and edge.evidence in {Evidence.PROVED, Evidence.GRANTED}:
                target = edge.target
                if target.id in heard or not isinstance(target, (Bucket, Table, External)):
                    pairs.setdefault(target.id, []).append(edge)
        for edges in pairs.values():
            _connect(model, function, edges)


def _heard(architecture: Architecture) -> set[str]:
    """Return the ids of tables, buckets and outside things whose changes go on to something."""
    found = {
        mapping.source.id for mapping in architecture.all(EventSourceMapping) if mapping.source
    }
    found |= {pipe.source.id for pipe in architecture.all(Pipe) if pipe.source}
    carrying = (EdgeKind.INVOKES, EdgeKind.FEEDS, EdgeKind.PUBLISHES, EdgeKind.ROUTES)
    for node in (*architecture.all(Bucket), *architecture.all(External)):
        if any(True for _ in architecture.outgoing(node, *carrying)):
            found.add(node.id)
    return found


def _connect(model: Model, function: Function, edges: list[Edge]) -> None:
    target = edges[0].target
    way = model.names.way(function, target)
    proved = [edge for edge in edges if edge.evidence is Evidence.PROVED]
    count, note = _count(function, proved)
    given = model.answers.number("calls", way, note=note, known=count, most=Decimal("1e9"))
    if given is None:
        model.ledger.lack("calls that one invocation makes (calls)", way)
        model.link(function.id, target, UNKNOWN)
        return
    if given == count:
        model.ledger.suppose("each call in a function's code is made once (calls)", way)
    model.link(function.id, target, Amount(given) * _attempts(model, target, proved))


def _count(function: Function, proved: list[Edge]) -> tuple[Decimal | None, str]:
    """Return how many calls one invocation makes as the code has it, and what is known of them."""
    if not proved:
        return None, "calls by one invocation; there is a permission, and no call was found in code"
    places = {_spot(edge) for edge in proved}
    at = ", ".join(sorted(f"{path}:{line}" for path, line in places)[:3])
    looped = {place for place in _looped(function) if place in places}
    if looped:
        return None, f"calls by one invocation; in code in a loop at {at}"
    return Decimal(len(places)), f"calls by one invocation; in code at {at}"


def _spot(edge: Edge) -> tuple[str, int]:
    place = edge.at()
    return place.path, place.span.start.line


def _looped(function: Function) -> set[tuple[str, int]]:
    facts = function.source
    if not isinstance(facts, Facts):
        return set()
    places = [function.in_code(call.place) for call in facts.calls if call.in_loop]
    return {(place.path, place.span.start.line) for place in places}


def _attempts(model: Model, target: Node, proved: list[Edge]) -> Amount:
    if not isinstance(target, Function):
        return Amount(Decimal(1))
    waits = all(edge.mode is not Mode.ASYNCHRONOUS for edge in proved)
    return model.attempts(target, 1 if waits else 1 + ASYNCHRONOUS_RETRIES)


__all__ = ["connect_calls"]

"""Where events come in: everything that carries events and that nothing here makes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from advisor.advice.cost.amounts import UNKNOWN, Amount
from advisor.advice.cost.events import PER_WAY, is_unread, way_id
from advisor.advice.cost.schedules import per_month
from advisor.architecture.edges import EdgeKind, Evidence
from advisor.architecture.nodes import (
    Api,
    Bucket,
    CustomResource,
    EventBus,
    EventRule,
    External,
    Function,
    FunctionUrl,
    GraphqlApi,
    HttpApi,
    Pipe,
    Queue,
    RestApi,
    Route,
    Schedule,
    StateMachine,
    StateNode,
    Stream,
    Table,
    Topic,
)
from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.cost.model import Model
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes import Node

_UNITS: tuple[tuple[type, str], ...] = (
    (Route, "requests"),
    (RestApi, "requests"),
    (HttpApi, "requests"),
    (FunctionUrl, "requests"),
    (GraphqlApi, "operations"),
    (StateMachine, "executions"),
    (Function, "invocations"),
    (Topic, "messages"),
    (Queue, "messages"),
    (Stream, "records"),
    (Table, "changed items"),
    (Bucket, "events"),
    (EventBus, "events"),
    (EventRule, "events that match"),
    (Schedule, "invocations"),
)
_ALWAYS = (Topic, Queue, Stream, StateMachine, EventBus)
"""What costs something even where it goes on to nothing."""
MOST_ENTRIES = 5_000


@record(frozen=True)
class Entry:
    """A place where events come in, and how many in a month."""

    id: str
    name: str
    unit: str
    per_month: Amount


def entries(model: Model) -> list[Entry]:
    """Return the entry points in reading order, and any other place that the file names as one."""
    found: list[Entry] = []
    others: list[tuple[str, Node, str]] = []
    for architecture in model.architectures:
        for node in architecture.nodes():
            for id_, name in _places(model, architecture, node):
                listed = _is_entry(model, node, id_)
                if listed and len(found) < MOST_ENTRIES:
                    found.append(_entry(model, node, id_, name))
                elif not listed and isinstance(
                    node, (*_ALWAYS, Function, EventRule, Bucket, Table)
                ):
                    others.append((id_, node, name))
    for id_, node, name in others:
        given = model.answers.given("entries", name)
        if given is not None:
            found.append(Entry(id_, name, _unit(node), Amount(given)))
    return found


def _places(model: Model, architecture: Architecture, node: Node) -> Iterator[tuple[str, str]]:
    """Yield ids and names of the events of a node; several for what has a rate for each target."""
    if isinstance(node, Api) and not node.routes:
        for edge in filter(is_unread, architecture.outgoing(node)):
            yield way_id(edge), model.names.way(node, edge.target)
    if node.type not in PER_WAY:
        yield node.id, model.names.of(node)
        return
    for edge in architecture.outgoing(node):
        if edge.evidence is Evidence.DECLARED and way_id(edge) in model.links:
            word = next((str(key) for key in edge.path[1:] if not isinstance(key, int)), "")
            yield way_id(edge), f"{model.names.of(node)}.{word or edge.target.title}"


def _is_entry(model: Model, node: Node, id_: str) -> bool:
    if isinstance(node, (CustomResource, StateNode, Pipe)) or id_ in model.deployment:
        return False
    # What the CDK adds for its own purposes runs while a stack is deployed.
    if node.resource.is_cdk_helper:
        return False
    if isinstance(node, Route):
        return node.api is not None and not node.is_preflight
    if isinstance(node, Api) and not isinstance(node, GraphqlApi):
        return id_ != node.id and id_ in model.links
    if id_ in model.fed:
        return False
    if isinstance(node, Queue) and node.is_dead_letter_sink:
        return False
    if isinstance(node, Function):
        return not _is_at_edge(model, node)
    if isinstance(node, External) and node.kind == "client":
        return False
    return id_ in model.links or isinstance(node, _ALWAYS)


def _is_at_edge(model: Model, function: Function) -> bool:
    return any(
        edge.via.startswith("Lambda@Edge")
        for architecture in model.architectures
        for edge in architecture.incoming(function, EdgeKind.INVOKES)
    )


def _entry(model: Model, node: Node, id_: str, name: str) -> Entry:
    known, note = _schedule(model, node, name)
    unit = _unit(node)
    note = f"{unit} a month{note}"
    if isinstance(node, Function):
        note += "; nothing here invokes it"
    given = model.answers.number("entries", name, note=note, known=known)
    if given is None:
        model.ledger.lack("events a month (entries)", name)
        return Entry(id_, name, unit, UNKNOWN)
    return Entry(id_, name, unit, Amount(given))


def _unit(node: Node) -> str:
    if isinstance(node, Route) and node.api is not None and node.api.protocol == "WEBSOCKET":
        return "messages"
    if isinstance(node, EventRule) and node.schedule is not None:
        return "invocations"
    return next((unit for kind, unit in _UNITS if isinstance(node, kind)), "events")


def _schedule(model: Model, node: Node, name: str) -> tuple[Decimal | None, str]:
    """Return how often a schedule fires in a month, and words for it."""
    if not isinstance(node, (EventRule, Schedule)) or node.schedule is None:
        return None, ""
    expression = node.schedule
    if node.enabled is False:
        model.ledger.suppose("a schedule that is switched off never fires", name)
        return Decimal(0), "; it is switched off"
    if not isinstance(expression, str):
        return None, "; its schedule is not known"
    if expression.strip().startswith("at("):
        model.ledger.suppose("a schedule for one moment fires in no month", name)
        return Decimal(0), f"; {expression} fires once"
    known = per_month(expression)
    if known is not None:
        model.ledger.suppose("schedules fire as they say, in a month of 730 hours", name)
    return known, f"; {expression}"


__all__ = ["MOST_ENTRIES", "Entry", "entries"]

"""Questions about who connects to databases, and how many of a function run at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import EdgeKind, Evidence
from advisor.architecture.nodes.databases import DatabaseCluster, DatabaseInstance
from advisor.architecture.nodes.events import EventRule, Schedule
from advisor.architecture.nodes.functions import CustomResource
from advisor.architecture.nodes.mappings import EventSourceMapping
from advisor.architecture.nodes.part import Part
from advisor.architecture.questions import invokers
from advisor.architecture.questions_code import calls
from advisor.source.facts import Facts
from advisor.templates.values import UNKNOWN, Unknown

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.nodes.databases import Database
    from advisor.architecture.nodes.functions import Function

_ONE_AT_A_TIME = "AWS::SecretsManager::RotationSchedule"
_ROTATION = "permission for secretsmanager"


def connections(architecture: Architecture, function: Function) -> list[Edge]:
    """Return an edge to each database or proxy that a function connects to, the surest one.

    Known from its environment, or from its code where an address there leads on to it. Not among
    them are those whose statements go over the Data API, which holds no connection.
    """
    found: dict[str, Edge] = {}
    near = architecture.outgoing(function, EdgeKind.CONNECTS)
    # An address in the code leads to a database only through the environment, which names it.
    in_code = calls(architecture, function) if near else []
    for edge in (*near, *(edge for edge in in_code if edge.kind is EdgeKind.CONNECTS)):
        if edge.actions:
            continue
        known = found.get(edge.target.id)
        if known is None or edge.evidence > known.evidence:
            found[edge.target.id] = edge
    if not found:
        return []
    granted = {
        edge.target.id
        for edge in architecture.outgoing(function, EdgeKind.CONNECTS)
        if edge.actions
    }
    facts = function.source
    by_code = (
        isinstance(facts, Facts)
        and not facts.databases
        and any(call.service == "rds-data" for call in facts.calls)
    )

    def over_https(database: Node) -> bool:
        return by_code or any(node.id in granted for node in _family(database))

    return [
        edge
        for edge in found.values()
        if edge.evidence is Evidence.PROVED or not over_https(edge.target)
    ]


def _family(database: Node) -> list[Node]:
    """Return a database with its cluster or instances."""
    if isinstance(database, DatabaseInstance) and database.cluster is not None:
        return [database, database.cluster]
    if isinstance(database, DatabaseCluster):
        return [database, *database.instances]
    return [database]


def database_users(architecture: Architecture, database: Database) -> list[Edge]:
    """Return the edges of the functions that connect to a database, itself or by a proxy."""
    reached = {node.id for node in (*_family(database), *database.proxies)}
    return [
        edge
        for function in architecture.functions()
        for edge in connections(architecture, function)
        if edge.target.id in reached
    ]


def concurrency_bound(architecture: Architecture, function: Function) -> int | Unknown | None:
    """Return how many of a function run at once at most; None where nothing bounds it.

    Its reserved concurrency, else what invokes it: a schedule, a custom resource and a rotation
    run one at a time, a queue's mapping as many as it is allowed. Unknown where that depends on
    something the files do not tell, such as the shards of a stream.
    """
    reserved = function.reserved_concurrency
    if reserved is not None:
        return reserved
    total = 0
    edges = [edge for edge in invokers(architecture, function) if edge.evidence >= Evidence.PROVED]
    if not edges:
        return None
    unknown = False
    for edge in edges:
        bound = _bound(edge)
        if bound is None:
            return None
        if isinstance(bound, Unknown):
            unknown = True
        else:
            total += bound
    return UNKNOWN if unknown else total


def _bound(edge: Edge) -> int | Unknown | None:
    source = edge.source.parent if isinstance(edge.source, Part) else edge.source
    mapping = edge.declared_by
    if isinstance(mapping, EventSourceMapping):
        if mapping.is_queue:
            return mapping.max_concurrency
        return UNKNOWN
    if isinstance(source, (Schedule, CustomResource)) or source.type == _ONE_AT_A_TIME:
        return 1
    if isinstance(source, EventRule):
        return 1 if source.schedule is not None and source.pattern is None else None
    return 1 if edge.via == _ROTATION else None


__all__ = ["concurrency_bound", "connections", "database_users"]

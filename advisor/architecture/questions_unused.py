"""Which grants and variables of a function its code makes no use of, where all of it is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.calls import call_kind
from advisor.architecture.code_calls import SERVICES_IN_CALLS
from advisor.architecture.edges import EdgeKind, Evidence
from advisor.architecture.questions_source import is_self_contained
from advisor.architecture.resolution import SERVICES, kind_of
from advisor.source.facts import Facts

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.nodes.functions import Function
    from advisor.source.facts import SdkCall

_KINDS = frozenset(
    {EdgeKind.INVOKES, EdgeKind.PUBLISHES, EdgeKind.STARTS, EdgeKind.READS, EdgeKind.WRITES}
)
_BY_EXTENSION = frozenset({"secret", "parameter"})
"""What an extension reads for code that asks it over HTTP."""
_OWN_BUSINESS = frozenset(
    {
        *("cloudwatch", "events", "kinesis", "kms", "lambda", "logs", "s3", "secretsmanager"),
        *("sns", "sqs", "ssm", "stepfunctions", "sts"),
    }
)
"""Services that do not read and write buckets with the rights of whoever calls them."""


def unused_grants(architecture: Architecture) -> list[tuple[Edge, list[Function]]]:
    """Return grants that no function which holds them makes use of, with these functions.

    Only where the code of all of them is seen in full. What Lambda itself needs a grant for
    counts as used: polling a source, sending on what failed.
    """
    groups: dict[tuple[object, ...], list[Edge]] = {}
    for function in architecture.functions():
        for edge in architecture.outgoing(function, *_KINDS):
            if edge.evidence is Evidence.GRANTED:
                key = (edge.declared_by.id, edge.path, edge.target.id, edge.kind)
                groups.setdefault(key, []).append(edge)
    found = []
    for edges in groups.values():
        holders = {edge.source.id: edge.source for edge in edges}
        if not any(_may_use(architecture, edge) for edge in edges):
            found.append((edges[0], list(holders.values())))
    return found  # type: ignore[return-value]  # grants leave functions only


def _may_use(architecture: Architecture, edge: Edge) -> bool:
    function, target = edge.source, edge.target
    facts = getattr(function, "source", None)
    if not isinstance(facts, Facts) or not is_self_contained(facts):
        return True
    if kind_of(target) in _BY_EXTENSION or _is_declared(architecture, function, target):
        return True
    service = SERVICES.get(kind_of(target), "")
    if service == "s3" and any(_hands_on(call) for call in (*facts.calls, *facts.possible_calls)):
        return True
    known = {
        call.place: call.target
        for call in architecture.calls(function)  # type: ignore[arg-type]  # it has facts
        if call.place is not None and _is_of_kind(service, call.via.split()[0], edge.kind)
    }
    if target in known.values():
        return True
    located = function.in_code  # type: ignore[attr-defined]  # it has facts
    for call in (*facts.calls, *facts.possible_calls):
        name = SERVICES_IN_CALLS.get(call.service, call.service)
        if name != service or not _is_of_kind(name, call.operation, edge.kind):
            continue
        places = [call.place, *(entry.place for entry in call.entries)]
        if not any(located(place) in known for place in places):
            return True
    return False


def _hands_on(call: SdkCall) -> bool:
    """Tell whether a service may use the caller's rights on a bucket, as an import does."""
    if call.service == "dynamodb":
        return call.operation.startswith(("Import", "Export"))
    return call.service not in _OWN_BUSINESS


def _is_of_kind(service: str, operation: str, kind: EdgeKind) -> bool:
    """Tell whether an operation is what a grant of a kind is for."""
    if service == "sqs" and kind is EdgeKind.READS:
        # Who receives messages deletes them, maybe in another function.
        return not operation.startswith("SendMessage")
    return call_kind(service, operation) is kind


def _is_declared(architecture: Architecture, function: Node, target: Node) -> bool:
    """Tell whether something in the templates joins the two, in either direction."""
    near = (*architecture.outgoing(function), *architecture.incoming(function))
    return any(
        edge.evidence is Evidence.DECLARED and target in {edge.source, edge.target} for edge in near
    ) or any(
        # What a mapping gives up Lambda sends on with the rights of the function.
        edge.kind is EdgeKind.DEAD_LETTERS and getattr(edge.declared_by, "target", None) is function
        for edge in architecture.incoming(target)
    )


__all__ = ["unused_grants"]

"""IAM grants of specific actions on specific resources to the roles of functions."""

from __future__ import annotations

from collections import defaultdict
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from advisor.architecture.builders.common import bus_of
from advisor.architecture.edges import Edge, EdgeKind, Evidence, Mode
from advisor.architecture.nodes.functions import Function, Version
from advisor.architecture.nodes.identity import ManagedPolicy, Policy, Role
from advisor.architecture.resolution import SERVICES, kind_of, parse_arn
from advisor.records import record
from advisor.templates.values import Reference, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.builders.common import Path
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.nodes.identity import Statement
    from advisor.templates.values import Value

MAX_GRANTS = 50_000
"""Grants of one architecture; the rest is left out, against a role that everything shares."""
MAX_RESOURCES = 500
"""Resources read of one statement."""
_LONGEST_ACTION = 100

_ACTIONS: dict[str, dict[EdgeKind, tuple[str, ...]]] = {
    "lambda": {EdgeKind.INVOKES: ("invokefunction", "invokeasync", "invokefunctionurl")},
    "sqs": {
        EdgeKind.PUBLISHES: ("sendmessage", "sendmessagebatch"),
        EdgeKind.READS: ("receivemessage",),
    },
    "sns": {EdgeKind.PUBLISHES: ("publish", "publishbatch")},
    "events": {EdgeKind.PUBLISHES: ("putevents",)},
    "kinesis": {
        EdgeKind.PUBLISHES: ("putrecord", "putrecords"),
        EdgeKind.READS: ("getrecords", "subscribetoshard"),
    },
    "firehose": {EdgeKind.PUBLISHES: ("putrecord", "putrecordbatch")},
    "states": {EdgeKind.STARTS: ("startexecution", "startsyncexecution")},
    "dynamodb": {
        EdgeKind.WRITES: (
            "putitem",
            "updateitem",
            "deleteitem",
            "batchwriteitem",
            "partiqlinsert",
            "partiqlupdate",
            "partiqldelete",
        ),
        EdgeKind.READS: (
            "getitem",
            "batchgetitem",
            "query",
            "scan",
            "partiqlselect",
            "getrecords",
        ),
    },
    "s3": {
        EdgeKind.WRITES: ("putobject", "deleteobject", "deleteobjectversion"),
        EdgeKind.READS: ("getobject", "getobjectversion", "listbucket"),
    },
    "secretsmanager": {EdgeKind.READS: ("getsecretvalue",)},
    "ecs": {EdgeKind.STARTS: ("runtask",)},
    "batch": {EdgeKind.STARTS: ("submitjob",)},
    "codebuild": {EdgeKind.STARTS: ("startbuild",)},
    # The Data API: statements over HTTPS, which hold no connection.
    "rds-data": {
        EdgeKind.CONNECTS: ("executestatement", "batchexecutestatement", "begintransaction")
    },
}
_OWNERS = {"rds-data": "rds"}
"""The service in a resource's ARN where it is not that of the actions."""
_MODES = {
    "invokeasync": Mode.ASYNCHRONOUS,
    "invokefunctionurl": Mode.SYNCHRONOUS,
    "startexecution": Mode.ASYNCHRONOUS,
    "startsyncexecution": Mode.SYNCHRONOUS,
}
_STREAM_ACTIONS = frozenset({"getrecords"})


@record()
class Grant:
    """What one role may do to one node; actions of several statements are gathered."""

    target: Node
    kind: EdgeKind
    declared_by: Node
    path: Path
    actions: dict[str, None]
    modes: set[Mode | None]
    qualifier: Value


def build(architecture: Architecture) -> None:
    """Add an edge from every function to what its role may act on by name."""
    policies = _policies(architecture)
    grants: dict[str, list[Grant]] = {}
    count = 0
    for function in architecture.all(Function):
        role = architecture.node_of(function.role, "role", function)
        if not isinstance(role, Role):
            continue
        if role.id not in grants:
            held = {policy.id: policy for policy in policies.get(role.id, ())}
            grants[role.id] = _grants(architecture, _statements(role, held.values()))
        for grant in grants[role.id]:
            count += 1
            if count > MAX_GRANTS:
                return
            architecture.add_edge(_edge(function, grant))


def _edge(function: Function, grant: Grant) -> Edge:
    return Edge(
        function,
        grant.target,
        grant.kind,
        Evidence.GRANTED,
        grant.declared_by,
        path=grant.path,
        # Permission to invoke does not tell how; only where one way is granted it does.
        mode=next(iter(grant.modes)) if len(grant.modes) == 1 else None,
        via="IAM grant",
        qualifier=grant.qualifier,
        actions=tuple(grant.actions),
    )


def _policies(architecture: Architecture) -> dict[str, list[Policy]]:
    """Return the policies that are resources of their own, by the role that holds them."""
    policies: dict[str, list[Policy]] = defaultdict(list)
    for policy in architecture.all(Policy):
        roles = policy.roles
        for value in [] if isinstance(roles, Unknown) else roles:
            role = architecture.node_of(value, "role", policy)
            if role is not None:
                policies[role.id].append(policy)
    for role in architecture.all(Role):
        managed = role.managed_policies
        for value in [] if isinstance(managed, Unknown) else managed:
            held = architecture.node_of(value, "policy", role)
            if isinstance(held, ManagedPolicy):
                policies[role.id].append(held)
    return policies


def _statements(role: Role, policies: Iterable[Policy]) -> Iterator[Statement]:
    yield from role.statements()
    for policy in policies:
        yield from policy.statements()


def _grants(architecture: Architecture, statements: Iterable[Statement]) -> list[Grant]:
    found: dict[tuple[str, EdgeKind], Grant] = {}
    for statement in statements:
        if statement.allows is not True:
            continue
        acts = _acts(statement.actions)
        if not acts:
            continue
        for index, value in enumerate(statement.resources[:MAX_RESOURCES]):
            target, qualifier = _target(architecture, value, {act[0] for act in acts}, statement)
            if target is None:
                continue
            service = SERVICES.get(kind_of(target), "")
            # `!Ref` and a single text stand at the property itself, not in a list.
            path = statement.resource_path
            path = (*path, index) if len(statement.resources) > 1 else path
            for act_service, name, kind, written in acts:
                owner = _OWNERS.get(act_service, act_service)
                if owner != service or not _applies(value, service, name):
                    continue
                grant = found.setdefault(
                    (target.id, kind),
                    Grant(target, kind, statement.declared_by, path, {}, set(), qualifier),
                )
                grant.actions[written] = None
                grant.modes.add(_MODES.get(name))
    return list(found.values())


def _acts(actions: Iterable[str]) -> list[tuple[str, str, EdgeKind, str]]:
    """Return what actions do: service, name in lower case, kind of edge, and as written."""
    found = []
    for action in actions:
        service, _, pattern = action[:_LONGEST_ACTION].partition(":")
        service = service.lower()
        written = f"{service}:{pattern}"
        for kind, names in _ACTIONS.get(service, {}).items():
            found += [
                (service, name, kind, written)
                for name in names
                if name == pattern.lower() or fnmatchcase(name, pattern.lower())
            ]
    return found


def _applies(value: Value, service: str, name: str) -> bool:
    """Tell a table's stream from the table: the stream can only be read."""
    if service != "dynamodb":
        return True
    is_stream = isinstance(value, Reference) and value.attribute == "StreamArn"
    return is_stream == (name in _STREAM_ACTIONS)


def _target(
    architecture: Architecture, value: Value, services: set[str], statement: Statement
) -> tuple[Node | None, Value]:
    """Return the one node that a statement's resource names; None for wildcards."""
    declared_by = statement.declared_by
    function, qualifier = architecture.function_of(value, declared_by)
    if function is not None:
        wild = isinstance(qualifier, str) and "*" in qualifier
        return function, None if wild else qualifier
    found = architecture.find(value, near=declared_by)
    if found is not None and not isinstance(found.node, Version):
        return found.node, None
    if found is not None or not _is_specific(value):
        return None, None
    if services == {"events"}:
        return bus_of(architecture, value, declared_by), None
    kind = next((k for k, s in SERVICES.items() if {s} == services), "")
    return architecture.external(value, kind, declared_by=declared_by), None


def _is_specific(value: Value) -> bool:
    """Tell whether a resource is one thing outside the templates rather than a wildcard."""
    if isinstance(value, (Unknown, Reference)):
        return True
    arn = parse_arn(value)
    if arn is None or not arn.kind or not arn.name:
        return False
    return not any(isinstance(part, str) and ("*" in part or "?" in part) for part in arn.name)

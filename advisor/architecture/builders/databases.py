"""Ties databases to their clusters, proxies and secrets, and functions to their databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import Edge, EdgeKind, Evidence
from advisor.architecture.marked import references
from advisor.architecture.nodes.databases import (
    AccessPoint,
    Database,
    DatabaseCluster,
    DatabaseInstance,
    DbProxy,
    FileSystem,
    ProxyEndpoint,
    ProxyTargetGroup,
    SecretAttachment,
    is_address,
)
from advisor.architecture.nodes.functions import Function
from advisor.templates.values import Reference, Unknown, show

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node

_ENVIRONMENT = ("Environment", "Variables")
_CREDENTIALS = ("MasterUserPassword", "MasterUsername", "MasterUserSecret")


def build(architecture: Architecture) -> None:
    """Fill in what belongs together and add the edges."""
    _clusters(architecture)
    _proxies(architecture)
    secrets = _secrets(architecture)
    for function in architecture.all(Function):
        _connections(architecture, function, secrets)
        _file_systems(architecture, function)


def _clusters(architecture: Architecture) -> None:
    members: dict[str, list[DatabaseInstance]] = {}
    for instance in architecture.all(DatabaseInstance):
        cluster = architecture.node_of(instance.get("DBClusterIdentifier"))
        if isinstance(cluster, DatabaseCluster):
            instance.cluster = cluster
            members.setdefault(cluster.id, []).append(instance)
            architecture.add_edge(
                Edge(
                    cluster,
                    instance,
                    EdgeKind.CONTAINS,
                    Evidence.DECLARED,
                    instance,
                    path=("DBClusterIdentifier",),
                )
            )
    for cluster in architecture.all(DatabaseCluster):
        cluster.instances = tuple(members.get(cluster.id, ()))


def _proxies(architecture: Architecture) -> None:
    for group in architecture.all(ProxyTargetGroup):
        proxy = architecture.node_of(group.get("DBProxyName"))
        if not isinstance(proxy, DbProxy):
            continue
        for key in ("DBClusterIdentifiers", "DBInstanceIdentifiers"):
            items = group.items(key)
            for index, item in enumerate(items if isinstance(items, list) else ()):
                database = architecture.node_of(item)
                if not isinstance(database, Database):
                    continue
                proxy.targets = (*proxy.targets, database)
                database.proxies = (*database.proxies, proxy)
                architecture.add_edge(
                    Edge(
                        proxy,
                        database,
                        EdgeKind.CONNECTS,
                        Evidence.DECLARED,
                        group,
                        path=(key, index),
                        via="RDS Proxy",
                    )
                )
    for instance in architecture.all(DatabaseInstance):
        if instance.cluster is not None:
            instance.proxies = (*instance.proxies, *instance.cluster.proxies)


def _secrets(architecture: Architecture) -> dict[str, Database]:
    """Return the databases by the ids of the secrets that hold their credentials."""
    found: dict[str, Database] = {}
    for attachment in architecture.all(SecretAttachment):
        secret = architecture.node_of(attachment.get("SecretId"))
        database = architecture.node_of(attachment.get("TargetId"))
        if secret is not None and isinstance(database, Database):
            found[secret.id] = database
            # Ref of an attachment is the secret's ARN as well.
            found[attachment.id] = database
    for database in architecture.all(Database):
        for key in _CREDENTIALS:
            for reference in references(database.get(key)):
                secret = architecture.node_of(reference)
                if secret is not None and secret.type == "AWS::SecretsManager::Secret":
                    found.setdefault(secret.id, database)
    for id_, database in found.items():
        node = architecture.node(id_)
        if node is not None and node not in database.secrets:
            database.secrets = (*database.secrets, node)
    return found


def _connections(
    architecture: Architecture, function: Function, secrets: dict[str, Database]
) -> None:
    """Add an edge to each database or proxy whose address or secret the environment holds."""
    variables = function.mapping(*_ENVIRONMENT)
    if isinstance(variables, Unknown):
        return
    reached: set[str] = set()
    by_secret: list[tuple[str, Database, Reference]] = []
    for key, value in variables.items():
        for reference in references(value):
            target = _database_of(architecture, reference)
            if target is None:
                continue
            if is_address(reference.attribute):
                if target.id not in reached:
                    reached.add(target.id)
                    _connect(architecture, function, target, key=key, via="environment variable")
            elif isinstance(target, Database) and reference.attribute.startswith(
                "MasterUserSecret"
            ):
                by_secret.append((key, target, reference))
        for reference in references(value):
            node = architecture.node_of(Reference(*reference.resource))
            if node is not None and node.id in secrets:
                by_secret.append((key, secrets[node.id], reference))
    # An address tells where a function connects to; a secret alone only within the network.
    if function.get("VpcConfig") is None:
        return
    # The Data API takes a secret as well, and holds no connection.
    over_https = {
        edge.target.id
        for edge in architecture.outgoing(function, EdgeKind.CONNECTS)
        if edge.evidence is Evidence.GRANTED and edge.actions
    }
    for key, database, reference in by_secret:
        if database.id in over_https:
            continue
        near = {database.id, *(proxy.id for proxy in database.proxies)}
        if isinstance(database, DatabaseInstance) and database.cluster is not None:
            near.add(database.cluster.id)
        if isinstance(database, DatabaseCluster):
            near |= {instance.id for instance in database.instances}
        if near & reached:
            continue
        reached.add(database.id)
        via = f"secret {show(Reference(*reference.resource))} named by environment variable"
        _connect(architecture, function, database, key=key, via=via)


def _database_of(architecture: Architecture, reference: Reference) -> Node | None:
    """Return the database or proxy that an attribute belongs to."""
    node = architecture.node_of(Reference(*reference.resource))
    if isinstance(node, ProxyEndpoint):
        node = architecture.node_of(node.get("DBProxyName"))
    return node if isinstance(node, (Database, DbProxy)) else None


def _connect(
    architecture: Architecture, function: Function, target: Node, *, key: str, via: str
) -> None:
    architecture.add_edge(
        Edge(
            function,
            target,
            EdgeKind.CONNECTS,
            Evidence.REFERENCED,
            function,
            path=(*_ENVIRONMENT, key),
            via=f"{via} {key}",
        )
    )


def _file_systems(architecture: Architecture, function: Function) -> None:
    configs = function.items("FileSystemConfigs")
    for index, _ in enumerate(configs if isinstance(configs, list) else ()):
        target = architecture.node_of(function.get("FileSystemConfigs", index, "Arn"))
        if isinstance(target, AccessPoint):
            target = architecture.node_of(target.get("FileSystemId")) or target
        if isinstance(target, (AccessPoint, FileSystem)):
            architecture.add_edge(
                Edge(
                    function,
                    target,
                    EdgeKind.USES,
                    Evidence.DECLARED,
                    function,
                    path=("FileSystemConfigs", index, "Arn"),
                    via="file system mount",
                )
            )


__all__ = ["build"]

"""A database in one availability zone takes the functions in all zones down with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Cache,
    Confidence,
    Database,
    DatabaseCluster,
    DatabaseInstance,
    Pillar,
    Rule,
    SearchDomain,
    Severity,
    placement,
    zone_count,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, Function, NotJudged

rule = Rule(
    id="DAT003",
    name="single-az-database",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=(DatabaseInstance, DatabaseCluster, Cache, SearchDomain),
    summary="functions depend on a database in one availability zone",
    rationale="""
        Functions run in several availability zones; a database instance without a standby, a
        cluster with one instance and a cache with one node run in one. When that zone is disturbed
        or the instance is replaced, every function that needs it fails until it is back.
        """,
    remediation="""
        Give an instance a standby with `MultiAZ`, an Aurora cluster a second instance in another
        zone, a cache replicas with automatic failover.
        """,
    when_to_ignore="""
        The data can be missed for the time that it takes to restore it, as in development.
        """,
    bad="""
        Resources:
          Orders:  # <-- 'Orders' has nothing to fail over to in another zone
            Type: AWS::RDS::DBInstance
            Properties:
              Engine: postgres
              DBInstanceClass: db.t4g.medium
              AllocatedStorage: "20"
              ManageMasterUserPassword: true
              MasterUsername: orders
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: build/
              ReservedConcurrentExecutions: 10
              Environment:
                Variables:
                  DB_HOST: !GetAtt Orders.Endpoint.Address
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::RDS::DBInstance
            Properties:
              Engine: postgres
              DBInstanceClass: db.t4g.medium
              AllocatedStorage: "20"
              ManageMasterUserPassword: true
              MasterUsername: orders
              MultiAZ: true
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: build/
              ReservedConcurrentExecutions: 10
              Environment:
                Variables:
                  DB_HOST: !GetAtt Orders.Endpoint.Address
        """,
    references=(
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.html",
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html",
    ),
    aggregate="{count} databases that functions depend on are in one zone: {names}",
)

_SOURCES = ("SourceDBInstanceIdentifier", "SourceDBClusterIdentifier")
_MOMENTS = ("RestoreTime", "UseLatestRestorableTime")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    used: dict[str, list[Function]] = {}
    for function in architecture.functions():
        if _is_in_one_zone(architecture, function):
            continue
        for edge in architecture.connections(function):
            target = edge.target
            targets = [target, *getattr(target, "targets", ())]
            for node in targets:
                if isinstance(node, DatabaseInstance) and node.cluster is not None:
                    node = node.cluster  # noqa: PLW2901  # the cluster fails over as a whole
                used.setdefault(node.id, []).append(function)
    for database in architecture.all(Database):
        functions = used.get(database.id, [])
        if functions and database.spans_zones is False and not _is_replica(database):
            yield _finding(database, functions)


def _is_in_one_zone(architecture: Architecture, function: Function) -> bool:
    placed = placement(architecture, function)
    return placed is not None and placed.complete and zone_count(placed.subnets) == 1


def _is_replica(database: Database) -> bool:
    # What is restored from a source to a moment is a database of its own.
    if isinstance(database, DatabaseCluster):
        return database.get("ReplicationSourceIdentifier") is not None
    has_source = any(database.get(key) is not None for key in _SOURCES)
    return has_source and all(database.get(key) is None for key in _MOMENTS)


def _finding(database: Database, functions: list[Function]) -> Finding:
    names = list(dict.fromkeys(function.name for function in functions))
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return rule.finding(
        f"'{database.name}' has nothing to fail over to in another zone",
        at=database.at(),
        related=[function.at(label="depends on it") for function in dict.fromkeys(functions)],
        why=f"when its zone is disturbed, '{names[0]}'{more} cannot work in any zone",
        remediation=_remediation(database),
    )


def _remediation(database: Database) -> str:
    key = "MultiAZ: true"
    if isinstance(database, DatabaseCluster):
        return f"""
<another instance>:
  Type: AWS::RDS::DBInstance
  Properties:
    DBClusterIdentifier: !Ref {database.name}
    Engine: {database.engine if isinstance(database.engine, str) else "<as the cluster>"}
    DBInstanceClass: <as the other>
"""
    if isinstance(database, SearchDomain):
        key = "ClusterConfig: {ZoneAwarenessEnabled: true, InstanceCount: 2}"
    if isinstance(database, Cache):
        key = "MultiAZEnabled: true"
        if not database.type.endswith("ReplicationGroup"):
            return "Use an AWS::ElastiCache::ReplicationGroup with MultiAZEnabled and a replica."
    return f"""
{database.name}:
  Properties:
    {key}
"""

"""More functions at a time than their database takes connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Database,
    DatabaseCluster,
    DatabaseInstance,
    Function,
    Pillar,
    Rule,
    Severity,
    default_connections,
    serverless_connections,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, NotJudged

rule = Rule(
    id="DAT012",
    name="database-connections-exhausted",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=Database,
    summary="functions may open more connections than their database takes",
    rationale="""
        Each execution environment of a function holds a connection of its own, so that the
        concurrency of all functions of a database is the number of its connections. A database
        takes only so many: what its parameter group says, else a number that follows from the
        memory of its instance class, of Aurora Serverless from its largest capacity. Beyond it
        everybody is refused, administrators included.
        """,
    remediation="""
        Put a proxy before the database, or lower the concurrency of the functions, or take a larger
        instance class.
        """,
    when_to_ignore="""
        The functions close their connections early, and never run all at a time.
        """,
    bad="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              ReservedConcurrentExecutions: 200
              VpcConfig: {SecurityGroupIds: [sg-1], SubnetIds: [subnet-1, subnet-2]}
              Environment:
                Variables:
                  DB_HOST: !GetAtt Orders.Endpoint.Address
              Events:
                Api: {Type: HttpApi}
          Orders:  # <-- 'Orders' takes 112 connections, its functions may open 200
            Type: AWS::RDS::DBInstance
            Properties: {Engine: postgres, DBInstanceClass: db.t3.micro, AllocatedStorage: "20"}
        """,
    good="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              ReservedConcurrentExecutions: 20
              VpcConfig: {SecurityGroupIds: [sg-1], SubnetIds: [subnet-1, subnet-2]}
              Environment:
                Variables:
                  DB_HOST: !GetAtt Orders.Endpoint.Address
              Events:
                Api: {Type: HttpApi}
          Orders:
            Type: AWS::RDS::DBInstance
            Properties:
              Engine: postgres
              DBInstanceClass: db.t3.micro
              AllocatedStorage: "20"
              MultiAZ: true
        """,
    references=(
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html",
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Managing.Performance.html",
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-rds.html",
    ),
    # Without a bound on the functions there is nothing to compare: that rule speaks.
    supersedes=("rds-without-proxy",),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for database in architecture.all(Database):
        if isinstance(database, DatabaseInstance) and database.cluster is not None:
            continue
        most = _most(architecture, database)
        if most is None or database.proxies:
            continue
        users = architecture.database_users(database)
        bounds: dict[str, int] = {}
        for edge in users:
            if isinstance(edge.source, Function):
                bound = architecture.concurrency_bound(edge.source)
                if isinstance(bound, int):
                    bounds[edge.source.id] = bound
        # What nothing bounds needs a proxy whatever the database takes.
        if len(bounds) == len({edge.source.id for edge in users}) and sum(bounds.values()) > most:
            yield _finding(database, users, bounds, most)


def _most(architecture: Architecture, database: Database) -> int | None:
    """Return how many connections a database takes at most; None where that is not known."""
    if not isinstance(database, DatabaseCluster) or not database.instances:
        return _most_of(architecture, database, database)
    found = [_most_of(architecture, database, item) for item in database.instances]
    # Any of them may be the writer.
    known = [most for most in found if most is not None]
    return max(known) if len(known) == len(found) else None


def _most_of(architecture: Architecture, database: Database, instance: Database) -> int | None:
    for node, key in (
        (instance, "DBParameterGroupName"),
        (database, "DBClusterParameterGroupName"),
    ):
        name = node.get(key)
        group = architecture.node_of(name)
        if group is not None:
            written = group.number("Parameters", "max_connections")
            if written is not None:
                return written if isinstance(written, int) else None
        elif name is not None and not str(name).startswith("default."):
            return None
    engine = database.engine
    cluster = isinstance(instance, DatabaseCluster)
    size = instance.text("DBClusterInstanceClass" if cluster else "DBInstanceClass")
    if not isinstance(engine, str) or not isinstance(size, str):
        return None
    if size != "db.serverless":
        return default_connections(engine, size)
    capacity = database.capacity if isinstance(database, DatabaseCluster) else None
    return serverless_connections(engine, *capacity) if capacity is not None else None


def _finding(database: Database, users: list[Edge], bounds: dict[str, int], most: int) -> Finding:
    total = sum(bounds.values())
    first = max(users, key=lambda edge: bounds[edge.source.id])
    return rule.finding(
        f"'{database.name}' takes {most} connections, its functions may open {total}",
        at=database.at(label=f"{most} connections at most"),
        related=[
            edge.at(label=f"'{edge.source.name}' runs up to {bounds[edge.source.id]} times")
            for edge in users
        ],
        evidence=min(edge.evidence for edge in users),
        why="once all connections are taken everybody is refused, administrators included",
        remediation=f"""
            {first.source.name}:
              Properties:
                ReservedConcurrentExecutions: {max(1, most * 8 // 10 // len(bounds))}
            # or a proxy: AWS::RDS::DBProxy with AWS::RDS::DBProxyTargetGroup, and its endpoint here
            """,
    )

"""A function that may run a thousand times at once opens a thousand connections to a database."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Database,
    DatabaseCluster,
    DatabaseInstance,
    EdgeKind,
    Function,
    Pillar,
    Rule,
    Severity,
    Subnet,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, NotJudged

rule = Rule(
    id="DAT001",
    name="rds-without-proxy",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=(DatabaseInstance, DatabaseCluster),
    summary="functions connect to a relational database without a proxy or a bound",
    rationale="""
        Every execution environment of a function holds connections of its own, and a burst of
        events starts hundreds of environments. A relational database keeps memory, and a process
        or a thread, for each connection and refuses those beyond its maximum: the
        function then fails, and so does everybody else who uses the database.
        """,
    remediation="""
        Put an RDS proxy between the functions and the database, which shares few connections
        among all of them. Or bound how many of the function run at once, with reserved
        concurrency or the `MaximumConcurrency` of a queue's mapping. An Aurora cluster with the
        Data API takes statements over HTTPS, without connections.
        """,
    when_to_ignore="""
        The function is called so rarely that a handful of connections is the most there will ever
        be, or the database's maximum is far above the account's concurrency.
        """,
    bad="""
        Resources:
          Orders:  # <-- 'Ship' connects to 'Orders' without a proxy
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
              Environment:
                Variables:
                  DB_HOST: !GetAtt Orders.Endpoint.Address
              Events:
                Api:
                  Type: HttpApi
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
          Pool:
            Type: AWS::RDS::DBProxy
            Properties:
              DBProxyName: orders
              EngineFamily: POSTGRESQL
              RoleArn: arn:aws:iam::123456789012:role/proxy
              VpcSubnetIds: [subnet-1, subnet-2]
              Auth:
                - SecretArn: !GetAtt Orders.MasterUserSecret.SecretArn
          PoolTargets:
            Type: AWS::RDS::DBProxyTargetGroup
            Properties:
              DBProxyName: !Ref Pool
              TargetGroupName: default
              DBInstanceIdentifiers: [!Ref Orders]
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: build/
              VpcConfig: {SecurityGroupIds: [sg-1], SubnetIds: [subnet-1, subnet-2]}
              Environment:
                Variables:
                  DB_HOST: !GetAtt Pool.Endpoint
              Events:
                Api:
                  Type: HttpApi
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/services-rds.html",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html",
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.html",
    ),
    # How many of a function may run at once without a word.
    options={"connections": 20},
)

_ONCE = re.compile(r"migrat|seed|bootstrap|schema|initiali[sz]e|rotat", re.IGNORECASE)
"""Names of functions that somebody runs now and then."""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    most = architecture.option(rule, "connections")
    deploying = architecture.deployment_functions()
    connected: dict[str, list[Edge]] = {}
    for function in architecture.functions():
        if function.id in deploying or _ONCE.search(function.name):
            continue
        for edge in architecture.connections(function):
            if isinstance(edge.target, Database):
                connected.setdefault(edge.target.id, []).append(edge)
    for database in architecture.all(Database):
        edges = connected.get(database.id, [])
        if not edges or database.proxies or database.is_relational is False:
            continue
        if isinstance(database.is_relational, Unknown):
            yield rule.not_judged(database, because="its engine is not known")
            continue
        bounds = [(edge, _bound(architecture, edge)) for edge in edges]
        unbounded = [
            (edge, bound)
            for edge, bound in bounds
            if bound is None or (isinstance(bound, int) and bound > most)
        ]
        if unbounded:
            yield _finding(architecture, database, unbounded)
        elif any(isinstance(bound, Unknown) for _, bound in bounds):
            yield rule.not_judged(database, because="how many of its functions run is not known")


def _bound(architecture: Architecture, edge: Edge) -> int | Unknown | None:
    function = edge.source
    return architecture.concurrency_bound(function) if isinstance(function, Function) else None


def _finding(
    architecture: Architecture, database: Database, edges: list[tuple[Edge, int | None]]
) -> Finding:
    (first, bound), *_ = edges
    more = f" and {len(edges) - 1} more" if len(edges) > 1 else ""
    verb = "connect" if more else "connects"
    often = f"{bound} times" if isinstance(bound, int) else "as often as events come in"
    invoked = [edge for edge, _ in edges if architecture.invokers(edge.source)]
    return rule.finding(
        f"'{first.source.name}'{more} {verb} to '{database.name}' without a proxy",
        at=database.at(label="no proxy leads to it"),
        related=[edge.at(label=f"'{edge.source.name}' connects to it") for edge, _ in edges],
        why=f"'{first.source.name}' runs {often} at once, each with a connection of its own,"
        " until the database refuses further ones",
        remediation=_remediation(architecture, database, first),
        confidence=Confidence.MEDIUM if invoked else Confidence.LOW,
        evidence=min(edge.evidence for edge, _ in edges),
    )


def _remediation(architecture: Architecture, database: Database, edge: Edge) -> str:
    function = edge.source
    engine = database.engine if isinstance(database.engine, str) else ""
    cluster = isinstance(database, DatabaseCluster)
    if cluster and database.text("EngineMode") == "serverless":
        return f"""
{database.name}:
  Properties:
    EnableHttpEndpoint: true
# and let {function.name} send its statements through the Data API (rds-data)
"""
    if database.can_have_proxy is not True:
        return f"""
# RDS Proxy does not speak {engine or "its engine"}: bound the function instead
{function.name}:
  Properties:
    ReservedConcurrentExecutions: 20
"""
    family = "POSTGRESQL" if "postgres" in engine else "MYSQL"
    family = "SQLSERVER" if "sqlserver" in engine else family
    key = "DBClusterIdentifiers" if cluster else "DBInstanceIdentifiers"
    proxy = architecture.free_name(f"{database.name}Proxy", near=database)
    group = architecture.free_name(f"{proxy}Targets", near=database)
    variable = next((str(part) for part in edge.path[2:3]), "<the address>")
    return f"""
{proxy}:
  Type: AWS::RDS::DBProxy
  Properties:
    DBProxyName: !Sub ${{AWS::StackName}}-{database.name.lower()[:30]}
    EngineFamily: {family}
    RoleArn: !GetAtt <a role that may read the secret>.Arn
    Auth: [{{SecretArn: {_secret(database)}}}]
    VpcSubnetIds: [{_subnets(architecture, database)}]
{group}:
  Type: AWS::RDS::DBProxyTargetGroup
  Properties:
    DBProxyName: !Ref {proxy}
    TargetGroupName: default
    {key}: [!Ref {database.name}]
{function.name}:
  Properties:
    Environment:
      Variables:
        {variable}: !GetAtt {proxy}.Endpoint
"""


def _secret(database: Database) -> str:
    """Return the secret with the credentials, as far as the template tells which it is."""
    if database.flag("ManageMasterUserPassword") is True:
        return f"!GetAtt {database.name}.MasterUserSecret.SecretArn"
    near = [node for node in database.secrets if node.resource.owner == database.resource.owner]
    return f"!Ref {near[0].name}" if near else "<the secret with the credentials>"


def _subnets(architecture: Architecture, database: Database) -> str:
    """Return the subnets of the database, which are in different zones."""
    group = architecture.node_of(database.get("DBSubnetGroupName"))
    if group is None or group.resource.owner != database.resource.owner:
        return "<two subnets in different zones>"
    found = [edge.target for edge in architecture.outgoing(group, EdgeKind.USES)]
    names = [f"!Ref {node.name}" for node in found if isinstance(node, Subnet)]
    return ", ".join(names) if len(names) > 1 else "<two subnets in different zones>"

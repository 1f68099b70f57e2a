"""A function that connects to a database itself takes the connections that a proxy should share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import Confidence, Database, DbProxy, Pillar, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, Function, NotJudged

rule = Rule(
    id="DAT002",
    name="rds-proxy-bypassed",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=DbProxy,
    summary="function connects to a database past its proxy",
    rationale="""
        A proxy holds connections to the database and shares them among all that connect to it. A
        function that is given the address of the database instead connects past the proxy: it
        takes connections of its own, on top of those that the proxy reserves, and a
        failover reaches it without the proxy's help.
        """,
    remediation="""
        Give the function the endpoint of the proxy, and let the security group of the database
        take connections from the proxy.
        """,
    when_to_ignore="""
        The function needs what a proxy cannot share, such as changes of the schema or locks that
        outlive a transaction, and runs rarely.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::RDS::DBCluster
            Properties: {Engine: aurora-postgresql, ManageMasterUserPassword: true}
          Pool:
            Type: AWS::RDS::DBProxy
            Properties:
              DBProxyName: orders
              EngineFamily: POSTGRESQL
              RoleArn: arn:aws:iam::123456789012:role/proxy
              VpcSubnetIds: [subnet-1, subnet-2]
              Auth: [{SecretArn: !GetAtt Orders.MasterUserSecret.SecretArn}]
          PoolTargets:
            Type: AWS::RDS::DBProxyTargetGroup
            Properties:
              DBProxyName: !Ref Pool
              TargetGroupName: default
              DBClusterIdentifiers: [!Ref Orders]
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: build/
              Environment:
                Variables:
                  DB_HOST: !GetAtt Orders.Endpoint.Address  # <-- 'Ship' connects to 'Orders' past
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::RDS::DBCluster
            Properties: {Engine: aurora-postgresql, ManageMasterUserPassword: true}
          Pool:
            Type: AWS::RDS::DBProxy
            Properties:
              DBProxyName: orders
              EngineFamily: POSTGRESQL
              RoleArn: arn:aws:iam::123456789012:role/proxy
              VpcSubnetIds: [subnet-1, subnet-2]
              Auth: [{SecretArn: !GetAtt Orders.MasterUserSecret.SecretArn}]
          PoolTargets:
            Type: AWS::RDS::DBProxyTargetGroup
            Properties:
              DBProxyName: !Ref Pool
              TargetGroupName: default
              DBClusterIdentifiers: [!Ref Orders]
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
        """,
    references=("https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html",),
)

# Schema changes and the like are better made without a proxy.
_ONCE = re.compile(r"migrat|seed|bootstrap|schema|initiali[sz]e|rotat|admin", re.IGNORECASE)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    if not architecture.all(DbProxy):
        return
    deploying = architecture.deployment_functions()
    for function in architecture.functions():
        if function.id in deploying or _ONCE.search(function.name):
            continue
        edges = architecture.connections(function)
        # Who has both addresses may use each for what it is good for.
        if any(isinstance(edge.target, DbProxy) for edge in edges):
            continue
        for edge in edges:
            if isinstance(edge.target, Database) and edge.target.proxies and _is_address(edge):
                yield _finding(function, edge, edge.target)


def _is_address(edge: Edge) -> bool:
    # A secret holds the credentials that a proxy asks for as well.
    return not edge.via.startswith("secret")


def _finding(function: Function, edge: Edge, database: Database) -> Finding:
    proxy = database.proxies[0]
    variable = str(edge.path[-1]) if edge.path else "<the address>"
    return rule.finding(
        f"'{function.name}' connects to '{database.name}' past its proxy '{proxy.name}'",
        at=edge.at(label="the database's own address"),
        related=[proxy.at(label="the proxy that leads there")],
        why="its connections come on top of those that the proxy shares among all others",
        remediation=f"""
{function.name}:
  Properties:
    Environment:
      Variables:
        {variable}: !GetAtt {proxy.name}.Endpoint
""",
        evidence=edge.evidence,
        about=[function.name, database.name],
    )

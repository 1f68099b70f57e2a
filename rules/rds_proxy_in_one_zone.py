"""An RDS proxy in too few zones, or in another VPC than its database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, DbProxy, Pillar, Rule, Severity, SubnetGroup, placement, zone_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Database, Finding, NotJudged

rule = Rule(
    id="DAT011",
    name="rds-proxy-in-one-zone",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=DbProxy,
    summary="RDS proxy has subnets in one zone only, or in another VPC than its database",
    rationale="""
        RDS Proxy takes subnets in two availability zones or more, in the VPC of the database, and
        is refused otherwise.
        """,
    remediation="""
        Give the proxy the subnets of the database's subnet group.
        """,
    when_to_ignore="""
        Never: the deployment fails.
        """,
    bad="""
        Resources:
          Pool:
            Type: AWS::RDS::DBProxy
            Properties:
              DBProxyName: pool
              EngineFamily: POSTGRESQL
              RoleArn: arn:aws:iam::123456789012:role/pool
              VpcSubnetIds: [!Ref One, !Ref Two]  # <-- 'Pool' has subnets in one zone only
              Auth: [{SecretArn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db"}]
          One:
            Type: AWS::EC2::Subnet
            Properties:
              VpcId: vpc-0123456789abcdef0
              CidrBlock: 10.0.1.0/24
              AvailabilityZone: eu-west-1a
          Two:
            Type: AWS::EC2::Subnet
            Properties:
              VpcId: vpc-0123456789abcdef0
              CidrBlock: 10.0.2.0/24
              AvailabilityZone: eu-west-1a
        """,
    good="""
        Resources:
          Pool:
            Type: AWS::RDS::DBProxy
            Properties:
              DBProxyName: pool
              EngineFamily: POSTGRESQL
              RoleArn: arn:aws:iam::123456789012:role/pool
              VpcSubnetIds: [!Ref One, !Ref Two]
              Auth: [{SecretArn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db"}]
          One:
            Type: AWS::EC2::Subnet
            Properties:
              VpcId: vpc-0123456789abcdef0
              CidrBlock: 10.0.1.0/24
              AvailabilityZone: eu-west-1a
          Two:
            Type: AWS::EC2::Subnet
            Properties:
              VpcId: vpc-0123456789abcdef0
              CidrBlock: 10.0.2.0/24
              AvailabilityZone: eu-west-1b
        """,
    references=(
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-setup.html",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html",
    ),
)

_PATH = "VpcSubnetIds"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for proxy in architecture.all(DbProxy):
        placed = placement(architecture, proxy)
        if placed is None:
            continue
        if not placed.complete or not placed.subnets:
            yield rule.not_judged(proxy, because="its subnets are not in the templates")
            continue
        if zone_count(placed.subnets) == 1:
            yield rule.finding(
                f"'{proxy.name}' has subnets in one zone only",
                at=proxy.at(_PATH, label="two zones are needed"),
                related=[
                    subnet.at("AvailabilityZone", label=f"the zone of '{subnet.name}'")
                    for subnet in placed.subnets
                ],
                why="RDS refuses the proxy, and with it the deployment",
                remediation=f"""
                    {proxy.name}:
                      Properties:
                        {_PATH}: [!Ref {placed.subnets[0].name}, <a subnet in another zone>]
                    """,
            )
            continue
        own = {subnet.vpc.id for subnet in placed.subnets if subnet.vpc is not None}
        for database in proxy.targets:
            other = _vpcs(architecture, database)
            if len(own) == len(other) == 1 and own != other:
                yield rule.finding(
                    f"'{proxy.name}' is in another VPC than '{database.name}'",
                    at=proxy.at(_PATH, label="subnets of another VPC"),
                    related=[database.at("DBSubnetGroupName", label="where the database is")],
                    why="a proxy reaches databases of its own VPC only, and is refused otherwise",
                    remediation=f"""
                        {proxy.name}:
                          Properties:
                            {_PATH}: [<subnets of the VPC of {database.name}>]
                        """,
                )


def _vpcs(architecture: Architecture, database: Database) -> set[str]:
    """Return the ids of the VPCs of a database's subnets, as far as they are known."""
    group = architecture.node_of(database.get("DBSubnetGroupName"))
    placed = placement(architecture, group) if isinstance(group, SubnetGroup) else None
    if placed is None or not placed.complete:
        return set()
    return {subnet.vpc.id for subnet in placed.subnets if subnet.vpc is not None}

"""A function that connects to a database which its network does not lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Cache,
    Confidence,
    DatabaseCluster,
    DatabaseInstance,
    DbProxy,
    Evidence,
    Fix,
    Function,
    Pillar,
    Rule,
    SearchDomain,
    Severity,
    Unknown,
    allows,
    connection_port,
    groups_of,
    placement,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Data, Edge, Finding, Node, NotJudged, SecurityGroup, Subnet

rule = Rule(
    id="DAT010",
    name="unreachable-database",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function connects to a database that it cannot reach",
    rationale="""
        A database, cache or proxy without a public address is there for its VPC alone: a function
        that is attached to no VPC never gets a connection. Within the VPC the security group of the
        database decides: where it does not let the function in on its port, every attempt hangs
        until the function times out, without any message that would say why.
        """,
    remediation="""
        Attach the function to the VPC of the database, and let its security group in on the port of
        the database.
        """,
    when_to_ignore="""
        The function only passes the address on, or another stack opens the group.
        """,
    bad="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              ReservedConcurrentExecutions: 10
              Environment:
                Variables:
                  CACHE: !GetAtt Sessions.RedisEndpoint.Address  # <-- 'Ship' is in no VPC
          Sessions:
            Type: AWS::ElastiCache::CacheCluster
            Properties: {Engine: redis, CacheNodeType: cache.t4g.micro, NumCacheNodes: 1}
        """,
    good="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              ReservedConcurrentExecutions: 10
              VpcConfig:
                SecurityGroupIds: [!Ref ShipGroup]
                SubnetIds: [subnet-0123456789abcdef0, subnet-0fedcba9876543210]
              Environment:
                Variables:
                  CACHE: !GetAtt Sessions.PrimaryEndPoint.Address
          ShipGroup:
            Type: AWS::EC2::SecurityGroup
            Properties: {VpcId: vpc-0123456789abcdef0, GroupDescription: the function}
          CacheGroup:
            Type: AWS::EC2::SecurityGroup
            Properties:
              VpcId: vpc-0123456789abcdef0
              GroupDescription: the cache
              SecurityGroupIngress:
                - IpProtocol: tcp
                  FromPort: 6379
                  ToPort: 6379
                  SourceSecurityGroupId: !Ref ShipGroup
          Sessions:
            Type: AWS::ElastiCache::ReplicationGroup
            Properties:
              ReplicationGroupDescription: sessions
              Engine: redis
              CacheNodeType: cache.t4g.micro
              NumCacheClusters: 2
              AutomaticFailoverEnabled: true
              MultiAZEnabled: true
              SecurityGroupIds: [!Ref CacheGroup]
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/services-rds.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    outside: dict[object, list[Edge]] = {}
    refused: dict[object, list[tuple[Edge, SecurityGroup, SecurityGroup, int]]] = {}
    for function in architecture.functions():
        inside = function.in_vpc
        if isinstance(inside, Unknown):
            continue
        for edge in architecture.connections(function):
            target = _listening(edge.target)
            if not inside:
                if _is_private(target):
                    place = edge.at()
                    outside.setdefault((place.path, place.pointer, place.span), []).append(edge)
                continue
            port = connection_port(target)
            groups, own = groups_of(architecture, target), groups_of(architecture, function)
            if isinstance(groups, Unknown) or isinstance(own, Unknown) or not groups or not own:
                continue
            placed = placement(architecture, function)
            subnets = placed.subnets if placed is not None and placed.complete else ()
            if isinstance(port, int) and _is_closed(architecture, groups, own, subnets, port=port):
                found = (edge, groups[0], own[0], port)
                refused.setdefault((groups[0].id, target.id, port), []).append(found)
    for edges in outside.values():
        yield _outside(edges)
    for items in refused.values():
        yield _refused(architecture, items)


def _listening(node: Node) -> Node:
    """Return what the security groups are set for: of an instance in a cluster the cluster."""
    if isinstance(node, DatabaseInstance) and node.cluster is not None:
        return node.cluster
    return node


def _is_private(node: Node) -> bool:
    """Tell whether a database surely has no public address."""
    if isinstance(node, (Cache, DbProxy)):
        return True
    if isinstance(node, SearchDomain):
        return node.get("VPCOptions") is not None
    if isinstance(node, DatabaseInstance):
        return node.is_public is False
    if isinstance(node, DatabaseCluster):
        if node.get("PubliclyAccessible") is False:
            return True
        return bool(node.instances) and all(item.is_public is False for item in node.instances)
    return node.get("PubliclyAccessible") is False


def _is_closed(
    architecture: Architecture,
    groups: Sequence[SecurityGroup],
    own: Sequence[SecurityGroup],
    subnets: Sequence[Subnet],
    *,
    port: int,
) -> bool:
    """Tell whether no group lets the function in, and none is there for others to add to."""
    return all(
        allows(architecture, group, port=port, groups=own, subnets=subnets) is False
        and not architecture.is_exported(group)
        for group in groups
    )


def _outside(edges: Sequence[Edge]) -> Finding:
    edge = edges[0]
    function = edge.source
    more = f" and {len(edges) - 1} more are" if len(edges) > 1 else " is"
    return rule.finding(
        f"'{function.name}'{more} in no VPC, '{edge.target.name}' has no public address",
        at=edge.at(label=f"the way to '{edge.target.name}'"),
        related=[
            edge.target.at(label="reached from its VPC only"),
            *(item.source.at(label="no VpcConfig") for item in edges),
        ],
        severity=Severity.ERROR if edge.evidence >= Evidence.PROVED else Severity.WARNING,
        evidence=edge.evidence,
        about=[function.name, edge.target.name],
        why="the function never gets a connection: every attempt hangs until it times out",
        remediation=f"""
            {function.name}:
              Properties:
                VpcConfig:
                  SubnetIds: [<subnets of the VPC of {edge.target.name}>]
                  SecurityGroupIds: [<a group that {edge.target.name} lets in>]
            """,
    )


def _refused(
    architecture: Architecture,
    items: Sequence[tuple[Edge, SecurityGroup, SecurityGroup, int]],
) -> Finding:
    edge, group, own, port = items[0]
    function, name = edge.source.name, edge.target.name
    more = f" and {len(items) - 1} more" if len(items) > 1 else ""
    return rule.finding(
        f"'{group.name}' does not let '{function}'{more} in to '{name}' on port {port}",
        at=group.at(label=f"not open to '{function}' on port {port}"),
        related=[
            edge.target.at(label="is in this group"),
            *(item[0].at(label=f"'{item[0].source.name}' connects to it") for item in items),
        ],
        severity=Severity.WARNING,
        evidence=edge.evidence,
        about=[group.name, name],
        why="every attempt to connect hangs until the function times out",
        remediation=f"""
            {group.name}From{function}:
              Type: AWS::EC2::SecurityGroupIngress
              Properties:
                GroupId: !GetAtt {group.name}.GroupId
                IpProtocol: tcp
                FromPort: {port}
                ToPort: {port}
                SourceSecurityGroupId: !GetAtt {own.name}.GroupId
            """,
        fix=_fix(architecture, group, own, port, function=items[0][0].source),
    )


def _fix(
    architecture: Architecture, group: SecurityGroup, own: SecurityGroup, port: int, function: Node
) -> Fix | None:
    if group.resource.owner != own.resource.owner:
        return None
    name = architecture.free_name(f"{group.name}From{function.name}", near=group)
    properties: dict[str, Data] = {
        "GroupId": {"Fn::GetAtt": [group.name, "GroupId"]},
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "SourceSecurityGroupId": {"Fn::GetAtt": [own.name, "GroupId"]},
    }
    body: dict[str, Data] = {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": properties}
    change = group.new_sibling(name, body)
    return None if change is None else Fix(f"Let '{function.name}' in", (change,))

"""Questions about security groups: which something has, and what these let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.databases import (
    Cache,
    DatabaseCluster,
    DatabaseInstance,
    DbProxy,
)
from advisor.architecture.nodes.network import SecurityGroup, port_range
from advisor.templates.values import UNKNOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.nodes.network import Subnet
    from advisor.templates.values import Value

GROUPS: dict[str, tuple[str, ...]] = {
    "AWS::Lambda::Function": ("VpcConfig", "SecurityGroupIds"),
    "AWS::RDS::DBInstance": ("VPCSecurityGroups",),
    "AWS::RDS::DBCluster": ("VpcSecurityGroupIds",),
    "AWS::RDS::DBProxy": ("VpcSecurityGroupIds",),
    "AWS::ElastiCache::ReplicationGroup": ("SecurityGroupIds",),
    "AWS::ElastiCache::CacheCluster": ("VpcSecurityGroupIds",),
    "AWS::ElastiCache::ServerlessCache": ("SecurityGroupIds",),
    "AWS::MemoryDB::Cluster": ("SecurityGroupIds",),
    "AWS::Redshift::Cluster": ("VpcSecurityGroupIds",),
    "AWS::RedshiftServerless::Workgroup": ("SecurityGroupIds",),
    "AWS::DocDB::DBCluster": ("VpcSecurityGroupIds",),
    "AWS::Neptune::DBCluster": ("VpcSecurityGroupIds",),
    "AWS::OpenSearchService::Domain": ("VPCOptions", "SecurityGroupIds"),
    "AWS::Elasticsearch::Domain": ("VPCOptions", "SecurityGroupIds"),
    "AWS::EC2::VPCEndpoint": ("SecurityGroupIds",),
    "AWS::EFS::MountTarget": ("SecurityGroups",),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("SecurityGroups",),
    "AWS::ECS::Service": ("NetworkConfiguration", "AwsvpcConfiguration", "SecurityGroups"),
}
"""The property that holds the security groups, by type."""


_PROXY_PORTS = {"MYSQL": 3306, "POSTGRESQL": 5432, "SQLSERVER": 1433}
"""RDS Proxy listens where its engine does."""


def connection_port(node: Node) -> int | Unknown | None:
    """Return the port on which a database, cache or proxy listens; None where none is known."""
    if isinstance(node, DbProxy):
        family = node.engine_family
        return _PROXY_PORTS.get(family) if isinstance(family, str) else None
    return node.port if isinstance(node, (Cache, DatabaseInstance, DatabaseCluster)) else None


def groups_of(architecture: Architecture, node: Node) -> tuple[SecurityGroup, ...] | Unknown:
    """Return the security groups of a node; Unknown where one is not in the architecture."""
    path = GROUPS.get(node.type)
    items = node.items(*path) if path is not None else UNKNOWN
    if isinstance(items, Unknown):
        return items
    found = [architecture.node_of(item) for item in items]
    groups = tuple(item for item in found if isinstance(item, SecurityGroup))
    return groups if len(groups) == len(items) else UNKNOWN


def allows(
    architecture: Architecture,
    group: SecurityGroup,
    *,
    port: int,
    groups: Sequence[SecurityGroup] = (),
    subnets: Sequence[Subnet] = (),
) -> bool | Unknown:
    """Tell whether a group lets TCP traffic to `port` in from something in groups and subnets."""
    rules = group.rules("ingress")
    if isinstance(rules, Unknown):
        return rules
    return _allow(architecture, rules, port, groups, subnets)


def lets_out(
    architecture: Architecture,
    group: SecurityGroup,
    *,
    port: int,
    groups: Sequence[SecurityGroup] = (),
    subnets: Sequence[Subnet] = (),
) -> bool | Unknown:
    """Tell whether a group lets TCP traffic out to `port` of something in groups and subnets.

    The rule that lets everything out goes once the group itself writes one.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
    """
    rules, inline = group.rules("egress"), group.items("SecurityGroupEgress")
    if isinstance(rules, Unknown) or not inline:
        return rules if isinstance(rules, Unknown) else True
    return _allow(architecture, rules, port, groups, subnets)


def _allow(
    architecture: Architecture,
    rules: Sequence[Value],
    port: int,
    groups: Sequence[SecurityGroup],
    subnets: Sequence[Subnet],
) -> bool | Unknown:
    unsure = False
    for rule in rules:
        ports = port_range(rule)
        if isinstance(ports, Unknown):
            unsure = True
            continue
        if ports is None or not ports[0] <= port <= ports[1]:
            continue
        answer = _meets(architecture, rule, groups, subnets)
        if answer is True:
            return True
        unsure = unsure or isinstance(answer, Unknown)
    return UNKNOWN if unsure else False


def _meets(
    architecture: Architecture,
    rule: Value,
    groups: Sequence[SecurityGroup],
    subnets: Sequence[Subnet],
) -> bool | Unknown:
    """Tell whether the other end of a rule covers one of some groups, or all of some subnets."""
    if not isinstance(rule, dict):
        return UNKNOWN
    for key in ("SourceSecurityGroupId", "SourceSecurityGroupName", "DestinationSecurityGroupId"):
        value = rule.get(key)
        if value is not None:
            source = architecture.node_of(value)
            if source is None:
                return UNKNOWN
            return any(source is item for item in groups)
    if rule.get("SourcePrefixListId") or rule.get("DestinationPrefixListId"):
        return UNKNOWN
    block = rule.get("CidrIp")
    if block is None:
        # IPv6 alone says nothing of an IPv4 address.
        return False if rule.get("CidrIpv6") is not None else UNKNOWN
    return _covers(architecture, block, subnets)


def _covers(architecture: Architecture, block: Value, subnets: Sequence[Subnet]) -> bool | Unknown:
    if block == "0.0.0.0/0":
        return True
    source = architecture.node_of(block)
    if source is not None and subnets:
        return all(subnet.vpc is source or subnet is source for subnet in subnets)
    if not isinstance(block, str) or not subnets:
        return UNKNOWN
    import ipaddress  # most runs ask nothing of blocks

    try:
        network = ipaddress.ip_network(block, strict=False)
    except ValueError:
        return UNKNOWN
    for subnet in subnets:
        cidr = subnet.cidr
        if not isinstance(cidr, str):
            return UNKNOWN
        try:
            inner = ipaddress.ip_network(cidr, strict=False)
        except ValueError:
            return UNKNOWN
        if not (isinstance(inner, type(network)) and inner.subnet_of(network)):  # type: ignore[arg-type]  # same class as network
            return False
    return True


__all__ = ["GROUPS", "allows", "connection_port", "groups_of", "lets_out"]

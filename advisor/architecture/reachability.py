"""Questions about the network: zones, public subnets, ways out, endpoints.

Every answer may be Unknown: much of a network is usually declared in another stack.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.architecture.nodes.network import NatGateway, Subnet, VpcEndpoint
from advisor.records import record
from advisor.templates.values import UNKNOWN, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.nodes.functions import Function
    from advisor.templates.values import Value

SUBNETS: dict[str, tuple[str, ...]] = {
    "AWS::Lambda::Function": ("VpcConfig", "SubnetIds"),
    "AWS::Lambda::CapacityProvider": ("VpcConfig", "SubnetIds"),
    "AWS::RDS::DBSubnetGroup": ("SubnetIds",),
    "AWS::RDS::DBProxy": ("VpcSubnetIds",),
    "AWS::ElastiCache::SubnetGroup": ("SubnetIds",),
    "AWS::ElastiCache::ServerlessCache": ("SubnetIds",),
    "AWS::MemoryDB::SubnetGroup": ("SubnetIds",),
    "AWS::Redshift::ClusterSubnetGroup": ("SubnetIds",),
    "AWS::RedshiftServerless::Workgroup": ("SubnetIds",),
    "AWS::DocDB::DBSubnetGroup": ("SubnetIds",),
    "AWS::Neptune::DBSubnetGroup": ("SubnetIds",),
    "AWS::OpenSearchService::Domain": ("VPCOptions", "SubnetIds"),
    "AWS::Elasticsearch::Domain": ("VPCOptions", "SubnetIds"),
    "AWS::EC2::VPCEndpoint": ("SubnetIds",),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("Subnets",),
    "AWS::ECS::Service": ("NetworkConfiguration", "AwsvpcConfiguration", "Subnets"),
    "AWS::MSK::Cluster": ("BrokerNodeGroupInfo", "ClientSubnets"),
}
"""The property that holds the subnets, by type."""

_SELECT = re.compile(r'Fn::Select \["?([0-9]{1,6})"?,(.*)\]', re.DOTALL)
_OWN_REGION = re.compile(r'Fn::GetAZs (?:\\*"\\*"|.*AWS::Region)', re.DOTALL)


@record(frozen=True)
class Placement:
    """The subnets of something; `complete` where every one of them is in the architecture."""

    subnets: tuple[Subnet, ...]
    complete: bool


def placement(architecture: Architecture, node: Node) -> Placement | None:
    """Return where a node is placed; None where it is in no VPC at all."""
    path = SUBNETS.get(node.type)
    if path is None or node.get(path[0]) is None:
        return None
    items = node.items(*path)
    if isinstance(items, Unknown):
        return Placement((), complete=False)
    if not items and len(path) > 1:
        return None
    found = [architecture.node_of(item) for item in items]
    subnets = tuple(item for item in found if isinstance(item, Subnet))
    return Placement(subnets, complete=len(subnets) == len(items))


# --- zones --------------------------------------------------------------------------------------


def same_zone(one: Subnet, other: Subnet) -> bool | Unknown:
    """Tell whether two subnets lie in the same availability zone."""
    if one is other:
        return True
    first, second = _zone(one.availability_zone), _zone(other.availability_zone)
    if first is None or second is None:
        # AWS chooses, each time anew.
        return UNKNOWN
    if first == second:
        return True
    if isinstance(first, str) and isinstance(second, str):
        return False
    if isinstance(first, Text) and isinstance(second, Text):
        # `${AWS::Region}a` and `${AWS::Region}b` differ in what is written.
        return (
            False
            if first.parts[:-1] == second.parts[:-1] and _literal_ends(first, second)
            else UNKNOWN
        )
    if isinstance(first, tuple) and isinstance(second, tuple) and first[1] == second[1]:
        return False
    return UNKNOWN


def _literal_ends(one: Text, other: Text) -> bool:
    return isinstance(one.parts[-1], str) and isinstance(other.parts[-1], str)


def _zone(value: Value) -> str | Text | Unknown | tuple[int, str] | None:
    """Return a zone in a form that compares: a selection from a list as (index, list)."""
    if isinstance(value, Unknown) and (match := _SELECT.fullmatch(value.key)):
        # The zones of the stack's own region, asked for in either of two ways.
        own = _OWN_REGION.search(match[2])
        return (int(match[1]), "Fn::GetAZs" if own else match[2])
    return value if isinstance(value, (str, Text, Unknown)) else None


def zone_count(subnets: Sequence[Subnet]) -> int | Unknown:
    """Return in how many availability zones some subnets lie; Unknown where that is not sure."""
    zones: list[Subnet] = []
    for subnet in subnets:
        answers = [same_zone(subnet, zone) for zone in zones]
        if any(answer is True for answer in answers):
            continue
        if any(isinstance(answer, Unknown) for answer in answers):
            return UNKNOWN
        zones.append(subnet)
    return len(zones)


# --- ways out -----------------------------------------------------------------------------------


def ways_out(subnet: Subnet, *, ipv6: bool = False) -> frozenset[str] | Unknown:
    """Return where the default routes of a subnet lead: `internet`, `nat`, `egress-only`, `other`.

    Empty where there is no way out; Unknown where the route table is not in the architecture.
    Those of the other family of addresses do not count: functions have none of IPv6 unless told.
    """
    table = subnet.route_table
    if table is None:
        # Without an association the VPC's main table holds, which CloudFormation cannot edit.
        closed = subnet.vpc is not None and not subnet.has_foreign_table
        return frozenset() if closed else UNKNOWN
    ways: set[str] = set()
    for route in table.routes:
        if route.is_ipv6 is not ipv6:
            continue
        default = route.is_default
        if isinstance(default, Unknown):
            return UNKNOWN
        if default:
            ways.add(route.way)
    return frozenset(ways - {""})


def leaves(function: Function, subnet: Subnet) -> bool | Unknown:
    """Tell whether a function gets out of the VPC through a subnet.

    It has no public IPv4 address to leave through an internet gateway with. It has IPv6 addresses,
    which are public, where it is allowed them and the subnet has some.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet-ipv6.html
    """
    ways = ways_out(subnet)
    if isinstance(ways, Unknown):
        return ways
    if ways - {"internet"}:
        return True
    dual = function.flag("VpcConfig", "Ipv6AllowedForDualStack")
    if dual is False:
        return False
    if isinstance(dual, Unknown):
        return dual
    further = ways_out(subnet, ipv6=True)
    return further if isinstance(further, Unknown) else bool(further)


def is_public(subnet: Subnet) -> bool | Unknown:
    """Tell whether a default route of the subnet leads to an internet gateway."""
    ways = ways_out(subnet)
    return ways if isinstance(ways, Unknown) else "internet" in ways


def nat_gateways(subnet: Subnet) -> tuple[NatGateway, ...]:
    """Return the NAT gateways of the architecture that the subnet's default routes lead to."""
    table = subnet.route_table
    if table is None:
        return ()
    return tuple(
        route.target
        for route in table.routes
        if route.is_default is True and isinstance(route.target, NatGateway)
    )


def endpoint_service(endpoint: VpcEndpoint) -> str | Unknown:
    """Return the service of an endpoint by its name in endpoints: `s3`, `execute-api`, `sqs`."""
    value = endpoint.get("ServiceName")
    if isinstance(value, Text):
        value = value.parts[-1]
    if not isinstance(value, str):
        return UNKNOWN
    # com.amazonaws.<region>.<service>, where the region may be what is not known.
    parts = value.lower().strip(".").split(".")
    if parts[:2] == ["com", "amazonaws"] or parts[:3] == ["cn", "com", "amazonaws"]:
        parts = parts[parts.index("amazonaws") + 2 :]
    return ".".join(parts) or UNKNOWN


def endpoints_for(
    architecture: Architecture, subnet: Subnet, service: str
) -> tuple[VpcEndpoint, ...]:
    """Return the endpoints through which something in a subnet reaches a service."""
    found: list[VpcEndpoint] = []
    for endpoint in architecture.all(VpcEndpoint):
        if endpoint_service(endpoint) != service:
            continue
        if endpoint.kind == "Gateway":
            tables = endpoint.items("RouteTableIds")
            if isinstance(tables, Unknown) or any(
                architecture.node_of(item) is subnet.route_table is not None for item in tables
            ):
                found.append(endpoint)
        elif subnet.vpc is None or architecture.node_of(endpoint.get("VpcId")) is subnet.vpc:
            # An interface endpoint serves all subnets of its VPC.
            found.append(endpoint)
    return tuple(found)


__all__ = [
    "SUBNETS",
    "Placement",
    "endpoint_service",
    "endpoints_for",
    "is_public",
    "leaves",
    "nat_gateways",
    "placement",
    "same_zone",
    "ways_out",
    "zone_count",
]

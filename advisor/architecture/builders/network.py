"""Ties subnets to route tables, route tables to gateways, and everything in a VPC to subnets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import Edge, EdgeKind, Evidence
from advisor.architecture.nodes.network import (
    NatGateway,
    RouteTable,
    RouteTableAssociation,
    SecurityGroup,
    SecurityGroupRule,
    Subnet,
    Vpc,
    VpcRoute,
)
from advisor.architecture.reachability import SUBNETS
from advisor.architecture.security_groups import GROUPS

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node


def build(architecture: Architecture) -> None:
    """Fill in what belongs together and add the edges."""
    _routes(architecture)
    _rules(architecture)
    for subnet in architecture.all(Subnet):
        vpc = architecture.node_of(subnet.get("VpcId"))
        if isinstance(vpc, Vpc):
            subnet.vpc = vpc
            architecture.add_edge(
                Edge(vpc, subnet, EdgeKind.CONTAINS, Evidence.DECLARED, subnet, path=("VpcId",))
            )
    for nat in architecture.all(NatGateway):
        found = architecture.node_of(nat.get("SubnetId"))
        nat.subnet = found if isinstance(found, Subnet) else None
    for node in list(architecture.nodes()):
        for table, kinds in ((SUBNETS, (Subnet,)), (GROUPS, (SecurityGroup,))):
            path = table.get(node.type)
            if path is not None and not isinstance(node, kinds):
                _uses(architecture, node, path=path)


def _routes(architecture: Architecture) -> None:
    routes: dict[str, list[VpcRoute]] = {}
    for route in architecture.all(VpcRoute):
        for key in ("GatewayId", "NatGatewayId", "EgressOnlyInternetGatewayId"):
            route.target = route.target or architecture.node_of(route.get(key))
        table = architecture.node_of(route.get("RouteTableId"))
        if table is not None:
            routes.setdefault(table.id, []).append(route)
    for table in architecture.all(RouteTable):
        table.routes = tuple(routes.get(table.id, ()))
        vpc = architecture.node_of(table.get("VpcId"))
        table.vpc = vpc if isinstance(vpc, Vpc) else None
    for association in architecture.all(RouteTableAssociation):
        subnet = architecture.node_of(association.get("SubnetId"))
        table = architecture.node_of(association.get("RouteTableId"))
        if isinstance(subnet, Subnet) and isinstance(table, RouteTable):
            subnet.route_table = table
            architecture.add_edge(
                Edge(subnet, table, EdgeKind.USES, Evidence.DECLARED, association)
            )
        elif isinstance(subnet, Subnet):
            subnet.has_foreign_table = True


def _rules(architecture: Architecture) -> None:
    rules: dict[str, list[SecurityGroupRule]] = {}
    for rule in architecture.all(SecurityGroupRule):
        group = architecture.node_of(rule.get("GroupId"))
        if group is None:
            group = architecture.node_of(rule.get("GroupName"))
        if group is not None:
            rules.setdefault(group.id, []).append(rule)
    for group in architecture.all(SecurityGroup):
        group.extra = tuple(rules.get(group.id, ()))


def _uses(architecture: Architecture, node: Node, *, path: tuple[str | int, ...]) -> None:
    items = node.items(*path)
    for index, item in enumerate(items if isinstance(items, list) else ()):
        target = architecture.node_of(item)
        if isinstance(target, (Subnet, SecurityGroup)):
            architecture.add_edge(
                Edge(node, target, EdgeKind.USES, Evidence.DECLARED, node, path=(*path, index))
            )


__all__ = ["build"]

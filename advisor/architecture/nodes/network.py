"""VPCs: subnets, routes, gateways, endpoints and security groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.base import Node, as_number
from advisor.templates.values import UNKNOWN, Unknown

if TYPE_CHECKING:
    from advisor.templates.values import Value

EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})
"""The destinations that stand for the whole internet."""


class Vpc(Node):
    """A virtual private cloud."""

    @property
    def cidr(self) -> str | Unknown | None:
        """Its block of addresses; None where it comes from an address pool."""
        return self.text("CidrBlock")


class Subnet(Node):
    """A subnet; its VPC and route table are filled in when the graph is built."""

    vpc: Vpc | None = None
    route_table: RouteTable | None = None
    has_foreign_table = False
    """Whether it is tied to a route table that the files do not show."""

    @property
    def availability_zone(self) -> Value:
        """A name, an id, or an Unknown that is equal for equal zones; None where AWS chooses."""
        zone = self.get("AvailabilityZone")
        return self.get("AvailabilityZoneId") if zone is None else zone

    @property
    def cidr(self) -> str | Unknown | None:
        """Its block of addresses."""
        return self.text("CidrBlock")

    @property
    def gives_public_addresses(self) -> bool | Unknown:
        """Whether interfaces get a public address (those of Lambda functions never do)."""
        return self.flag("MapPublicIpOnLaunch")


class RouteTable(Node):
    """A route table; its routes and endpoints are filled in when the graph is built."""

    vpc: Vpc | None = None
    routes: tuple[VpcRoute, ...] = ()


class VpcRoute(Node):
    """One route of a route table."""

    target: Node | None = None
    """The gateway that traffic goes to, where it is in the architecture."""

    @property
    def destination(self) -> Value:
        """The block, or the prefix list, that it is for."""
        for key in ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"):
            value = self.get(key)
            if value is not None:
                return value
        return None

    @property
    def is_default(self) -> bool | Unknown:
        """Whether it is for everything that has no other route."""
        value = self.destination
        if isinstance(value, str):
            return value in EVERYWHERE
        return False if value is None else UNKNOWN

    @property
    def is_ipv6(self) -> bool:
        """Whether it is for IPv6 addresses, which few functions have."""
        return self.get("DestinationIpv6CidrBlock") is not None

    @property
    def way(self) -> str:
        """What it leads to: `internet`, `nat`, `egress-only`, `other` or empty."""
        words = {
            "NatGatewayId": "nat",
            "EgressOnlyInternetGatewayId": "egress-only",
            "GatewayId": "internet",
            # An instance, an interface or a transit gateway may lead anywhere.
            "InstanceId": "other",
            "NetworkInterfaceId": "other",
            "TransitGatewayId": "other",
            "VpcPeeringConnectionId": "other",
            "VpcEndpointId": "other",
            "LocalGatewayId": "other",
            "CarrierGatewayId": "other",
            "CoreNetworkArn": "other",
        }
        word = next((word for key, word in words.items() if self.get(key) is not None), "")
        return "other" if word == "internet" and self._is_virtual_private else word

    @property
    def _is_virtual_private(self) -> bool:
        """Whether its gateway is one of a VPN or Direct Connect, which leads to a data centre."""
        if self.target is not None and self.target.type:
            return self.target.type == "AWS::EC2::VPNGateway"
        gateway = self.get("GatewayId")
        return isinstance(gateway, str) and not gateway.startswith("igw-")


class RouteTableAssociation(Node):
    """Ties a subnet to a route table."""


class InternetGateway(Node):
    """The way to and from the internet."""


class GatewayAttachment(Node):
    """Ties an internet gateway to a VPC."""


class EgressOnlyGateway(Node):
    """The way out to the internet over IPv6."""


class NatGateway(Node):
    """The way out to the internet for private subnets."""

    subnet: Subnet | None = None

    @property
    def is_regional(self) -> bool | Unknown:
        """Whether it spans availability zones by itself."""
        value = self.text("AvailabilityMode", default="zonal")
        return value if isinstance(value, Unknown) else value == "regional"


class VpcEndpoint(Node):
    """A private way to an AWS service."""

    @property
    def kind(self) -> str | Unknown:
        """`Gateway`, `Interface`, …; a gateway unless told."""
        value = self.text("VpcEndpointType", default="Gateway")
        return UNKNOWN if value is None else value

    @property
    def private_dns(self) -> bool | Unknown:
        """Whether the service's ordinary name leads to it."""
        return self.flag("PrivateDnsEnabled")


class SecurityGroup(Node):
    """A security group; rules of their own resources are filled in when the graph is built."""

    extra: tuple[SecurityGroupRule, ...] = ()

    def rules(self, direction: str) -> list[Value] | Unknown:
        """Return the rules of `ingress` or `egress`, inline ones and those of their own resource.

        Unknown where the inline ones cannot be read. A group without any egress rule lets
        everything out, which gives no rule here: see `open_egress`.
        """
        key = "SecurityGroupIngress" if direction == "ingress" else "SecurityGroupEgress"
        inline = self.items(key)
        if isinstance(inline, Unknown):
            return inline
        return [*inline, *(rule.get() for rule in self.extra if rule.direction == direction)]

    @property
    def open_egress(self) -> bool | Unknown:
        """Whether nothing limits what leaves: no egress rule is written."""
        rules = self.rules("egress")
        return rules if isinstance(rules, Unknown) else not rules


class SecurityGroupRule(Node):
    """One ingress or egress rule as a resource of its own."""

    @property
    def direction(self) -> str:
        """`ingress` or `egress`."""
        return "egress" if self.type.endswith("Egress") else "ingress"


def port_range(rule: Value) -> tuple[int, int] | Unknown | None:
    """Return the ports of a rule, both ends included; None where it is for another protocol."""
    if isinstance(rule, Unknown):
        return rule
    if not isinstance(rule, dict):
        return None
    protocol = rule.get("IpProtocol")
    if isinstance(protocol, Unknown):
        return protocol
    word = str(protocol).lower()
    if word == "-1":
        return (0, 65_535)
    if word not in {"tcp", "6"}:
        return None
    first, last = as_number(rule.get("FromPort"), 0), as_number(rule.get("ToPort"), 65_535)
    if isinstance(first, int) and isinstance(last, int):
        # -1 stands for all ports.
        return (0, 65_535) if first == -1 else (first, last)
    return UNKNOWN


__all__ = [
    "EgressOnlyGateway",
    "GatewayAttachment",
    "InternetGateway",
    "NatGateway",
    "RouteTable",
    "RouteTableAssociation",
    "SecurityGroup",
    "SecurityGroupRule",
    "Subnet",
    "Vpc",
    "VpcEndpoint",
    "VpcRoute",
    "port_range",
]

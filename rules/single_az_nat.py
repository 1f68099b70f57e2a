"""Functions in several zones whose way out is a gateway in one of them depend on that zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    NatGateway,
    Pillar,
    Rule,
    Severity,
    nat_gateways,
    placement,
    zone_count,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, Function, NotJudged, Subnet

rule = Rule(
    id="NET002",
    name="single-az-nat",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=NatGateway,
    summary="functions in several zones leave through a NAT gateway in one of them",
    rationale="""
        A NAT gateway lives in one availability zone. Functions that are spread over several zones
        and leave through the same gateway lose their way out, in all zones, with the zone
        of the gateway; until then they pay for traffic between zones.
        """,
    remediation="""
        Give each zone a NAT gateway and a route table of its own, or use a regional NAT gateway,
        which spans zones by itself.
        """,
    when_to_ignore="""
        The cost of another gateway outweighs the outage, as in a development account.
        """,
    bad="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              VpcConfig:
                SecurityGroupIds: [sg-0123456789abcdef0]
                SubnetIds: [!Ref First, !Ref Second]
          First:
            Type: AWS::EC2::Subnet
            Properties: {VpcId: !Ref Net, AvailabilityZone: eu-west-1a, CidrBlock: 10.0.1.0/24}
          Second:
            Type: AWS::EC2::Subnet
            Properties: {VpcId: !Ref Net, AvailabilityZone: eu-west-1b, CidrBlock: 10.0.2.0/24}
          Net:
            Type: AWS::EC2::VPC
            Properties: {CidrBlock: 10.0.0.0/16}
          Out:  # <-- 'Out' is in one zone and the way out of 'Ship' in 2
            Type: AWS::EC2::NatGateway
            Properties: {SubnetId: subnet-0123456789abcdef0, AllocationId: eipalloc-1}
          Table:
            Type: AWS::EC2::RouteTable
            Properties: {VpcId: !Ref Net}
          Default:
            Type: AWS::EC2::Route
            Properties:
              RouteTableId: !Ref Table
              DestinationCidrBlock: 0.0.0.0/0
              NatGatewayId: !Ref Out
          FirstTable:
            Type: AWS::EC2::SubnetRouteTableAssociation
            Properties: {SubnetId: !Ref First, RouteTableId: !Ref Table}
          SecondTable:
            Type: AWS::EC2::SubnetRouteTableAssociation
            Properties: {SubnetId: !Ref Second, RouteTableId: !Ref Table}
        """,
    good="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              VpcConfig:
                SecurityGroupIds: [sg-0123456789abcdef0]
                SubnetIds: [!Ref First, !Ref Second]
          First:
            Type: AWS::EC2::Subnet
            Properties: {VpcId: !Ref Net, AvailabilityZone: eu-west-1a, CidrBlock: 10.0.1.0/24}
          Second:
            Type: AWS::EC2::Subnet
            Properties: {VpcId: !Ref Net, AvailabilityZone: eu-west-1b, CidrBlock: 10.0.2.0/24}
          Net:
            Type: AWS::EC2::VPC
            Properties: {CidrBlock: 10.0.0.0/16}
          Out:
            Type: AWS::EC2::NatGateway
            Properties: {VpcId: !Ref Net, AvailabilityMode: regional}
          Table:
            Type: AWS::EC2::RouteTable
            Properties: {VpcId: !Ref Net}
          Default:
            Type: AWS::EC2::Route
            Properties:
              RouteTableId: !Ref Table
              DestinationCidrBlock: 0.0.0.0/0
              NatGatewayId: !Ref Out
          FirstTable:
            Type: AWS::EC2::SubnetRouteTableAssociation
            Properties: {SubnetId: !Ref First, RouteTableId: !Ref Table}
          SecondTable:
            Type: AWS::EC2::SubnetRouteTableAssociation
            Properties: {SubnetId: !Ref Second, RouteTableId: !Ref Table}
        """,
    references=("https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html",),
    aggregate="{count} NAT gateways are in one zone and the way out of functions in several:"
    " {names}",
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    leaving: dict[str, list[tuple[Function, int]]] = {}
    for function in architecture.functions():
        placed = placement(architecture, function)
        if placed is None or not placed.complete:
            continue
        zones = zone_count(placed.subnets)
        gateway = _only(placed.subnets)
        if gateway is not None and isinstance(zones, int) and zones > 1:
            leaving.setdefault(gateway.id, []).append((function, zones))
    for gateway in architecture.all(NatGateway):
        functions = leaving.get(gateway.id, [])
        if not functions or gateway.is_regional is not False:
            continue
        first, zones = functions[0]
        more = f" and {len(functions) - 1} more" if len(functions) > 1 else ""
        yield rule.finding(
            f"'{gateway.name}' is in one zone and the way out of '{first.name}'{more} in {zones}",
            at=gateway.at(),
            related=[
                function.at("VpcConfig", "SubnetIds", label=f"'{function.name}' is in {count}")
                for function, count in functions
            ],
            why="with the gateway's zone the functions in all zones lose their way out",
            remediation=f"""
                {architecture.free_name(f"{gateway.name}Second", near=gateway)}:
                  Type: AWS::EC2::NatGateway
                  Properties:
                    SubnetId: <a public subnet in another zone>
                    AllocationId: <an Elastic IP of its own>
                # and a route table of its own, with a default route to it, for that zone
                """,
        )


def _only(subnets: tuple[Subnet, ...]) -> NatGateway | None:
    """Return the one gateway that all subnets leave through; None where there are others."""
    ways = [nat_gateways(subnet) for subnet in subnets]
    found = {gateway.id: gateway for way in ways for gateway in way}
    return next(iter(found.values())) if len(found) == 1 and all(ways) else None

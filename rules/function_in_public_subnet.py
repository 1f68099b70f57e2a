"""A function in a public subnet has no way to the internet, unlike everything else there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Function,
    Pillar,
    Rule,
    Severity,
    Subnet,
    by_place,
    is_public,
    placement,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="NET010",
    name="function-in-public-subnet",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function is attached to a public subnet",
    rationale="""
        The network interfaces of a function never get a public address. The internet gateway of a
        public subnet is therefore no way out for it: calls to the internet and to AWS services
        without an endpoint hang until they time out. Where only some of the subnets are public,
        only some of the invocations do.
        """,
    remediation="""
        Attach the function to private subnets, with a NAT gateway or endpoints where it calls
        anything outside.
        """,
    when_to_ignore="""
        The function talks to nothing outside its VPC.
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
                SubnetIds: [!Ref One, !Ref Two]  # <-- 'Ship' is attached to public subnet 'One'
          Net:
            Type: AWS::EC2::VPC
            Properties: {CidrBlock: 10.0.0.0/16}
          One:
            Type: AWS::EC2::Subnet
            Properties: {VpcId: !Ref Net, AvailabilityZone: eu-west-1a, CidrBlock: 10.0.1.0/24}
          Two:
            Type: AWS::EC2::Subnet
            Properties: {VpcId: !Ref Net, AvailabilityZone: eu-west-1b, CidrBlock: 10.0.2.0/24}
          Gateway:
            Type: AWS::EC2::InternetGateway
          Table:
            Type: AWS::EC2::RouteTable
            Properties: {VpcId: !Ref Net}
          Default:
            Type: AWS::EC2::Route
            Properties:
              RouteTableId: !Ref Table
              DestinationCidrBlock: 0.0.0.0/0
              GatewayId: !Ref Gateway
          OneTable:
            Type: AWS::EC2::SubnetRouteTableAssociation
            Properties: {SubnetId: !Ref One, RouteTableId: !Ref Table}
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
                SubnetIds: [!Ref One, !Ref Two]
          Net:
            Type: AWS::EC2::VPC
            Properties: {CidrBlock: 10.0.0.0/16}
          One:
            Type: AWS::EC2::Subnet
            Properties: {VpcId: !Ref Net, AvailabilityZone: eu-west-1a, CidrBlock: 10.0.1.0/24}
          Two:
            Type: AWS::EC2::Subnet
            Properties: {VpcId: !Ref Net, AvailabilityZone: eu-west-1b, CidrBlock: 10.0.2.0/24}
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
    ),
)

_PATH = ("VpcConfig", "SubnetIds")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    public: dict[str, list[Subnet]] = {}
    for function in architecture.functions():
        placed = placement(architecture, function)
        if placed is None:
            continue
        found = [subnet for subnet in placed.subnets if is_public(subnet) is True]
        # An IPv6 address of a function is public where the subnet lets it out.
        if function.get("VpcConfig", "Ipv6AllowedForDualStack") not in (None, False):
            continue
        if found:
            public[function.id] = found
        elif not placed.complete:
            yield rule.not_judged(function, because="its subnets are not all in the templates")
    for group in by_place([f for f in architecture.functions() if f.id in public], *_PATH):
        yield _finding(architecture, group, public[group[0].id])


def _finding(
    architecture: Architecture, functions: Sequence[Function], public: Sequence[Subnet]
) -> Finding:
    first = functions[0]
    owner = first.resource.owner
    private = [
        subnet.name
        for subnet in architecture.all(Subnet)
        if is_public(subnet) is False and subnet.resource.owner == owner
    ]
    names = ", ".join(f"'{subnet.name}'" for subnet in public)
    word = "subnets" if len(public) > 1 else "subnet"
    more = f" and {len(functions) - 1} more are" if len(functions) > 1 else " is"
    shown = [f"!Ref {name}" for name in private[:3]]
    return rule.finding(
        f"'{first.name}'{more} attached to public {word} {names}",
        at=first.at(*_PATH, label="network interfaces without a public address"),
        related=[
            *(
                subnet.at(label="its default route leads to an internet gateway")
                for subnet in public
            ),
            *(other.at(label="and so is this one") for other in functions[1:]),
        ],
        why="calls that leave the VPC hang until they time out: a function gets no public address",
        remediation=f"""
            {first.name}:
              Properties:
                VpcConfig:
                  SubnetIds: [{", ".join(shown) or "<private subnets>"}]
            """,
    )

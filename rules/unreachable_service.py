"""A function in a VPC that has no way to an AWS service that it calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    Function,
    Pillar,
    Rule,
    Severity,
    Unknown,
    VpcEndpoint,
    called_services,
    endpoint_service,
    endpoints_for,
    leaves,
    placement,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Data, Evidence, Finding, Location, Node, NotJudged, Subnet

rule = Rule(
    id="NET011",
    name="unreachable-service",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function has no way from its VPC to a service that it calls",
    rationale="""
        A function that is attached to a VPC sends everything through it. AWS services are outside:
        without a NAT gateway, an endpoint of the service is the only way there, and without either
        every call hangs until the function times out. What Lambda does by itself is not concerned:
        polling queues and streams, sending to destinations, writing logs and traces.
        """,
    remediation="""
        Add an endpoint for each service, gateway endpoints for S3 and DynamoDB at no cost; or a
        NAT gateway; or take the function out of the VPC where it needs nothing in there.
        """,
    when_to_ignore="""
        Another stack adds a route or an endpoint to this VPC.
        """,
    bad="""
        Resources:
          Ship:  # <-- 'Ship' calls dynamodb, but has no way there from its VPC
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              VpcConfig:
                SecurityGroupIds: [sg-0123456789abcdef0]
                SubnetIds: [!Ref One, !Ref Two]
              Policies:
                - DynamoDBCrudPolicy: {TableName: !Ref Orders}
          Orders:
            Type: AWS::Serverless::SimpleTable
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
              Policies:
                - DynamoDBCrudPolicy: {TableName: !Ref Orders}
          Orders:
            Type: AWS::Serverless::SimpleTable
          Net:
            Type: AWS::EC2::VPC
            Properties: {CidrBlock: 10.0.0.0/16}
          One:
            Type: AWS::EC2::Subnet
            Properties: {VpcId: !Ref Net, AvailabilityZone: eu-west-1a, CidrBlock: 10.0.1.0/24}
          Two:
            Type: AWS::EC2::Subnet
            Properties: {VpcId: !Ref Net, AvailabilityZone: eu-west-1b, CidrBlock: 10.0.2.0/24}
          Table:
            Type: AWS::EC2::RouteTable
            Properties: {VpcId: !Ref Net}
          OneTable:
            Type: AWS::EC2::SubnetRouteTableAssociation
            Properties: {SubnetId: !Ref One, RouteTableId: !Ref Table}
          TwoTable:
            Type: AWS::EC2::SubnetRouteTableAssociation
            Properties: {SubnetId: !Ref Two, RouteTableId: !Ref Table}
          Dynamo:
            Type: AWS::EC2::VPCEndpoint
            Properties:
              VpcId: !Ref Net
              ServiceName: !Sub com.amazonaws.${AWS::Region}.dynamodb
              RouteTableIds: [!Ref Table]
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html",
        "https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html",
    ),
    supersedes=("function-in-public-subnet",),
)

_GATEWAYS = ("s3", "dynamodb")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.functions():
        placed = placement(architecture, function)
        if placed is None:
            continue
        closed = placed.complete and bool(placed.subnets)
        for subnet in placed.subnets:
            closed = closed and _is_closed(architecture, function, subnet)
        if not closed:
            continue
        missing = {
            service: known
            for service, known in called_services(architecture, function).items()
            if not all(endpoints_for(architecture, s, service) for s in placed.subnets)
        }
        if missing:
            yield _finding(architecture, function, placed.subnets, missing)


def _is_closed(architecture: Architecture, function: Function, subnet: Subnet) -> bool:
    """Tell whether all ways out of a subnet are known, and none is open to a function."""
    if subnet.vpc is None or architecture.is_exported(subnet.vpc):
        return False
    if leaves(function, subnet) is not False:
        return False
    return not any(
        isinstance(endpoint_service(endpoint), Unknown)
        for endpoint in architecture.all(VpcEndpoint)
    )


def _finding(
    architecture: Architecture,
    function: Function,
    subnets: Sequence[Subnet],
    missing: dict[str, tuple[Location, Evidence]],
) -> Finding:
    names = list(missing)
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    vpc = subnets[0].vpc
    net = vpc.name if vpc is not None else "<VPC>"
    service = names[0]
    endpoint = architecture.free_name(f"{service.title()}Endpoint", near=subnets[0])
    is_gateway = service in _GATEWAYS
    table = subnets[0].route_table
    how = (
        f"RouteTableIds: [!Ref {table.name if table is not None else '<route table>'}]"
        if is_gateway
        else f"VpcEndpointType: Interface\n    PrivateDnsEnabled: true\n"
        f"    SubnetIds: [{', '.join(f'!Ref {subnet.name}' for subnet in subnets)}]\n"
        f"    SecurityGroupIds: [<a group that lets {function.name} in on port 443>]"
    )
    return rule.finding(
        f"'{function.name}' calls {shown}, but has no way there from its VPC",
        at=function.at(label="no NAT gateway and no endpoint"),
        related=[
            function.at("VpcConfig", label="leaves through these subnets only"),
            *(place for place, _ in missing.values()),
        ],
        evidence=min(evidence for _, evidence in missing.values()),
        why="the calls hang until the function times out",
        remediation=f"""
{endpoint}:
  Type: AWS::EC2::VPCEndpoint
  Properties:
    VpcId: !Ref {net}
    ServiceName: !Sub com.amazonaws.${{AWS::Region}}.{service}
    {how}
""",
        fix=_fix(architecture, subnets, names),
    )


def _fix(
    architecture: Architecture, subnets: Sequence[Subnet], services: Sequence[str]
) -> Fix | None:
    """Return the endpoints; None where one needs a security group to be chosen."""
    vpc, first = subnets[0].vpc, subnets[0]
    tables = {
        subnet.route_table.name: subnet.route_table for subnet in subnets if subnet.route_table
    }
    parts: list[Node] = [*tables.values(), *([vpc] if vpc is not None else [])]
    here = all(part.resource.owner == first.resource.owner for part in parts)
    known = all(subnet.route_table is not None and subnet.vpc is vpc for subnet in subnets)
    if vpc is None or not here or not known or not set(services) <= set(_GATEWAYS):
        return None
    made = []
    for service in services:
        name = architecture.free_name(f"{service.title()}Endpoint", near=first)
        properties: dict[str, Data] = {
            "VpcId": {"Ref": vpc.name},
            "ServiceName": {"Fn::Sub": f"com.amazonaws.${{AWS::Region}}.{service}"},
            "RouteTableIds": [{"Ref": table} for table in tables],
        }
        body: dict[str, Data] = {"Type": "AWS::EC2::VPCEndpoint", "Properties": properties}
        made.append(first.new_sibling(name, body))
    changes = tuple(change for change in made if change is not None)
    return Fix("Add gateway endpoints", changes) if len(changes) == len(made) else None

"""An endpoint that takes a service's name in a VPC and does not let a function in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    Unknown,
    VpcEndpoint,
    allows,
    called_services,
    endpoints_for,
    groups_of,
    placement,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Finding, Function, NotJudged, SecurityGroup, Subnet

rule = Rule(
    id="NET013",
    name="endpoint-closed-to-function",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=VpcEndpoint,
    summary="security group of an endpoint does not let a function in that calls its service",
    rationale="""
        With private DNS, the name of a service leads to the endpoint for everything in the VPC,
        whatever other way there may be. A security group of the endpoint that does not let
        port 443 in from the function makes each call of the service hang until it times out.
        """,
    remediation="""
        Let the function's security group, or the addresses of its subnets, in on port 443.
        """,
    when_to_ignore="""
        Another stack adds the rule to the group.
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
                SecurityGroupIds: [!Ref ShipGroup]
                SubnetIds: [!Ref One]
              Policies:
                - SQSSendMessagePolicy: {QueueName: !GetAtt Orders.QueueName}
          Orders:
            Type: AWS::SQS::Queue
          Net:
            Type: AWS::EC2::VPC
            Properties: {CidrBlock: 10.0.0.0/16}
          One:
            Type: AWS::EC2::Subnet
            Properties: {VpcId: !Ref Net, CidrBlock: 10.0.1.0/24}
          ShipGroup:
            Type: AWS::EC2::SecurityGroup
            Properties: {VpcId: !Ref Net, GroupDescription: the function}
          Closed:
            Type: AWS::EC2::SecurityGroup
            Properties:
              VpcId: !Ref Net
              GroupDescription: the endpoint
              SecurityGroupIngress:
                - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.9.0/24}
          Queues:
            Type: AWS::EC2::VPCEndpoint
            Properties:
              VpcId: !Ref Net
              VpcEndpointType: Interface
              PrivateDnsEnabled: true
              ServiceName: !Sub com.amazonaws.${AWS::Region}.sqs
              SecurityGroupIds: [!Ref Closed]  # <-- 'Queues' does not let 'Ship' in
              SubnetIds: [!Ref One]
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
                SecurityGroupIds: [!Ref ShipGroup]
                SubnetIds: [subnet-0123456789abcdef0, subnet-0fedcba9876543210]
              Policies:
                - SQSSendMessagePolicy: {QueueName: !GetAtt Orders.QueueName}
          Orders:
            Type: AWS::SQS::Queue
          ShipGroup:
            Type: AWS::EC2::SecurityGroup
            Properties: {VpcId: vpc-0123456789abcdef0, GroupDescription: the function}
          Open:
            Type: AWS::EC2::SecurityGroup
            Properties:
              VpcId: vpc-0123456789abcdef0
              GroupDescription: the endpoint
              SecurityGroupIngress:
                - IpProtocol: tcp
                  FromPort: 443
                  ToPort: 443
                  SourceSecurityGroupId: !Ref ShipGroup
          Queues:
            Type: AWS::EC2::VPCEndpoint
            Properties:
              VpcId: vpc-0123456789abcdef0
              VpcEndpointType: Interface
              PrivateDnsEnabled: true
              ServiceName: !Sub com.amazonaws.${AWS::Region}.sqs
              SecurityGroupIds: [!Ref Open]
              SubnetIds: [subnet-0123456789abcdef0]
        """,
    references=(
        "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
    ),
)

_HTTPS = 443
_PATH = "SecurityGroupIds"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    told: set[str] = set()
    for function in architecture.functions():
        placed = placement(architecture, function)
        own = groups_of(architecture, function) if placed is not None else ()
        if placed is None or not placed.complete or isinstance(own, Unknown):
            continue
        for service in called_services(architecture, function):
            for endpoint in _by_name(architecture, placed.subnets, service):
                groups = groups_of(architecture, endpoint)
                if isinstance(groups, Unknown) or not groups or endpoint.id in told:
                    continue
                if _closed(architecture, groups, own, placed.subnets):
                    told.add(endpoint.id)
                    yield _finding(endpoint, function, service, groups[0], own)


def _by_name(
    architecture: Architecture, subnets: Sequence[Subnet], service: str
) -> list[VpcEndpoint]:
    """Return the endpoints that the name of a service leads to in some subnets."""
    found = [
        endpoint
        for subnet in subnets[:1]
        if subnet.vpc is not None
        for endpoint in endpoints_for(architecture, subnet, service)
    ]
    return [item for item in found if item.kind == "Interface" and item.private_dns is True]


def _closed(
    architecture: Architecture,
    groups: Sequence[SecurityGroup],
    own: Sequence[SecurityGroup],
    subnets: Sequence[Subnet],
) -> bool:
    """Tell whether no group lets the function in, and none can be added to from elsewhere."""
    return all(
        allows(architecture, group, port=_HTTPS, groups=own, subnets=subnets) is False
        and not architecture.is_exported(group)
        for group in groups
    )


def _finding(
    endpoint: VpcEndpoint,
    function: Function,
    service: str,
    group: SecurityGroup,
    own: Sequence[SecurityGroup],
) -> Finding:
    source = f"!Ref {own[0].name}" if own else "<the group of the function>"
    return rule.finding(
        f"'{endpoint.name}' does not let '{function.name}' in, which calls {service}",
        at=endpoint.at(_PATH, label="not open to the function on port 443"),
        related=[
            group.at(label=f"lets in others than '{function.name}'"),
            function.at("VpcConfig", label=f"finds {service} at the endpoint's address"),
        ],
        why=f"the name of {service} leads to the endpoint, where every call hangs",
        remediation=f"""
            {group.name}From{function.name}:
              Type: AWS::EC2::SecurityGroupIngress
              Properties:
                GroupId: !GetAtt {group.name}.GroupId
                IpProtocol: tcp
                FromPort: {_HTTPS}
                ToPort: {_HTTPS}
                SourceSecurityGroupId: {source}
            """,
    )

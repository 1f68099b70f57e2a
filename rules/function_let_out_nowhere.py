"""A function whose own security groups do not let it out to what it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    SecurityGroup,
    Severity,
    Unknown,
    called_services,
    connection_port,
    endpoints_for,
    groups_of,
    lets_out,
    placement,
    record,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import (
        Architecture,
        Evidence,
        Finding,
        Function,
        Location,
        NotJudged,
        Placement,
        Subnet,
    )

rule = Rule(
    id="NET015",
    name="function-let-out-nowhere",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=SecurityGroup,
    summary="security group of a function does not let it out to what it uses",
    rationale="""
        A security group lets everything out until it writes an egress rule of its own; from then on
        only what its rules name. A database on another port, or an AWS service on port 443, is then
        out of reach, and every attempt hangs until the function times out.
        """,
    remediation="""
        Add an egress rule for the port, to the security group of what the function uses, or to
        everywhere for AWS services without an endpoint.
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
              Timeout: 10
              ReservedConcurrentExecutions: 10
              VpcConfig:
                SecurityGroupIds: [!Ref ShipGroup]
                SubnetIds: [subnet-0123456789abcdef0, subnet-0fedcba9876543210]
              Environment:
                Variables:
                  DB_HOST: !GetAtt Orders.Endpoint.Address
          ShipGroup:
            Type: AWS::EC2::SecurityGroup
            Properties:
              VpcId: vpc-0123456789abcdef0
              GroupDescription: the function
              SecurityGroupEgress:  # <-- 'ShipGroup' does not let 'Ship' out to 'Orders'
                - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}
          Orders:
            Type: AWS::RDS::DBInstance
            Properties:
              Engine: postgres
              DBInstanceClass: db.t4g.medium
              AllocatedStorage: "20"
              MultiAZ: true
        """,
    good="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Timeout: 10
              ReservedConcurrentExecutions: 10
              VpcConfig:
                SecurityGroupIds: [!Ref ShipGroup]
                SubnetIds: [subnet-0123456789abcdef0, subnet-0fedcba9876543210]
              Environment:
                Variables:
                  DB_HOST: !GetAtt Orders.Endpoint.Address
          ShipGroup:
            Type: AWS::EC2::SecurityGroup
            Properties:
              VpcId: vpc-0123456789abcdef0
              GroupDescription: the function
              SecurityGroupEgress:
                - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}
                - {IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.0.0/16}
          Orders:
            Type: AWS::RDS::DBInstance
            Properties:
              Engine: postgres
              DBInstanceClass: db.t4g.medium
              AllocatedStorage: "20"
              MultiAZ: true
        """,
    references=(
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
    ),
)

_HTTPS = 443


@record(frozen=True)
class _Use:
    """Something that a function uses over its network."""

    name: str
    port: int
    groups: tuple[SecurityGroup, ...]
    subnets: tuple[Subnet, ...]
    place: Location
    evidence: Evidence


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    told: dict[str, list[tuple[Function, _Use, SecurityGroup]]] = {}
    for function in architecture.functions():
        placed = placement(architecture, function)
        own = groups_of(architecture, function) if placed is not None else ()
        if placed is None or isinstance(own, Unknown) or not own:
            continue
        if any(architecture.is_exported(group) for group in own):
            continue
        for use in _uses(architecture, function, placed):
            answers = [
                lets_out(architecture, group, port=use.port, groups=use.groups, subnets=use.subnets)
                for group in own
            ]
            if all(answer is False for answer in answers):
                told.setdefault(own[0].id, []).append((function, use, own[0]))
    for found in told.values():
        yield _finding(found)


def _uses(architecture: Architecture, function: Function, placed: Placement) -> Iterator[_Use]:
    # What is not in sight may be in any group.
    anywhere = tuple(architecture.all(SecurityGroup))
    for edge in architecture.connections(function):
        port = connection_port(edge.target)
        held = groups_of(architecture, edge.target)
        if isinstance(port, int):
            yield _Use(
                name=f"'{edge.target.name}'",
                port=port,
                groups=anywhere if isinstance(held, Unknown) else held,
                subnets=(),
                place=edge.at(label="the way there"),
                evidence=edge.evidence,
            )
    for service, (place, evidence) in called_services(architecture, function).items():
        groups: tuple[SecurityGroup, ...] = anywhere
        subnets: tuple[Subnet, ...] = ()
        for subnet in placed.subnets[:1]:
            endpoints = endpoints_for(architecture, subnet, service)
            found = [groups_of(architecture, endpoint) for endpoint in endpoints]
            known = [item for item in found if not isinstance(item, Unknown)]
            if found and len(known) == len(found):
                groups = tuple(group for item in known for group in item)
                placements = [placement(architecture, endpoint) for endpoint in endpoints]
                subnets = tuple(s for item in placements if item is not None for s in item.subnets)
        yield _Use(service, _HTTPS, groups, subnets, place, evidence)


def _finding(found: Sequence[tuple[Function, _Use, SecurityGroup]]) -> Finding:
    function, use, group = found[0]
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    target = use.groups[0].name if len(use.groups) == 1 and use.groups[0] is not group else ""
    to = f"DestinationSecurityGroupId: !GetAtt {target}.GroupId" if target else "CidrIp: 0.0.0.0/0"
    return rule.finding(
        f"'{group.name}' does not let '{function.name}' out to {use.name}{more}, port {use.port}",
        at=group.at("SecurityGroupEgress", label="all that is let out"),
        related=[item.place for _, item, _ in found[:4]],
        evidence=min(item.evidence for _, item, _ in found),
        about=[group.name],
        why="every attempt hangs until the function times out",
        remediation=f"""
            {group.name}:
              Properties:
                SecurityGroupEgress:
                  - IpProtocol: tcp
                    FromPort: {use.port}
                    ToPort: {use.port}
                    {to}
            """,
    )

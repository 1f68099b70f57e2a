"""Instances for functions that all stand in too few zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    CapacityProvider,
    Confidence,
    Pillar,
    Rule,
    Severity,
    Unknown,
    placement,
    zone_count,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="FUN049",
    name="single-az-capacity-provider",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=CapacityProvider,
    summary="capacity provider has subnets in one or two zones only",
    rationale="""
        Lambda starts three instances for a capacity provider, to spread them over zones. With
        subnets in one zone they all stop with it, with two it takes half of them; and the
        subnets of a capacity provider cannot be changed later without replacing it.
        """,
    remediation="""
        Give the capacity provider subnets in three availability zones.
        """,
    when_to_ignore="""
        The region has fewer zones, or the workload may stop with one.
        """,
    bad="""
        Resources:
          Own:
            Type: AWS::Lambda::CapacityProvider
            Properties:
              VpcConfig:
                SecurityGroupIds: [sg-0123456789abcdef0]
                SubnetIds: [!Ref One]  # <-- 'Own' has subnets in 1 zone
              PermissionsConfig:
                CapacityProviderOperatorRoleArn: arn:aws:iam::123456789012:role/operator
          One:
            Type: AWS::EC2::Subnet
            Properties:
              VpcId: vpc-0123456789abcdef0
              CidrBlock: 10.0.1.0/24
              AvailabilityZone: eu-west-1a
        """,
    good="""
        Resources:
          Own:
            Type: AWS::Lambda::CapacityProvider
            Properties:
              VpcConfig:
                SecurityGroupIds: [sg-0123456789abcdef0]
                SubnetIds: [!Ref One, !Ref Two, !Ref Three]
              PermissionsConfig:
                CapacityProviderOperatorRoleArn: arn:aws:iam::123456789012:role/operator
          One:
            Type: AWS::EC2::Subnet
            Properties: {VpcId: vpc-1, CidrBlock: 10.0.1.0/24, AvailabilityZone: eu-west-1a}
          Two:
            Type: AWS::EC2::Subnet
            Properties: {VpcId: vpc-1, CidrBlock: 10.0.2.0/24, AvailabilityZone: eu-west-1b}
          Three:
            Type: AWS::EC2::Subnet
            Properties: {VpcId: vpc-1, CidrBlock: 10.0.3.0/24, AvailabilityZone: eu-west-1c}
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances-best-practices.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances-capacity-providers.html",
    ),
)

_PATH = ("VpcConfig", "SubnetIds")
_ZONES = 3  # as many as Lambda starts instances


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for provider in architecture.all(CapacityProvider):
        placed = placement(architecture, provider)
        zones = zone_count(placed.subnets) if placed is not None and placed.complete else None
        if zones is None or isinstance(zones, Unknown):
            yield rule.not_judged(provider, because="the zones of its subnets are not known")
        elif zones < _ZONES:
            yield rule.finding(
                f"'{provider.name}' has subnets in {zones} zone{'s' if zones != 1 else ''}",
                at=provider.at(*_PATH, label=f"{_ZONES} instances start here"),
                severity=None if zones == 1 else Severity.INFO,
                why="with the zone stop all functions that run on its instances"
                if zones == 1
                else "with a zone stop half of its instances",
                remediation=f"""
                    {provider.name}:
                      Properties:
                        VpcConfig:
                          SubnetIds: [<subnets in {_ZONES} zones>]
                    """,
            )

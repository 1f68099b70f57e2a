"""A function whose subnets all lie in one availability zone stops with that zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Cause,
    Confidence,
    Function,
    Pillar,
    Reference,
    Rule,
    Severity,
    Subnet,
    Unknown,
    placement,
    zone_count,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged, Value

rule = Rule(
    id="NET001",
    name="single-az-function",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function runs in one availability zone only",
    rationale="""
        Lambda runs a function in several availability zones by itself. Attached to a VPC, its
        network interfaces exist only in the zones of the subnets that it is given: with
        one zone, a disturbance there, or a subnet without free addresses, stops the function.
        """,
    remediation="""
        Give the function subnets in two or more availability zones, each with a way to what the
        function needs.
        """,
    when_to_ignore="""
        All that the function exists for, such as a single-zone database, is in that zone, and a
        stop together with it is accepted.
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
                SubnetIds:  # <-- 'Ship' runs in one availability zone only
                  - !Ref First
                  - !Ref Second
          First:
            Type: AWS::EC2::Subnet
            Properties:
              VpcId: vpc-0123456789abcdef0
              CidrBlock: 10.0.1.0/24
              AvailabilityZone: !Select [0, !GetAZs ""]
          Second:
            Type: AWS::EC2::Subnet
            Properties:
              VpcId: vpc-0123456789abcdef0
              CidrBlock: 10.0.2.0/24
              AvailabilityZone: !Select [0, !GetAZs ""]
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
                SubnetIds:
                  - !Ref First
                  - !Ref Second
          First:
            Type: AWS::EC2::Subnet
            Properties:
              VpcId: vpc-0123456789abcdef0
              CidrBlock: 10.0.1.0/24
              AvailabilityZone: !Select [0, !GetAZs ""]
          Second:
            Type: AWS::EC2::Subnet
            Properties:
              VpcId: vpc-0123456789abcdef0
              CidrBlock: 10.0.2.0/24
              AvailabilityZone: !Select [1, !GetAZs ""]
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html",
    ),
)

_PATH = ("VpcConfig", "SubnetIds")
# A parameter or an import that stands as one item of the list is one subnet.
_SINGLE = frozenset({Cause.PARAMETER, Cause.IMPORT})


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    # Functions that share a list, of `Globals` for one, are told of once.
    found: dict[object, list[tuple[Function, tuple[Subnet, ...]]]] = {}
    for function in architecture.functions():
        subnets = function.subnets
        if isinstance(subnets, Unknown):
            yield rule.not_judged(function, because="its subnets are not known")
            continue
        if not subnets:
            continue
        placed = placement(architecture, function)
        known = placed.subnets if placed is not None else ()
        if placed is not None and placed.complete:
            zones = zone_count(known)
            if isinstance(zones, Unknown):
                yield rule.not_judged(function, because="the zones of its subnets are not known")
                continue
            single = zones == 1
        else:
            single = _is_one(subnets, listed=_is_listed(function))
            if not single:
                yield rule.not_judged(function, because="its subnets are not in the templates")
                continue
        if single:
            place = function.at(*_PATH)
            found.setdefault((place.path, place.span), []).append((function, known))
    for functions in found.values():
        yield _finding(architecture, functions)


def _is_listed(function: Function) -> bool:
    """Tell whether the subnets are named one by one, not by a parameter that is a list."""
    network = function.resource.properties.get("VpcConfig")
    return isinstance(network, dict) and isinstance(network.get("SubnetIds"), list)


def _is_one(subnets: list[Value], *, listed: bool) -> bool:
    """Tell whether a list of subnets from elsewhere is one and the same subnet."""
    first = subnets[0]
    if any(other != first for other in subnets[1:]):
        return False
    if isinstance(first, Unknown):
        return first.cause in _SINGLE
    # A literal id may come from the default of a list, which others are expected to replace.
    return isinstance(first, Reference) or (listed and isinstance(first, str))


def _finding(
    architecture: Architecture, functions: list[tuple[Function, tuple[Subnet, ...]]]
) -> Finding:
    first, subnets = functions[0]
    more = f" and {len(functions) - 1} more" if len(functions) > 1 else ""
    verb = "run" if more else "runs"
    count = len(first.subnets) if isinstance(first.subnets, list) else 1
    return rule.finding(
        f"'{first.name}'{more} {verb} in one availability zone only",
        at=first.at(*_PATH, label="one subnet" if count == 1 else "subnets of one zone"),
        related=[
            *(
                subnet.at("AvailabilityZone", label=f"the zone of '{subnet.name}'")
                for subnet in subnets
            ),
            *(other.at(label="and so does this one") for other, _ in functions[1:]),
        ],
        why="when that zone is disturbed, or its subnet runs out of addresses, it does not run",
        remediation=_remediation(architecture, first, subnets),
    )


def _remediation(
    architecture: Architecture, function: Function, subnets: tuple[Subnet, ...]
) -> str:
    zones = {subnet.id for subnet in subnets}
    others = [
        subnet.name
        for subnet in architecture.all(Subnet)
        if subnet.id not in zones
        and subnets
        and subnet.resource.owner == function.resource.owner
        and zone_count([subnets[0], subnet]) == 2
    ]
    second = f"!Ref {others[0]}" if others else "<a subnet in another zone>"
    here = function.get(*_PATH, 0)
    now = here if isinstance(here, str) else "<the subnet that is here now>"
    now = f"!Ref {subnets[0].name}" if subnets else now
    return f"""
{function.name}:
  Properties:
    VpcConfig:
      SubnetIds:
        - {now}
        - {second}
"""

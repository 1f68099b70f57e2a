"""A file system that a function mounts without being in its network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import AccessPoint, Confidence, EdgeKind, Evidence, Function, Pillar, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="NET014",
    name="file-system-without-vpc",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function mounts a file system but is in no VPC",
    rationale="""
        An EFS file system is reached through mount targets in a VPC. Lambda refuses a function that
        mounts one and is attached to no VPC.
        """,
    remediation="""
        Attach the function to subnets in zones where the file system has mount targets, with a
        security group that may reach them on port 2049.
        """,
    when_to_ignore="""
        Never: the deployment fails.
        """,
    bad="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              FileSystemConfigs:  # <-- 'Ship' mounts a file system but is in no VPC
                - Arn: arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-1
                  LocalMountPath: /mnt/files
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
                SubnetIds: [subnet-0123456789abcdef0, subnet-0123456789abcdef1]
              FileSystemConfigs:
                - Arn: arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-1
                  LocalMountPath: /mnt/files
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-filesystem.html",
        "https://github.com/aws-cloudformation/cfn-lint/pull/4408",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.functions():
        if function.in_vpc is not False or not _mounts(architecture, function):
            continue
        yield rule.finding(
            f"'{function.name}' mounts a file system but is in no VPC",
            at=function.at("FileSystemConfigs", label="reached through a VPC only"),
            why="Lambda refuses the function, and with it the deployment",
            remediation=f"""
                {function.name}:
                  Properties:
                    VpcConfig:
                      SubnetIds: [<subnets in the zones of the mount targets>]
                      SecurityGroupIds: [<a group that may reach them on port 2049>]
                """,
        )


def _mounts(architecture: Architecture, function: Function) -> bool:
    """Tell whether one of the file systems is surely one of EFS."""
    configs = function.items("FileSystemConfigs")
    for index, _ in enumerate(configs if isinstance(configs, list) else ()):
        arn = function.get("FileSystemConfigs", index, "Arn")
        if "elasticfilesystem" in str(arn) or isinstance(architecture.node_of(arn), AccessPoint):
            return True
    return any(
        edge.evidence is Evidence.DECLARED and edge.via == "file system mount"
        for edge in architecture.outgoing(function, EdgeKind.USES)
    )

"""A function on Lambda Managed Instances with less memory than those give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Fix, Function, Pillar, Rule, Severity, limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="FUN048",
    name="managed-instance-memory-too-small",
    pillar=Pillar.RELIABILITY,
    # The number is not on a page of the developer guide that could be read here.
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function on managed instances has less memory than they give",
    rationale="""
        An execution environment on Lambda Managed Instances serves many requests at a time and has
        2 GB of memory or more. A smaller value, usually left over from before the move, is refused.
        """,
    remediation="""
        Give the function 2,048 MB or more.
        """,
    when_to_ignore="""
        Lambda has come to accept the value.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              MemorySize: 512  # <-- 'Ship' has 512 MB, managed instances give 2048 or more
              CapacityProviderConfig:
                Arn: arn:aws:lambda:eu-west-1:123456789012:capacity-provider:own
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              MemorySize: 2048
              CapacityProviderConfig:
                Arn: arn:aws:lambda:eu-west-1:123456789012:capacity-provider:own
        """,
    references=("https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances.html",),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    least = int(limit("managed-instance-memory").value)
    for function in architecture.functions():
        memory = function.memory
        # What is not written may be chosen by the service.
        if function.get("MemorySize") is None or function.has_capacity_provider is not True:
            continue
        if isinstance(memory, int) and memory < least:
            change = function.change(("MemorySize",), least)
            yield rule.finding(
                f"'{function.name}' has {memory} MB, managed instances give {least} or more",
                at=function.at("MemorySize", label=f"less than {least} MB"),
                related=[function.at("CapacityProviderConfig", label="runs on managed instances")],
                why="the deployment is refused",
                remediation=f"""
                    {function.name}:
                      Properties:
                        MemorySize: {least}
                    """,
                fix=Fix(f"Give '{function.name}' {least} MB", (change,)) if change else None,
            )

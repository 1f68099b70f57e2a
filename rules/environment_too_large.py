"""Environment variables that are larger together than Lambda takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Function,
    Pillar,
    Reference,
    Rule,
    Severity,
    Text,
    Unknown,
    by_place,
    limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged, Value

rule = Rule(
    id="FUN050",
    name="environment-too-large",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="environment variables are larger than Lambda takes",
    rationale="""
        The names and values of all environment variables of a function may have 4 KB together,
        those of `Globals` included. What is counted here is a lower bound: values that are
        known only after deployment count as nothing, an ARN as 20 characters.
        """,
    remediation="""
        Move what is long to Parameter Store, AppConfig or a file in the package, and pass its name.
        """,
    when_to_ignore="""
        Never: the deployment fails.
        """,
    bad={
        "template.yaml": f"""
            Resources:
              Ship:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: ship/
                  Environment:
                    Variables:  # <-- 'Ship' has at least 4206 bytes of environment variables
                      CONFIG: {"x" * 4200}
            """,
    },
    good="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Environment:
                Variables:
                  CONFIG_PARAMETER: /ship/config
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
    ),
)

_PATH = ("Environment", "Variables")
_SHORTEST_ARN = 20


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    most = int(limit("environment-size").value)
    sizes = {function.id: _size(function) for function in architecture.functions()}
    large = [function for function in architecture.functions() if sizes[function.id] > most]
    for group in by_place(large, *_PATH):
        first = group[0]
        variables = first.mapping(*_PATH)
        known = {} if isinstance(variables, Unknown) else variables
        longest = max(known, key=lambda name: _length(known[name]))
        more = f" and {len(group) - 1} more have" if len(group) > 1 else " has"
        yield rule.finding(
            f"'{first.name}'{more} at least {sizes[first.id]} bytes of environment variables",
            at=first.at(*_PATH, label=f"at most {most} bytes"),
            related=[first.at(*_PATH, longest, label=f"{_length(known[longest])} of them")],
            why="Lambda refuses more, and with it the deployment",
            remediation=f"""
                {first.name}:
                  Properties:
                    Environment:
                      Variables:
                        {longest}_PARAMETER: /<name of a parameter that holds it>
                """,
        )


def _size(function: Function) -> int:
    variables = function.environment
    if isinstance(variables, Unknown):
        return 0
    return sum(len(name.encode()) + _length(value) for name, value in variables.items())


def _length(value: Value) -> int:
    """Return how many bytes a value has at least."""
    if isinstance(value, Text):
        return sum(_length(part) for part in value.parts)
    if isinstance(value, Reference):
        return _SHORTEST_ARN if value.attribute.endswith("Arn") else 0
    if isinstance(value, Unknown) or value is None:
        return 0
    return len(str(value).encode())

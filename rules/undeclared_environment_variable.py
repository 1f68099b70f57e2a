"""A variable that the code needs and the template does not set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Evidence,
    Function,
    Pillar,
    Rule,
    Severity,
    TargetKind,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Facts, Finding, NotJudged, Place

rule = Rule(
    id="FUN087",
    name="undeclared-environment-variable",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function's code needs an environment variable that the template does not set",
    rationale="""
        A look-up in `os.environ` raises where the variable is not set, in many functions
        already while the module is loaded; a call of AWS whose target is not set is refused
        before it is sent. The deployment knows nothing of that and succeeds.
        """,
    remediation="""
        Set the variable under `Environment`, in the function or in `Globals`, or give the code a
        value for where it is not set.
        """,
    when_to_ignore="""
        Something other than the template sets it, such as a step after the deployment.
        """,
    reads_code=True,
    bad={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Ship:  # <-- 'Ship' needs the variable 'TABLE', which is not set
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: ship/
            """,
        "ship/app.py": """
            import os

            TABLE = os.environ["TABLE"]

            def handler(event, context):
                return TABLE
            """,
    },
    good={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Ship:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: ship/
            """,
        "ship/app.py": """
            import os

            TABLE = os.environ.get("TABLE", "orders")

            def handler(event, context):
                return TABLE
            """,
    },
    references=("https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",),
)

# What Lambda itself sets, and what images and layers bring along.
_GIVEN = re.compile(
    r"(AWS|LAMBDA|_X_AMZN|POWERTOOLS|DD|OTEL|NEW_RELIC|NODE|PYTHON)_?.*|_HANDLER|TZ|PATH|HOME|LANG|"
    r"LD_LIBRARY_PATH|PWD|SHLVL|USER"
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function, facts in architecture.functions_read():
        if function.package_type != "Zip":
            # An image may set variables of its own.
            continue
        needed = _needed(facts)
        variables = function.environment
        if isinstance(variables, Unknown):
            if needed:
                yield rule.not_judged(function, because="its environment is not known")
            continue
        missing = {name: place for name, place in needed.items() if name not in variables}
        if missing and _runs_elsewhere(architecture, function):
            continue
        for name, place in missing.items():
            yield _finding(function, name, place, list(variables))


def _runs_elsewhere(architecture: Architecture, function: Function) -> bool:
    """Tell whether a device runs the function, in an environment of its own."""
    wanted = {function, *architecture.versions(function)}
    return any(
        used in wanted
        for node in architecture.nodes()
        if node.type.startswith("AWS::Greengrass")
        for used in architecture.used_by(node)
    )


def _needed(facts: Facts) -> dict[str, Place]:
    """Return the variables without which the code fails, and where it needs them first."""
    prepared = {read.name for read in facts.environment if read.has_default}
    # Where code asks whether a variable is set, it may make the call only then.
    checked = {read.name for read in facts.environment if read.checked}
    needed = {read.name: read.place for read in reversed(facts.environment) if read.fails}
    for call in facts.calls:
        target = call.target
        if target.text in checked:
            continue
        if target.kind is TargetKind.ENVIRONMENT and not target.has_default:
            needed.setdefault(target.text, call.place)
    # A set of optional variables is asked for in one place and used in another.
    return {
        name: place
        for name, place in needed.items()
        if name not in prepared and not _GIVEN.fullmatch(name)
    }


def _finding(function: Function, name: str, place: Place, others: list[str]) -> Finding:
    near = next((other for other in others if _plain(other) == _plain(name)), "")
    also = f"; '{near}' is" if near else ""
    return rule.finding(
        f"'{function.name}' needs the variable '{name}', which is not set{also}",
        at=function.at(
            *(("Environment", "Variables") if others else ()), label=f"{name} is not among them"
        )
        if others
        else function.at(label="has no environment variables"),
        related=[function.in_code(place, f"needs '{name}'")],
        why="the code fails where it looks the variable up",
        remediation=function.setting(
            f"Environment:\n  Variables:\n    {name}: <what {function.name} is to use>\n"
        ),
        evidence=Evidence.PROVED,
        about=[function.name, name],
    )


def _plain(name: str) -> str:
    return name.replace("_", "").lower()

"""A variable that no code of its function reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Evidence,
    Facts,
    Fix,
    Function,
    Pillar,
    Rule,
    Severity,
    Unknown,
    by_place,
    is_self_contained,
    listed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="FUN086",
    name="unused-environment-variable",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function has an environment variable that its code does not read",
    rationale="""
        A variable that nobody reads looks like a setting and is none: who changes it wonders why
        nothing happens, and what it names keeps looking like something that the function uses.
        """,
    remediation="""
        Take the variable out, and the permission that was granted for what it names.
        """,
    when_to_ignore="""
        Something beside the code reads it, such as an extension.
        """,
    reads_code=True,
    bad={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Ship:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: ship/
                  Environment:
                    Variables:
                      TABLE: orders
                      CARRIER: fast  # <-- no code of 'Ship' reads the variable 'CARRIER'
            """,
        "ship/app.py": """
            import os

            def handler(event, context):
                return os.environ["TABLE"]
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
                  Environment:
                    Variables:
                      TABLE: orders
            """,
        "ship/app.py": """
            import os

            def handler(event, context):
                return os.environ["TABLE"]
            """,
    },
    references=("https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",),
    aggregate="{count} functions have environment variables that their code does not read: {names}",
)

# What runtimes, SDKs, agents and libraries read by themselves.
_OTHERS = re.compile(
    r"(AWS|LAMBDA|POWERTOOLS|DD|OTEL|NEW_RELIC|LUMIGO|SENTRY|DT|EPSAGON|THUNDRA|DATADOG|HONEYCOMB|"
    r"PARAMETERS_SECRETS|SSM_PARAMETER|SECRETS_MANAGER|NODE|NPM|PYTHON|JAVA|DOTNET|LD|SSL|PG|"
    r"PRISMA|DJANGO|FLASK|HTTPS?|NO|REQUESTS|CURL|HF|TRANSFORMERS|MPL|XDG|GIT|JITI|TS)_.*|"
    r".*_proxy|TZ|PATH|HOME|LANG|LC_.*|LOG_LEVEL|DEBUG|NO_COLOR|DATABASE_URL|_HANDLER|"
    r"PYTHONPATH|PYTHONUNBUFFERED|POWERTOOLS.*"
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    holders: dict[str, list[Function]] = {}
    for function in architecture.functions():
        variables = function.environment
        if isinstance(variables, Unknown):
            continue
        for name in variables:
            if not _OTHERS.fullmatch(name):
                holders.setdefault(name, []).append(function)
    for name, functions in holders.items():
        # A variable of Globals is used where one of its functions reads it.
        for group in by_place(functions, "Environment", "Variables", name):
            if all(_is_unread(function, name) for function in group):
                yield _finding(name, group)


def _is_unread(function: Function, name: str) -> bool:
    facts = function.source
    return (
        isinstance(facts, Facts)
        and not facts.environment_is_open
        and is_self_contained(facts)
        and all(read.name != name for read in facts.environment)
        and name not in facts.possible_variables
    )


def _finding(name: str, group: list[Function]) -> Finding:
    first = group[0]
    path = ("Environment", "Variables", name)
    removal = first.removal(*path) if len(group) == 1 else None
    names = listed(function.name for function in group)
    code = next(
        (
            first.in_code(facts.handler_place, "reads no such variable")
            for facts in [first.source]
            if isinstance(facts, Facts) and facts.handler_place is not None
        ),
        None,
    )
    return rule.finding(
        f"no code of {names} reads the variable '{name}'",
        at=first.at(*path, label="is read nowhere"),
        related=[code] if code else [],
        why="it looks like a setting and changes nothing",
        remediation=f"# remove from the environment of {names}\n{name}",
        evidence=Evidence.PROVED,
        fix=Fix(f"Remove the variable {name}", (removal,)) if removal else None,
    )

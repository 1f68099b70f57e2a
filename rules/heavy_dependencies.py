"""A function whose declared dependencies will make its package heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Estimate,
    Evidence,
    Facts,
    Function,
    NotRead,
    Pillar,
    Rule,
    Severity,
    limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="PKG021",
    name="heavy-dependencies",
    pillar=Pillar.PERFORMANCE,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function's declared dependencies are heavy",
    rationale="""
        What the dependencies weigh is known before anything is built: mostly it is one or two of
        them. Every new execution environment fetches the package and loads what is imported, and
        beyond 250 MB, layers included, Lambda refuses the function.
        """,
    remediation="""
        Leave out what the runtime brings, take a lighter package, move the one function that
        needs the heavy one into a folder of its own, or use a container image.
        """,
    when_to_ignore="""
        The function runs in the background, or most of its starts are warm.
        """,
    bad={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Report:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: report/  # <-- dependencies of 'Report' weigh
            """,
        "report/app.py": """
            import pandas

            def handler(event, context):
                return len(pandas.DataFrame(event["rows"]))
            """,
        "report/requirements.txt": """
            pandas
            boto3
            """,
    },
    good={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Report:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: report/
            """,
        "report/app.py": """
            import requests

            def handler(event, context):
                return requests.get(event["url"], timeout=3).status_code
            """,
        "report/requirements.txt": """
            requests
            """,
    },
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html",
    ),
    # MB of dependencies that are worth a word.
    options={"unzipped": 50},
)

_MB = 1024 * 1024
_SHOWN = 5
_MODULES = {
    "beautifulsoup4": "bs4",
    "google-api-python-client": "googleapiclient",
    "opencv-python-headless": "cv2",
    "pillow": "pil",
    "polars-runtime-32": "polars",
    "psycopg2-binary": "psycopg2",
    "pyyaml": "yaml",
    "scikit-learn": "sklearn",
}
"""What packages are imported as, where that is not their name."""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    heavy = architecture.option(rule, "unzipped") * _MB
    most = limit("package-unzipped").value * _MB
    # Functions that are built of one folder all carry what it declares.
    found: dict[tuple[str, ...], list[Function]] = {}
    for function in architecture.functions():
        estimate = function.estimate
        if isinstance(estimate, NotRead):
            yield rule.not_judged(function, because=estimate.reason)
        elif estimate is not None and estimate.size > heavy:
            found.setdefault(estimate.files, []).append(function)
        elif estimate is not None and estimate.unknown:
            yield rule.not_judged(function, because="not all of its dependencies are in the table")
    for functions in found.values():
        estimate = functions[0].estimate
        if isinstance(estimate, Estimate):
            yield _finding(functions, estimate, most)


def _finding(functions: list[Function], estimate: Estimate, most: float) -> Finding:
    first, *others = functions
    beyond = estimate.size > most
    parts = ", ".join(f"{part.name} {_mb(part.size)}" for part in estimate.parts[:3])
    shared = f" and {len(others)} more" if others else ""
    return rule.finding(
        f"dependencies of '{first.name}'{shared} weigh about {_mb(estimate.size)}: {parts}",
        at=first.at("CodeUri", label=f"{estimate.files[0]} declares them"),
        related=[
            other.at(
                "CodeUri",
                label="is built of the same folder"
                + (" and imports none of them" if _imports_none(other, estimate) else ""),
            )
            for other in others
        ],
        why=(
            f"Lambda takes {_mb(most)} unzipped and refuses the function"
            if beyond
            else "every new execution environment fetches them and loads what is imported"
        ),
        remediation=_remediation(estimate),
        severity=Severity.WARNING if beyond else None,
        evidence=Evidence.REFERENCED,
    )


def _imports_none(function: Function, estimate: Estimate) -> bool:
    """Tell whether a function carries the known packages and imports none of the declared ones."""
    facts = function.source
    if not isinstance(facts, Facts) or not facts.is_complete:
        return False
    imported = {item.package.lower().replace("_", "-") for item in facts.imports}
    names = {part.name for part in estimate.parts} | set(estimate.unknown)
    return not any(_MODULES.get(name, name) in imported or name in imported for name in names)


def _remediation(estimate: Estimate) -> str:
    lines = [f"# {', '.join(estimate.files)} declares, unzipped:"]
    lines += [
        f"#   {_mb(part.size):>8}  {part.name} ({part.version}, {part.date})"
        for part in estimate.parts[:_SHOWN]
    ]
    if estimate.others:
        lines.append(f"#   {_mb(estimate.others):>8}  what these bring along")
    if estimate.guessed:
        names = ", ".join(estimate.unknown[:_SHOWN])
        lines.append(f"#   {_mb(estimate.guessed):>8}  if the others are like most: {names}")
    if estimate.near:
        lines.append(f"# of {', '.join(estimate.near[:_SHOWN])} another version was weighed")
    if estimate.provided:
        names = ", ".join(estimate.provided)
        lines.append(f"# the runtime has {names}: they need not be declared")
    sure = "all that is installed" if estimate.is_locked else "what is asked for and what it needs"
    lines.append(f"# counted is {sure}")
    return "\n".join(lines)


def _mb(size: float) -> str:
    return f"{size / _MB:.0f} MB" if size >= _MB else f"{size / 1024:.0f} KB"

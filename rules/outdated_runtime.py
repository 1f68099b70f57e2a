"""A runtime that AWS no longer patches, or that new deployments are refused with."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    Fix,
    Function,
    Layer,
    Pillar,
    Rule,
    Severity,
    Unknown,
    runtime_lifecycle,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from advisor import Architecture, Change, Finding, NotJudged, Runtime

rule = Rule(
    id="FUN040",
    name="outdated-runtime",
    pillar=Pillar.SECURITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function runs on a runtime that is deprecated or about to be",
    rationale="""
        AWS ends a runtime in three steps: from the first date on it gets no security patches and
        no support, from the second on no function can be created with it, and from the third on
        no function that has it can be updated, so that not even a fix can be deployed. Functions
        go on running all the while, which is why nobody notices. What counts is the dates, not
        whether there is anything newer.
        """,
    remediation="""
        Move to a runtime with years ahead of it, and test: a new major version of a language may
        break code and packages with native parts.
        """,
    when_to_ignore="""
        The function will be gone before the date.
        """,
    bad={
        "template.yaml": """
            Resources:
              Ship:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.9  # <-- 'Ship' runs on python3.9, deprecated since 2025-12-15
                  Handler: app.handler
                  CodeUri: ship/
            """,
        "advise.toml": "today = 2026-11-21",
    },
    good={
        "template.yaml": """
            Resources:
              Ship:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: ship/
            """,
        "advise.toml": "today = 2026-11-21",
    },
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html",
    ),
    options={"notice_days": 180},
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    today = architecture.facts.today
    notice = timedelta(days=architecture.option(rule, "notice_days"))
    # Functions that have their runtime from one place, such as `Globals`, are told of once.
    found: dict[object, list[tuple[Function, Runtime]]] = {}
    for function in architecture.functions():
        runtime = function.runtime
        if runtime is None or function.package_type != "Zip":
            continue
        if not isinstance(runtime, str):
            yield rule.not_judged(function, because="its runtime is not known from the template")
            continue
        row = runtime_lifecycle(runtime)
        if row is not None and today >= row.deprecated - notice:
            place = function.at("Runtime")
            found.setdefault((place.path, place.span), []).append((function, row))
    for functions in found.values():
        yield _finding(architecture, [function for function, _ in functions], functions[0][1])


def _finding(architecture: Architecture, functions: Sequence[Function], row: Runtime) -> Finding:
    first = functions[0]
    severity, state, why = _state(row, architecture.facts.today)
    others = len(functions) - 1
    named = f"'{first.name}' and {others} more run" if others else f"'{first.name}' runs"
    change = _change(architecture, functions, row)
    return rule.finding(
        f"{named} on {row.runtime}, {state}",
        at=first.at("Runtime", label=state),
        related=[other.at(label="and so does this one") for other in functions[1:]],
        severity=severity,
        # Whether the function exists already is not in the files.
        confidence=Confidence.MEDIUM if severity is Severity.ERROR else None,
        why=why,
        remediation=_remediation(first, row),
        fix=Fix(f"Run '{first.name}' on {row.successor}", (change,)) if change else None,
    )


def _change(
    architecture: Architecture, functions: Sequence[Function], row: Runtime
) -> Change | None:
    """Return the change of the one place that all functions have their runtime from."""
    # Another language, or a binary of one's own, is more than a number.
    if not row.successor or row.successor[:4] != row.runtime[:4]:
        return None
    first = functions[0]
    if any(
        isinstance(edge.target, Layer) and not _fits(edge.target, row.successor)
        for function in functions
        for edge in architecture.outgoing(function, EdgeKind.USES)
    ):
        return None
    return first.change(("Runtime",), row.successor, shared=True)


def _fits(layer: Layer, runtime: str) -> bool:
    """Tell whether a layer is for a runtime as well; else it has to be built anew first."""
    allowed = layer.items("CompatibleRuntimes")
    return isinstance(allowed, Unknown) or not allowed or runtime in allowed


def _state(row: Runtime, today: date) -> tuple[Severity, str, str]:
    """Return how bad it is, what to say of it, and the consequence."""
    if today >= row.block_update:
        return (
            Severity.ERROR,
            f"which is refused since {row.block_update}",
            "functions with this runtime can neither be created nor updated: a deployment fails",
        )
    if today >= row.block_create:
        return (
            Severity.ERROR,
            f"which no new function can have since {row.block_create}",
            f"a new stack is refused, and from {row.block_update} on so is any update",
        )
    if today >= row.deprecated:
        return (
            Severity.WARNING,
            f"deprecated since {row.deprecated}",
            f"no security patches any more; AWS refuses updates from {row.block_update} on",
        )
    return (
        Severity.INFO,
        f"which is deprecated from {row.deprecated} on",
        "from that day on it gets no security patches and no support",
    )


def _remediation(function: Function, row: Runtime) -> str:
    pointer = function.at("Runtime").pointer
    head = ("Globals", "Function") if pointer[:1] == ("Globals",) else (function.name, "Properties")
    build = "  # needs a binary named bootstrap" if row.runtime == "go1.x" else ""
    return f"""
        {head[0]}:
          {head[1]}:
            Runtime: {row.successor or "<the next runtime of the language>"}{build}
        """

"""A function whose code has no such file, or no such function in it, fails at every start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Evidence, Facts, Function, Pillar, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="PKG020",
    name="missing-handler",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function's code has no such handler",
    rationale="""
        `Handler` names a file of the package and a function in it. Lambda looks for both only
        when the function is first invoked, so that the deployment succeeds, and every
        invocation fails before any code has run.
        """,
    remediation="""
        Name the file without its ending, a dot, and the function: `app.handler` is `handler` in
        `app.py` or `app.js`. Upper and lower case matter.
        """,
    when_to_ignore="""
        A step of the build that the template does not know of makes the file.
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
                  Handler: main.handler  # <-- file 'main' is not in 'ship'
                  CodeUri: ship/
              Bill:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.lambda_handler  # <-- 'ship/app.py' has no 'lambda_handler'
                  CodeUri: ship/
            """,
        "ship/app.py": """
            def handler(event, context):
                return event
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
            def handler(event, context):
                return event
            """,
    },
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.functions():
        facts = function.source
        if isinstance(facts, Facts):
            if facts.lacks_handler:
                where = "its code here" if facts.handler is None else f"'{facts.shown}'"
                yield _finding(
                    function,
                    f"handler of '{function.name}': {where} has no '{facts.function}'",
                    # A text without any function holds the place of code that comes later.
                    severity=None if facts.handler or _has_functions(function) else Severity.INFO,
                )
        elif facts.missing:
            yield _finding(function, f"handler of '{function.name}': {_told(facts.reason)}")


def _told(reason: str) -> str:
    return reason.removeprefix("its handler ")


def _has_functions(function: Function) -> bool:
    text = str(function.get("Code", "ZipFile") or "")
    return any(word in text for word in ("def ", "function", "=>"))


def _finding(function: Function, message: str, *, severity: Severity | None = None) -> Finding:
    return rule.finding(
        message,
        at=function.at("Handler", label="nothing of this name"),
        why="every invocation fails before any code has run",
        remediation=function.setting("Handler: <file without its ending>.<function>\n"),
        severity=severity,
        evidence=Evidence.PROVED,
    )

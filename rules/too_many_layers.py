"""A function with more layers than Lambda lays over each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Function, Pillar, Rule, Severity, Unknown, limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="PKG011",
    name="too-many-layers",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function has more layers than Lambda allows",
    rationale="""
        A function has five layers at most. SAM adds those of a function to those of `Globals`,
        so that one more at either place may be too many.
        """,
    remediation="""
        Put together what is always used together, or package it with the function.
        """,
    when_to_ignore="""
        Never: the deployment fails.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Globals:
          Function:
            Layers: [!Ref Tracing, !Ref Metrics, !Ref Logging]
        Parameters:
          Tracing: {Type: String}
          Metrics: {Type: String}
          Logging: {Type: String}
          Images: {Type: String}
          Fonts: {Type: String}
          Video: {Type: String}
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Layers: [!Ref Images, !Ref Fonts, !Ref Video]  # <-- 'Ship' has 6 layers of at most 5
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Parameters:
          Tracing: {Type: String}
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Layers: [!Ref Tracing]
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
        "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    most = int(limit("function-layers").value)
    for function in architecture.functions():
        layers = function.layers
        # An item that is unknown may be nothing at all, or a list.
        if isinstance(layers, Unknown) or len(layers) <= most:
            continue
        last = function.at("Layers", len(layers) - 1)
        first = function.at("Layers", 0)
        yield rule.finding(
            f"'{function.name}' has {len(layers)} layers of at most {most}",
            at=function.at("Layers"),
            related=[
                place.labelled(label)
                for place, label in ((first, "the first of them"), (last, "the last of them"))
            ],
            why="Lambda refuses more, and with it the deployment",
            remediation=f"""
                {function.name}:
                  Properties:
                    Layers: []  # {most} at most, those of Globals included
                """,
        )

"""A layer that says it was not built for the function's runtime or processor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EdgeKind, Function, Layer, Pillar, Rule, Severity, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, NotJudged, Value

rule = Rule(
    id="PKG010",
    name="incompatible-layer",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="layer is not meant for the function's runtime or architecture",
    rationale="""
        A layer says which runtimes and processor architectures it was built for. Lambda does not
        hold a function to it, so that nothing fails until a package is imported that lies in a
        folder of another runtime, or whose compiled part is for another processor.
        """,
    remediation="""
        Build the layer for the function's runtime and architecture, and say so in the layer; or
        correct what the layer says.
        """,
    when_to_ignore="""
        The layer holds data or pure code that works everywhere, and its list is out of date.
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
              Layers:
                - !Ref Images  # <-- 'Ship' runs on python3.13, 'Images' is for python3.9
          Images:
            Type: AWS::Serverless::LayerVersion
            Properties:
              ContentUri: images/
              CompatibleRuntimes: [python3.9]
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
              Layers:
                - !Ref Images
          Images:
            Type: AWS::Serverless::LayerVersion
            Properties:
              ContentUri: images/
              CompatibleRuntimes: [python3.12, python3.13]
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-layerversion.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    # What `Globals` or a common layer cause for several functions is told of once.
    seen: set[object] = set()
    for function in architecture.functions():
        for edge in architecture.outgoing(function, EdgeKind.USES):
            layer = edge.target
            if not isinstance(layer, Layer):
                continue
            finding = _judge(function, layer, edge)
            if finding is not None:
                place = finding.location
                key = (place.path, place.pointer, layer.id, str(function.runtime))
                if key not in seen:
                    seen.add(key)
                    yield finding


def _judge(function: Function, layer: Layer, edge: Edge) -> Finding | None:
    architectures = function.architectures
    own: Value = architectures[0] if isinstance(architectures, list) and architectures else None
    for key, value, verb in (
        ("CompatibleRuntimes", function.runtime, "runs on"),
        ("CompatibleArchitectures", own, "is built for"),
    ):
        allowed = layer.items(key)
        if not isinstance(value, str) or isinstance(allowed, Unknown) or not allowed:
            continue
        if value in allowed or not all(isinstance(item, str) for item in allowed):
            continue
        # An OS-only runtime takes what any language brings along.
        if value.startswith("provided"):
            continue
        shown = ", ".join(str(item) for item in allowed)
        return rule.finding(
            f"'{function.name}' {verb} {value}, '{layer.name}' is for {shown}",
            at=edge.at(label="this layer"),
            related=[layer.at(key, label=f"not for {value}")],
            evidence=edge.evidence,
            why="what the layer brings is not found, or fails to load, when the function starts",
            remediation=f"""
                {layer.name}:
                  Properties:
                    {key}: [{shown}, {value}]  # and build it for {value} as well
                """,
        )
    return None

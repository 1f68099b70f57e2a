"""A function on the dearer of two processors, for want of a choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Fix, Function, Pillar, Rule, Severity, runtime_lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="CST001",
    name="x86-function",
    pillar=Pillar.COST,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    applies_to=Function,
    summary="function runs on x86 without saying so",
    rationale="""
        A function that names no architecture runs on x86_64. The same time on arm64 costs a fifth
        less, and most code in Python, JavaScript, Java, .NET and Ruby runs on both unchanged;
        packages with compiled parts have to be built for arm64.
        """,
    remediation="""
        Build for arm64, test, and say so.
        """,
    when_to_ignore="""
        A package, a layer or an extension is there for x86 only.
        """,
    bad="""
        Resources:
          Ship:  # <-- 'Ship' runs on x86_64 by default
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
        """,
    good="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Architectures: [arm64]
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html",
        "https://aws.amazon.com/lambda/pricing/",
    ),
    preview=True,
    aggregate="{count} functions run on x86_64 by default: {names}",
)

_WITHOUT_ARM = ("nodejs10", "nodejs4", "nodejs6", "nodejs8", "python2", "python3.6", "python3.7")
_X86_ONLY = frozenset({"go1.x", "java8", "nodejs", "provided", "dotnet5.0", "ruby2.5"})


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    edge_functions = {
        function.id
        for function in architecture.functions()
        for edge in architecture.incoming(function)
        if edge.source.type == "AWS::CloudFront::Distribution"
    }
    for function in architecture.functions():
        runtime = function.runtime
        if function.get("Architectures") is not None or not isinstance(runtime, str):
            continue
        if function.package_type != "Zip" or function.id in edge_functions:
            continue
        if runtime in _X86_ONLY or runtime.startswith(_WITHOUT_ARM):
            continue
        if runtime_lifecycle(runtime) is None or runtime.startswith("dotnetcore"):
            continue
        # Layers and binaries from elsewhere are built for one processor.
        if function.layers != [] or runtime.startswith("provided"):
            continue
        change = function.change(("Architectures",), ["arm64"])
        yield rule.finding(
            f"'{function.name}' runs on x86_64 by default",
            at=function.at(label="no Architectures"),
            why="the same time on arm64 costs a fifth less",
            remediation=f"""
                {function.name}:
                  Properties:
                    Architectures: [arm64]  # after building its packages for it
                """,
            fix=None if change is None else Fix("Run on arm64; build packages for it", (change,)),
        )

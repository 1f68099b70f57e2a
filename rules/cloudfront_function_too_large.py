"""A CloudFront function whose code is larger than CloudFront takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    CloudFrontFunction,
    Confidence,
    Pillar,
    Rule,
    Severity,
    Text,
    Unknown,
    limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged, Value

rule = Rule(
    id="EDG008",
    name="cloudfront-function-too-large",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=CloudFrontFunction,
    summary="code of a CloudFront function is larger than CloudFront takes",
    rationale="""
        The code of a CloudFront function, comments included, may have 10 KB. Tables of redirects
        outgrow it first: they belong into a key value store.
        """,
    remediation="""
        Minify the code, move data into a CloudFront key value store, or use Lambda@Edge.
        """,
    when_to_ignore="""
        Never: the deployment is refused.
        """,
    bad="""
        Resources:
          Redirects:
            Type: AWS::CloudFront::Function
            Properties:
              Name: redirects
              FunctionConfig: {Comment: redirects, Runtime: cloudfront-js-2.0}
              FunctionCode: "CODE"  # <-- the code of 'Redirects' has 11000 bytes
        """.replace("CODE", "x" * 11_000),
    good="""
        Resources:
          Redirects:
            Type: AWS::CloudFront::Function
            Properties:
              Name: redirects
              FunctionConfig: {Comment: redirects, Runtime: cloudfront-js-2.0}
              FunctionCode: "function handler(event) { return event.request; }"
        """,
    references=(
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    row = limit("cloudfront-function-size")
    for function in architecture.all(CloudFrontFunction):
        code = function.code
        if isinstance(code, Unknown):
            yield rule.not_judged(function, because="its code is not known from the template")
            continue
        size = _size(code)
        if size <= row.value:
            continue
        yield rule.finding(
            f"the code of '{function.name}' has {size} bytes, CloudFront takes {row.value:g}",
            at=function.at("FunctionCode", label=f"{size} bytes"),
            why="CloudFront refuses a function with more code",
            remediation=f"Minify '{function.name}', or move its data into an "
            "AWS::CloudFront::KeyValueStore.",
        )


def _size(code: Value) -> int:
    """Return the bytes that are certain; of a partly known text those of its known parts."""
    parts = code.parts if isinstance(code, Text) else (code,)
    return sum(len(part.encode()) for part in parts if isinstance(part, str))

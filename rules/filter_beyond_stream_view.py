"""A filter on an image of an item that the stream of the table does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventSourceMapping,
    Evidence,
    Fix,
    Pillar,
    Pipe,
    Rule,
    Severity,
    Table,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, FilterPattern, Finding, NotJudged

rule = Rule(
    id="STR015",
    name="filter-beyond-stream-view",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=(EventSourceMapping, Pipe),
    summary="filter asks for an image that the stream of the table does not hold",
    rationale="""
        What a table's stream tells of a change is set by `StreamViewType`: only the keys, the item
        as it is now, as it was, or both. A filter on `NewImage` or `OldImage` matches nothing
        where the stream does not hold that image, and the function never runs.
        """,
    remediation="""
        Choose a `StreamViewType` that holds what the filter asks for. Changing it needs the
        stream to be switched off first.
        """,
    when_to_ignore="""
        Never: the filter lets nothing through.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::DynamoDB::Table
            Properties:
              BillingMode: PAY_PER_REQUEST
              AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
              KeySchema: [{AttributeName: id, KeyType: HASH}]
              StreamSpecification: {StreamViewType: KEYS_ONLY}
          ToShip:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: !GetAtt Orders.StreamArn
              StartingPosition: TRIM_HORIZON
              FilterCriteria:
                Filters:
                  - Pattern: '{"dynamodb": {"NewImage": {"due": {"BOOL": [true]}}}}'  # <-- NewImage
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::DynamoDB::Table
            Properties:
              BillingMode: PAY_PER_REQUEST
              AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
              KeySchema: [{AttributeName: id, KeyType: HASH}]
              StreamSpecification: {StreamViewType: NEW_IMAGE}
          ToShip:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: !GetAtt Orders.StreamArn
              StartingPosition: TRIM_HORIZON
              MaximumRetryAttempts: 5
              BisectBatchOnFunctionError: true
              DestinationConfig: {OnFailure: {Destination: !ImportValue failed-orders-arn}}
              FilterCriteria:
                Filters:
                  - Pattern: '{"dynamodb": {"NewImage": {"due": {"BOOL": [true]}}}}'
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html",
        "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_StreamSpecification.html",
    ),
)

_MISSING = {
    "KEYS_ONLY": ("NewImage", "OldImage"),
    "NEW_IMAGE": ("OldImage",),
    "OLD_IMAGE": ("NewImage",),
}
_BOTH = "NEW_AND_OLD_IMAGES"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    readers: list[EventSourceMapping | Pipe] = [
        *architecture.all(EventSourceMapping),
        *architecture.all(Pipe),
    ]
    for reader in readers:
        table, patterns = reader.source, reader.filter_patterns
        if not isinstance(table, Table) or isinstance(patterns, Unknown):
            continue
        missing = _MISSING.get(str(table.stream_view), ())
        wrong = [(pattern, image) for pattern in patterns if (image := _image(pattern, missing))]
        for pattern, image in wrong:
            yield _finding(reader, table, (pattern, image), only=len(wrong) == len(patterns))


def _image(pattern: FilterPattern, missing: tuple[str, ...]) -> str:
    """Return the image that has to match and is never there."""
    for path, values in pattern.leaves():
        is_image = len(path) > 1 and path[0] == "dynamodb" and path[1] in missing
        # A field that has to be absent is.
        if is_image and {"exists": False} not in values:
            return path[1]
    return ""


def _finding(
    reader: EventSourceMapping | Pipe, table: Table, fault: tuple[FilterPattern, str], *, only: bool
) -> Finding:
    pattern, image = fault
    view = str(table.stream_view)
    wanted = f"{image.removesuffix('Image').upper()}_IMAGE" if view == "KEYS_ONLY" else _BOTH
    change = table.change(("StreamSpecification", "StreamViewType"), wanted)
    return rule.finding(
        f"a filter of '{reader.title}' asks for {image}, the stream of '{table.name}' is {view}",
        at=reader.at(*pattern.path, label=f"asks for {image}"),
        related=[
            table.at("StreamSpecification", "StreamViewType", label=f"holds no {image}"),
        ],
        why="the filter matches nothing, so that its changes are never handled",
        remediation=table.setting(f"StreamSpecification:\n  StreamViewType: {wanted}"),
        # Beside others that match, it only does nothing.
        severity=None if only else Severity.WARNING,
        evidence=Evidence.DECLARED,
        fix=Fix(f"Let the stream hold {image}", (change,)) if change else None,
    )

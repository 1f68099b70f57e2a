"""A filter that compares numbers of a table's stream, which are texts there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventSourceMapping,
    Evidence,
    Pillar,
    Pipe,
    Rule,
    Severity,
    Table,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, FilterPattern, Finding, NotJudged, Value

rule = Rule(
    id="STR016",
    name="numeric-filter-on-table-stream",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=(EventSourceMapping, Pipe),
    summary="filter compares an attribute of a table's stream with a number",
    rationale="""
        DynamoDB hands over numbers as texts, `{"N": "101"}`. A filter that compares with
        `numeric`, or names a number without quotes, never matches such a text, and the function
        never runs.
        """,
    remediation="""
        Name the values as texts, `{"N": ["101"]}`, or let the function sort them out.
        """,
    when_to_ignore="""
        Never: the filter lets nothing through.
        """,
    bad="""
        Resources:
          ToShip:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026
              StartingPosition: TRIM_HORIZON
              FilterCriteria:
                Filters:
                  - Pattern: '{"dynamodb": {"Keys": {"n": {"N": [{"numeric":["=", 9]}]}}}}'  # <-- n
        """,
    good="""
        Resources:
          ToShip:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026
              StartingPosition: TRIM_HORIZON
              MaximumRetryAttempts: 5
              BisectBatchOnFunctionError: true
              DestinationConfig: {OnFailure: {Destination: !ImportValue failed-orders-arn}}
              FilterCriteria:
                Filters:
                  - Pattern: '{"dynamodb": {"Keys": {"id": {"N": ["10", "11"]}}}}'
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html",
        "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_AttributeValue.html",
    ),
)

_ITEMS = frozenset({"Keys", "NewImage", "OldImage"})


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    readers: list[EventSourceMapping | Pipe] = [
        *architecture.all(EventSourceMapping),
        *architecture.all(Pipe),
    ]
    for reader in readers:
        patterns = reader.filter_patterns
        if isinstance(patterns, Unknown) or not _reads_table(reader):
            continue
        wrong = [(pattern, path) for pattern in patterns if (path := _numeric(pattern))]
        for pattern, path in wrong:
            yield _finding(reader, pattern, path, only=len(wrong) == len(patterns))


def _reads_table(reader: EventSourceMapping | Pipe) -> bool:
    if isinstance(reader, EventSourceMapping):
        return reader.source_kind == "dynamodb"
    return isinstance(reader.source, Table)


def _numeric(pattern: FilterPattern) -> tuple[str, ...]:
    """Return the path of an attribute that is compared with numbers only."""
    for path, values in pattern.leaves():
        is_item = len(path) > 2 and path[0] == "dynamodb" and path[1] in _ITEMS
        if is_item and values and all(_is_number(value) for value in values):
            return path
    return ()


def _is_number(value: Value) -> bool:
    if isinstance(value, dict):
        return set(value) == {"numeric"}
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _finding(
    reader: EventSourceMapping | Pipe, pattern: FilterPattern, path: tuple[str, ...], *, only: bool
) -> Finding:
    return rule.finding(
        f"a filter of '{reader.title}' compares '{path[2]}' with a number, in the stream it is a "
        "text",
        at=reader.at(*pattern.path, label="never matches"),
        why="the filter matches nothing, so that its changes are never handled",
        remediation=f"""# name the values as texts:
"{path[2]}": {{"N": ["<value>"]}}""",
        # Beside others that match, it only does nothing.
        severity=None if only else Severity.WARNING,
        evidence=Evidence.DECLARED,
    )

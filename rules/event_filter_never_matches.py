"""A filter that asks for something that no record of its source has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventSourceMapping,
    Evidence,
    Pillar,
    Pipe,
    Queue,
    Rule,
    Severity,
    Stream,
    Table,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, FilterPattern, Finding, NotJudged

rule = Rule(
    id="QUE030",
    name="event-filter-never-matches",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=(EventSourceMapping, Pipe),
    summary="filter of a mapping or pipe asks for a field that records of its source do not have",
    rationale="""
        A filter is held against the whole record that the source hands over, not against what a
        producer put into it: that is in `body` for SQS, in `data` for Kinesis, below `dynamodb`
        for a table's stream and in `value` for Kafka. A pattern that starts with a field of the
        payload matches nothing, and a message of a queue that matches no filter is deleted. A
        pattern that is no JSON object is refused.
        """,
    remediation="""
        Put the pattern below the field that carries the payload.
        """,
    when_to_ignore="""
        Never: the filter lets nothing through.
        """,
    bad="""
        Resources:
          FromOrders:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
              FunctionResponseTypes: [ReportBatchItemFailures]
              FilterCriteria:
                Filters:
                  - Pattern: '{"status": ["paid"]}'  # <-- asks for 'status', which a message of SQS
        """,
    good="""
        Resources:
          FromOrders:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
              FunctionResponseTypes: [ReportBatchItemFailures]
              FilterCriteria:
                Filters:
                  - Pattern: '{"body": {"status": ["paid"]}}'
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html",
    ),
)

_COMMON = {"eventSource", "eventSourceARN", "awsRegion", "eventVersion", "eventID", "eventName"}
_FIELDS = {
    "sqs": _COMMON
    | {"messageId", "receiptHandle", "body", "attributes", "messageAttributes", "md5OfBody"}
    | {"md5OfMessageAttributes"},
    "kinesis": _COMMON
    | {"data", "partitionKey", "sequenceNumber", "kinesisSchemaVersion", "encryptionType"}
    | {"approximateArrivalTimestamp", "invokeIdentityArn", "kinesis"},
    "dynamodb": _COMMON | {"dynamodb", "userIdentity"},
    "msk": {"topic", "partition", "offset", "timestamp", "timestampType", "key", "value"}
    | {"headers", "eventSource", "eventSourceArn", "bootstrapServers", "eventSourceKey"},
}
"""The fields of a record by kind of source, from the pages referred to above."""
_FIELDS["kafka"] = _FIELDS["msk"]
_WORDS = {
    "sqs": ("a message of SQS", "body"),
    "kinesis": ("a record of Kinesis", "data"),
    "dynamodb": ("a record of a table's stream", "dynamodb"),
    "msk": ("a record of Kafka", "value"),
    "kafka": ("a record of Kafka", "value"),
}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    nodes: list[EventSourceMapping | Pipe] = [
        *architecture.all(EventSourceMapping),
        *architecture.all(Pipe),
    ]
    for node in nodes:
        patterns = node.filter_patterns
        if isinstance(patterns, Unknown):
            yield rule.not_judged(node, because=f"its filters are a {patterns.cause.value}")
            continue
        kind = _kind(node)
        wrong = [pattern for pattern in patterns if pattern.is_broken or _strange(pattern, kind)]
        for pattern in wrong:
            only = len(wrong) == len(patterns)
            yield _finding(node, pattern, kind, only=only)


def _kind(node: EventSourceMapping | Pipe) -> str:
    if isinstance(node, EventSourceMapping):
        return node.source_kind
    for type_, kind in ((Queue, "sqs"), (Stream, "kinesis"), (Table, "dynamodb")):
        if isinstance(node.source, type_):
            return kind
    return ""


def _strange(pattern: FilterPattern, kind: str) -> str:
    """Return a field that has to match and that records of the source do not have."""
    known = _FIELDS.get(kind)
    if known is None:
        return ""
    for path, values in pattern.leaves():
        # A field that has to be absent is.
        is_field = path[0] not in known and not path[0].startswith("$")
        if is_field and {"exists": False} not in values:
            return path[0]
    return ""


def _finding(
    node: EventSourceMapping | Pipe, pattern: FilterPattern, kind: str, *, only: bool
) -> Finding:
    if pattern.is_broken:
        return rule.finding(
            f"a filter of '{node.title}' is no JSON object",
            at=node.at(*pattern.path, label="cannot be read"),
            why="the mapping or pipe is refused, so the deployment fails",
            remediation="# write the pattern as the JSON text of an object",
            evidence=Evidence.DECLARED,
        )
    record, envelope = _WORDS[kind]
    field = _strange(pattern, kind)
    lost = (
        "messages that match no filter are deleted"
        if kind == "sqs"
        else "records that match no filter are skipped"
    )
    return rule.finding(
        f"a filter of '{node.title}' asks for '{field}', which {record} does not have",
        at=node.at(*pattern.path, label=f"what the producer wrote is in '{envelope}'"),
        why=f"the filter matches nothing, and {lost}",
        remediation=f"""# below the field that carries the payload:
Pattern: '{{"{envelope}": {{"{field}": …}}}}'""",
        # Beside others that match, it only does nothing.
        severity=None if only else Severity.WARNING,
        evidence=Evidence.DECLARED,
    )

"""Stream processor: a worker reads records of a stream in order, batch by batch.

Conditions:

1. A mapping or a pipe that is not switched off polls (declared) a stream of Kinesis, the stream of
   a table, a Kafka topic, or a change stream of DocumentDB.
2. It runs a function or a workflow, or hands the records on to a target that does something else
   than store them unread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.patterns.record import Kind, part, pattern
from advisor.architecture.edges import Mode
from advisor.architecture.nodes.events import Pipe
from advisor.architecture.nodes.mappings import EventSourceMapping
from advisor.architecture.resolution import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.patterns.record import Pattern
    from advisor.advice.patterns.survey import Reaction, Survey
    from advisor.architecture.nodes.base import Node

KIND = Kind(
    name="stream-processor",
    title="stream processor",
    summary="records of a stream are worked on in order, batch by batch",
    references=(
        "https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/streaming-processing.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html",
    ),
    asks={
        "stream-mapping-without-failure-destination": "a place for records that failed",
        "unreachable-stream-failure-destination": "an end of retries",
        "stream-mapping-retries-forever": "an end of retries",
        "stream-batch-without-error-isolation": "a way to set failed records apart",
        "partial-batch-response-not-returned": "partial batch responses",
        "swallowed-exception-in-batch": "failures that are reported",
        "stream-reader-starts-at-latest": "a start that misses nothing",
        "stream-readers-share-throughput": "throughput for each reader",
        "too-many-table-stream-readers": "no more readers than shards serve",
        "reader-of-table-without-stream": "a stream",
        "filter-beyond-stream-view": "images that its filter asks for",
    },
)

_KINDS = frozenset({"kinesis", "dynamodb", "stream", "msk", "kafka", "documentdb"})
_UNREAD = frozenset({"bucket", "log-group", "delivery-stream"})


def recognise(survey: Survey) -> Iterator[Pattern]:
    """Yield a case for each stream that somebody reads."""
    for stream in streams(survey):
        readers = [each for each in survey.reactions(stream) if _is_reader(each)]
        if readers:
            edges = [edge for reader in readers for edge in reader.edges]
            sinks = [
                edge.target
                for edge in survey.architecture.dead_letter_edges(stream)
                if any(edge.declared_by is each.declared_by for each in edges)
            ]
            reading = {reader.node.id for reader in readers}
            writers = [
                edge
                for edge in (*survey.senders(stream), *survey.writers(stream))
                if edge.source.id not in reading
            ]
            yield pattern(
                KIND,
                [
                    part("stream", [stream]),
                    part("writers", [edge.source for edge in writers]),
                    part("processors", [reader.node for reader in readers]),
                    part("failed records", sinks),
                ],
                edges,
            )


def streams(survey: Survey) -> list[Node]:
    """Return what mappings and pipes poll, each once, in reading order."""
    pollers: list[EventSourceMapping | Pipe] = [
        *survey.architecture.all(EventSourceMapping),
        *survey.architecture.all(Pipe),
    ]
    polled = [each.source for each in pollers if _reads_stream(each)]
    return list({node.id: node for node in polled if node is not None}.values())


def _reads_stream(poller: EventSourceMapping | Pipe) -> bool:
    if isinstance(poller, EventSourceMapping):
        return poller.source_kind in _KINDS
    return poller.is_stream or (
        poller.source is not None and kind_of(poller.source) in {"stream", "table", "kafka"}
    )


def _is_reader(reaction: Reaction) -> bool:
    return reaction.edges[0].mode is Mode.POLLED and kind_of(reaction.node) not in _UNREAD


__all__ = ["KIND", "recognise", "streams"]

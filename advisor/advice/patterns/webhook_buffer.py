"""Webhook buffer: an API takes requests and hands them to a queue, bus or stream by itself.

Conditions, all of them declared in the templates:

1. A route of an API, or a data source of a GraphQL API, sends to a queue, a topic, a bus, a stream
   or a delivery stream without a function in between.
2. Somebody works it off: a consumer of the queue or stream, a subscriber of the topic, a target of
   a rule on the bus whose pattern does not ask for events of AWS alone, a destination of the
   delivery stream. A topic keeps nothing by itself: a queue or a delivery stream has to be among
   its subscribers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.patterns.record import Kind, part, pattern
from advisor.advice.patterns.survey import is_channel
from advisor.advice.patterns.taken import asks_for_aws_only
from advisor.architecture.edges import EdgeKind, Evidence
from advisor.architecture.nodes.apis import Api
from advisor.architecture.resolution import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.patterns.record import Pattern
    from advisor.advice.patterns.survey import Survey
    from advisor.architecture.edges import Edge

KIND = Kind(
    name="webhook-buffer",
    title="webhook buffer",
    summary="requests are kept before anything can fail on them, and worked on later",
    references=(
        "https://docs.aws.amazon.com/prescriptive-guidance/latest/patterns/integrate-amazon-api-gateway-with-amazon-sqs-to-handle-asynchronous-rest-apis.html",
    ),
    asks={
        "source-queue-without-dlq": "a dead-letter queue",
        "target-without-dlq": "a dead-letter queue for what cannot be delivered",
        "stream-mapping-without-failure-destination": "a place for records that failed",
        "stream-mapping-retries-forever": "an end of retries",
        "queue-visibility-below-function-timeout": "a visibility timeout above the function's",
        "queue-batch-without-item-failures": "partial batch responses",
        "async-function-without-failure-destination": "a place for events that failed",
        "publisher-without-permission": "the permission to send",
        "encryption-key-blocks-publisher": "a key that its sender may use",
        "route-without-authorization": "authorization",
    },
)


def recognise(survey: Survey) -> Iterator[Pattern]:
    """Yield a case for each channel that APIs send to by themselves."""
    sent: dict[str, list[Edge]] = {}
    for api in survey.architecture.all(Api):
        for edge in survey.outgoing(api, EdgeKind.PUBLISHES):
            if edge.evidence is Evidence.DECLARED and is_channel(edge.target):
                sent.setdefault(edge.target.id, []).append(edge)
    for edges in sent.values():
        buffer = edges[0].target
        reactions = [
            each
            for each in survey.reactions(buffer)
            if each.rule is None or not asks_for_aws_only(each.rule)
        ]
        keeps = kind_of(buffer) != "topic" or any(
            kind_of(each.node) in {"queue", "delivery-stream"} for each in reactions
        )
        if not reactions or not keeps:
            continue
        sinks = [edge.target for edge in survey.architecture.dead_letter_edges(buffer)]
        yield pattern(
            KIND,
            [
                part("buffer", [buffer]),
                part("API", [edge.source for edge in edges]),
                part("consumers", [each.node for each in reactions]),
                part("dead-letter queue", sinks),
            ],
            [*edges, *(edge for each in reactions for edge in each.edges)],
        )


__all__ = ["KIND", "recognise"]

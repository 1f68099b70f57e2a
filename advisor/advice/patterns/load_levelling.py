"""Queue-based load levelling: a queue between those who ask for work and those who do it.

Conditions:

1. A mapping or a pipe that is not switched off polls the queue (declared) and runs a function or
   a workflow, or hands its messages on.
2. The queue is more than a sink of failures: somebody sends to it (declared, made in code, or
   permitted) who is not one of its own consumers, or, where nobody in the files does, it is no
   dead-letter queue. In the second case the senders are outside and the case is less sure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.patterns.record import Kind, part, pattern
from advisor.architecture.edges import Mode
from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.messaging import Queue
from advisor.architecture.resolution import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.patterns.record import Pattern
    from advisor.advice.patterns.survey import Survey
    from advisor.architecture.nodes.base import Node

KIND = Kind(
    name="load-levelling",
    title="queue-based load levelling",
    summary="a queue takes peaks, and its consumers work at their own pace",
    references=(
        "https://learn.microsoft.com/en-us/azure/architecture/patterns/queue-based-load-leveling",
        "https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html",
    ),
    asks={
        "source-queue-without-dlq": "a dead-letter queue",
        "unusable-dead-letter-target": "a dead-letter queue that can be written to",
        "queue-is-own-dead-letter-queue": "a dead-letter queue of its own",
        "low-max-receive-count": "enough attempts before the dead-letter queue",
        "dead-letter-retention-not-above-source": "time to look at dead letters",
        "queue-visibility-below-function-timeout": "a visibility timeout above the function's",
        "queue-visibility-below-six-timeouts": "a visibility timeout with room for retries",
        "queue-visibility-ignores-batching-window": "a visibility timeout with room for the window",
        "queue-batch-without-item-failures": "partial batch responses",
        "partial-batch-response-not-returned": "partial batch responses",
        "swallowed-exception-in-batch": "failures that are reported",
        "publisher-without-permission": "a policy that lets its sender in",
        "encryption-key-blocks-publisher": "a key that its sender may use",
        "reserved-concurrency-throttles-queue": "concurrency for its pollers",
        "maximum-concurrency-above-reserved": "a concurrency that its function has",
        "dead-letter-queue-without-alarm": "an alarm on dead letters",
    },
)


def queues(survey: Survey) -> list[Node]:
    """Return the queues of the templates and those outside that they name."""
    outside = [node for node in survey.architecture.all(External) if kind_of(node) == "queue"]
    return [*survey.architecture.all(Queue), *outside]


def recognise(survey: Survey) -> Iterator[Pattern]:
    """Yield a case for each queue that somebody works off."""
    for queue in queues(survey):
        polled = [
            reaction
            for reaction in survey.reactions(queue)
            if reaction.edges[0].mode is Mode.POLLED
        ]
        if not polled:
            continue
        consumers = {reaction.node.id for reaction in polled}
        senders = survey.senders(queue)
        others = [edge for edge in senders if edge.source.id not in consumers]
        if not others and (senders or queue.is_dead_letter_sink):
            continue
        declared = [edge for reaction in polled for edge in reaction.edges]
        sinks = [edge.target for edge in survey.architecture.dead_letter_edges(queue)]
        yield pattern(
            KIND,
            [
                part("queue", [queue]),
                part("senders", [edge.source for edge in others]),
                part("consumers", [reaction.node for reaction in polled]),
                part("dead-letter queue", sinks),
            ],
            [*declared, *others],
            doubt="" if others else "who sends to it is not in the files",
        )


__all__ = ["KIND", "queues", "recognise"]

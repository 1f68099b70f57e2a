"""Claim check: the payload lies in a bucket, and a message that refers to it goes round.

Conditions, in one of two forms:

* The bucket tells of its objects by itself: a notification of the bucket, or a rule on its events,
  leads to a queue, topic, bus or stream (declared), and a worker behind that reads the bucket
  (declared, made in code, or permitted). Somebody in the files puts the objects there. A function
  that the bucket runs without a message in between is no claim check.
* The code of one function puts objects into the bucket and sends to a queue, topic, bus or stream
  (both seen in its code), and a worker behind that reads the bucket. What the message says is not
  read, so this form is less sure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.patterns.record import Kind, Lack, part, pattern
from advisor.advice.patterns.survey import is_channel, is_worker
from advisor.architecture.edges import EdgeKind, Evidence
from advisor.architecture.nodes.events import EventRule
from advisor.architecture.nodes.storage import Bucket
from advisor.architecture.resolution import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.patterns.record import Pattern
    from advisor.advice.patterns.survey import Survey
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node

KIND = Kind(
    name="claim-check",
    title="claim check",
    summary="large payloads lie in a bucket, and messages only say where",
    references=(
        "https://learn.microsoft.com/en-us/azure/architecture/patterns/claim-check",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-s3-messages.html",
    ),
    asks={
        "source-queue-without-dlq": "a dead-letter queue",
        "target-without-dlq": "a dead-letter queue for what cannot be delivered",
        "async-function-without-failure-destination": "a place for events that failed",
        "publisher-without-permission": "a queue policy that lets its sender in",
        "missing-permission-for-call": "the permission to read the payload",
        "queue-visibility-below-function-timeout": "a visibility timeout above the function's",
        "overlapping-notifications": "one message for each object",
    },
)

_LEVELS = 3
"""Channels one after another that are followed from a message to the worker that gets it."""
_MOST = 200
"""Ways that are followed from one channel."""


def recognise(survey: Survey) -> Iterator[Pattern]:
    """Yield a case for each bucket whose objects messages refer to."""
    audience = _Audience(survey)
    for bucket in survey.architecture.nodes():
        if kind_of(bucket) != "bucket":
            continue
        readers = {
            edge.source.id: edge for edge in survey.readers(bucket) if is_worker(edge.source)
        }
        writers = survey.writers(bucket)
        if not readers or not writers:
            continue
        found = _told_by_bucket(survey, bucket, writers, readers, audience)
        found = found or _told_by_writer(survey, bucket, writers, readers, audience)
        if found is not None:
            yield found


def _told_by_bucket(
    survey: Survey,
    bucket: Node,
    writers: list[Edge],
    readers: dict[str, Edge],
    audience: _Audience,
) -> Pattern | None:
    for edge in survey.outgoing(bucket):
        # The default bus is told of every object; who hears of it is decided by rules.
        if edge.evidence is not Evidence.DECLARED or kind_of(edge.target) == "bus":
            continue
        starts: list[tuple[Edge, ...]] = [(edge,)]
        if isinstance(edge.target, EventRule):
            starts = [(edge, onward) for onward in survey.outgoing(edge.target)]
        for start in starts:
            if not is_channel(start[-1].target):
                continue
            for id_, way in audience.of(start[-1].target).items():
                others = [each for each in writers if each.source.id != id_]
                if id_ in readers and others:
                    edges = [*start, *way, readers[id_], *others[:1]]
                    way_ = (*start, *way)
                    return _case(bucket, others, way=way_, reader=readers[id_], edges=edges)
    return None


def _told_by_writer(
    survey: Survey,
    bucket: Node,
    writers: list[Edge],
    readers: dict[str, Edge],
    audience: _Audience,
) -> Pattern | None:
    for write in writers:
        if write.evidence is not Evidence.PROVED:
            continue
        for sent in survey.outgoing(write.source, EdgeKind.PUBLISHES):
            if sent.evidence is not Evidence.PROVED or not is_channel(sent.target):
                continue
            for id_, way in audience.of(sent.target).items():
                if id_ in readers and id_ != write.source.id:
                    return _case(
                        bucket,
                        [write],
                        way=(sent, *way),
                        reader=readers[id_],
                        edges=[write, sent, *way, readers[id_]],
                        doubt="what the message says of the object is not read",
                    )
    return None


class _Audience:
    """Who gets what is sent to a channel, over a few channels at most; asked once for each."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._known: dict[str, dict[str, tuple[Edge, ...]]] = {}

    def of(self, channel: Node) -> dict[str, tuple[Edge, ...]]:
        """Return the way to each worker, by its id."""
        if channel.id not in self._known:
            self._known[channel.id] = self._look(channel)
        return self._known[channel.id]

    def _look(self, channel: Node) -> dict[str, tuple[Edge, ...]]:
        found: dict[str, tuple[Edge, ...]] = {}
        level: list[tuple[Node, tuple[Edge, ...]]] = [(channel, ())]
        seen = {channel.id}
        for _ in range(_LEVELS):
            following: list[tuple[Node, tuple[Edge, ...]]] = []
            for node, way in level[:_MOST]:
                for reaction in self._survey.reactions(node)[:_MOST]:
                    longer = (*way, *reaction.edges)
                    if is_worker(reaction.node):
                        found.setdefault(reaction.node.id, longer)
                    elif is_channel(reaction.node) and reaction.node.id not in seen:
                        seen.add(reaction.node.id)
                        following.append((reaction.node, longer))
            level = following
        return found


def _case(
    bucket: Node,
    writers: list[Edge],
    *,
    way: tuple[Edge, ...],
    reader: Edge,
    edges: list[Edge],
    doubt: str = "",
) -> Pattern:
    return pattern(
        KIND,
        [
            part("payload", [bucket]),
            part("depositors", [edge.source for edge in writers]),
            part("messages", [edge.target for edge in way if is_channel(edge.target)]),
            part("readers", [reader.source]),
        ],
        edges,
        doubt=doubt,
        lacks=_kept_for_ever(bucket),
    )


def _kept_for_ever(bucket: Node) -> Iterator[Lack]:
    if isinstance(bucket, Bucket) and bucket.get("LifecycleConfiguration") is None:
        yield Lack(
            "an end of its payloads",
            f"'{bucket.name}' has no lifecycle rule, so that objects stay after their messages",
            bucket.at(),
        )


__all__ = ["KIND", "recognise"]

"""Event pipeline: an event sets one worker off, and what that one sends sets off the next.

Conditions:

1. Two or more workers (functions, workflows, tasks, jobs), each set off by events (declared): a
   message, a record of a stream, a notification of a bucket, an event that a rule matches, the
   end of another function. Schedules, custom resources and requests of an API do not count.
2. Each but the last sends (declared, made in code, or permitted) to the queue, topic, bus, stream,
   bucket or table that sets off one of the others. On a bus a permission is not enough: the code
   or the definition has to show events that the rule asks for. A worker that sets itself off is a
   loop, not a step; objects that the code is seen to write have to pass the bucket's filter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.patterns.record import Kind, part, pattern
from advisor.advice.patterns.survey import is_channel, is_store, is_worker
from advisor.advice.patterns.taken import asks_for_aws_only, takes
from advisor.architecture.edges import EdgeKind, Mode
from advisor.architecture.nodes.events import EventRule, Schedule
from advisor.architecture.nodes.functions import CustomResource, Function
from advisor.architecture.nodes.storage import BucketNotification
from advisor.architecture.resolution import kind_of
from advisor.templates.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.patterns.record import Pattern
    from advisor.advice.patterns.survey import Reaction, Survey
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node

KIND = Kind(
    name="event-pipeline",
    title="event pipeline",
    summary="each step is set off by what the step before it sends or stores",
    references=(
        "https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/event-driven-architectures.html",
        "https://learn.microsoft.com/en-us/azure/architecture/patterns/pipes-and-filters",
    ),
    asks={
        "async-function-without-failure-destination": "a place for events that failed",
        "target-without-dlq": "a dead-letter queue for what cannot be delivered",
        "source-queue-without-dlq": "a dead-letter queue",
        "stream-mapping-without-failure-destination": "a place for records that failed",
        "queue-visibility-below-function-timeout": "a visibility timeout above the function's",
        "queue-batch-without-item-failures": "partial batch responses",
        "trace-gap": "traces from end to end",
        "invoker-without-permission": "the permission to run its function",
        "event-cycle": "an end",
    },
)

_SENDS = (EdgeKind.PUBLISHES, EdgeKind.WRITES, EdgeKind.INVOKES)
_MOST_SENDERS = 100
"""Senders of one channel that are compared with each of its rules."""


def recognise(survey: Survey) -> Iterator[Pattern]:
    """Yield a case for each group of workers that events connect."""
    steps = {node.id: node for node in survey.architecture.nodes() if _is_step(survey, node)}
    links: dict[str, list[tuple[Edge, Reaction | None]]] = {}
    for step in steps.values():
        for edge in survey.outgoing(step, *_SENDS):
            if edge.kind is EdgeKind.INVOKES:
                # The destination of what ended well; a call in code is no event.
                if edge.via == "on-success destination" and edge.target.id in steps:
                    links.setdefault(edge.target.id, []).append((edge, None))
            elif is_channel(edge.target) or is_store(edge.target):
                links.setdefault(edge.target.id, []).append((edge, None))
    groups = _Groups()
    for id_, sent in links.items():
        senders = [edge for edge, _ in sent][:_MOST_SENDERS]
        if id_ in steps:
            for edge in senders:
                groups.join(edge.source, edge.target, [edge])
            continue
        for reaction in survey.reactions(senders[0].target):
            for edge in senders:
                after = reaction.node
                if after.id == edge.source.id or after.id not in steps:
                    continue
                if _reaches(survey, edge, reaction):
                    groups.join(edge.source, after, [edge, *reaction.edges])
    for members, edges in groups.found():
        yield _case(survey, members, edges)


def _is_step(survey: Survey, node: Node) -> bool:
    return is_worker(node) and any(_is_event(edge) for edge in survey.triggers(node))


def _is_event(edge: Edge) -> bool:
    source = edge.source
    if isinstance(source, (Schedule, CustomResource)) or source.type.startswith("Custom::"):
        return False
    if isinstance(source, EventRule):
        return source.pattern is not None
    if is_worker(source):
        return edge.via == "on-success destination"
    return edge.mode is not Mode.SYNCHRONOUS or kind_of(source) == "pipe"


def _reaches(survey: Survey, sent: Edge, reaction: Reaction) -> bool:
    rule = reaction.rule
    if rule is None:
        return _passes(survey, sent, reaction.edges[0].declared_by)
    if kind_of(sent.target) == "bus":
        return takes(survey, sent, rule, strictly=True)
    # A rule on the events of a bucket, which AWS sends.
    return asks_for_aws_only(rule) or rule.pattern is not None


def _passes(survey: Survey, sent: Edge, told_by: Node) -> bool:
    """Tell whether objects that are written may be among those that a bucket tells of."""
    if not isinstance(told_by, BucketNotification) or not isinstance(sent.source, Function):
        return True
    prefix, suffix = told_by.key_prefix or "", told_by.key_suffix or ""
    keys = survey.architecture.keys_written(sent.source, sent.target)
    if isinstance(keys, Unknown) or not isinstance(prefix, str) or not isinstance(suffix, str):
        return True
    return any(
        (key.is_prefix and (key.text.startswith(prefix) or prefix.startswith(key.text)))
        or (key.text.startswith(prefix) and key.text.endswith(suffix))
        for key in keys
    )


def _case(survey: Survey, members: list[Node], edges: list[Edge]) -> Pattern:
    inside = {edge.target.id for edge in edges}
    first = [node for node in members if node.id not in inside] or members[:1]
    sources = [edge.source for node in first for edge in survey.triggers(node)]
    between = [
        edge.target
        for edge in edges
        if not is_worker(edge.target) and not isinstance(edge.target, EventRule)
    ]
    begin = {node.id for node in first}
    later = [node for node in members if node.id not in begin]
    return pattern(
        KIND,
        [
            part("first steps", first),
            part("sources", sources),
            part("channels", between),
            part("later steps", later),
        ],
        edges,
    )


class _Groups:
    """Workers that are connected, directly or over others (union by find)."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        self._nodes: dict[str, Node] = {}
        self._edges: list[tuple[str, list[Edge]]] = []

    def join(self, one: Node, other: Node, edges: list[Edge]) -> None:
        """Say that two workers belong together."""
        for node in (one, other):
            self._nodes.setdefault(node.id, node)
            self._parent.setdefault(node.id, node.id)
        self._parent[self._root(one.id)] = self._root(other.id)
        self._edges.append((one.id, edges))

    def found(self) -> Iterator[tuple[list[Node], list[Edge]]]:
        """Yield each group with what connects it."""
        members: dict[str, list[Node]] = {}
        for id_, node in self._nodes.items():
            members.setdefault(self._root(id_), []).append(node)
        edges: dict[str, dict[Edge, None]] = {}
        for id_, some in self._edges:
            edges.setdefault(self._root(id_), {}).update(dict.fromkeys(some))
        for root, nodes in members.items():
            yield nodes, list(edges[root])

    def _root(self, id_: str) -> str:
        while self._parent[id_] != id_:
            self._parent[id_] = self._parent[self._parent[id_]]
            id_ = self._parent[id_]
        return id_


__all__ = ["KIND", "recognise"]

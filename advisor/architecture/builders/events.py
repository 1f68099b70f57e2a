"""EventBridge: buses, rules and their targets, schedules, pipes and subscribers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.builders.common import bus_of, deliver
from advisor.architecture.builders.mappings import stream_of
from advisor.architecture.edges import Edge, EdgeKind, Evidence, Mode
from advisor.architecture.marked import marked
from advisor.architecture.nodes.events import EventBus, EventRule, Pipe, RuleTarget, Schedule
from advisor.architecture.nodes.storage import Bucket
from advisor.templates.values import Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.architecture.architecture import Architecture
    from advisor.templates.values import Value

_DEEPEST = 12  # levels of an event pattern that are searched for references
_MOST_VALUES = 500  # values of one event pattern that are looked at


def build(architecture: Architecture) -> None:
    """Add the edges of everything that EventBridge moves."""
    for rule in architecture.all(EventRule):
        _sources(architecture, rule)
    for target in architecture.all(RuleTarget):
        target.target = deliver(
            architecture,
            target.rule,
            target.arn,
            declared_by=target,
            via="rule target",
            path=("Arn",),
        )
    for schedule in architecture.all(Schedule):
        _schedule(architecture, schedule)
    for pipe in architecture.all(Pipe):
        _pipe(architecture, pipe)


def _sources(architecture: Architecture, rule: EventRule) -> None:
    """Connect the bus of a rule, and the resources whose events its pattern asks for."""
    if rule.pattern is None:
        return
    bus = bus_of(architecture, rule.bus, rule)
    if bus is not None:
        architecture.add_edge(
            Edge(
                bus,
                rule,
                EdgeKind.ROUTES,
                Evidence.DECLARED,
                rule,
                path=("EventPattern",),
                via="rule",
            )
        )
    seen = set()
    for value in _leaves(rule.pattern):
        node = architecture.node_of(value, _bare_kind(rule.pattern), rule)
        if node is None or node.id in seen or isinstance(node, (EventBus, EventRule)):
            continue
        # A bucket sends its events to the default bus only where it is told to.
        if isinstance(node, Bucket) and node.sends_to_event_bridge is False:
            continue
        seen.add(node.id)
        architecture.add_edge(
            Edge(
                node,
                rule,
                EdgeKind.FEEDS,
                Evidence.DECLARED,
                rule,
                path=("EventPattern",),
                via="EventBridge",
            )
        )


def _bare_kind(pattern: Value) -> str:
    """Return what a bare name in a pattern names, by the source of its events."""
    sources = pattern.get("source") if isinstance(pattern, dict) else None
    if isinstance(sources, list) and sources == ["aws.s3"]:
        return "bucket"
    # No kind has this name: only references and ARNs count.
    return "none"


def _leaves(value: Value) -> Iterator[Value]:
    """Yield the texts of an event pattern, a bounded number of them."""
    pending = [(value, 0)]
    budget = _MOST_VALUES
    while pending and budget:
        budget -= 1
        item, depth = pending.pop()
        if isinstance(item, dict) and depth < _DEEPEST:
            pending.extend((inner, depth + 1) for inner in item.values())
        elif isinstance(item, list) and depth < _DEEPEST:
            pending.extend((inner, depth + 1) for inner in item)
        else:
            yield item


def _schedule(architecture: Architecture, schedule: Schedule) -> None:
    value, path = schedule.arn, ("Target", "Arn")
    kind = ""
    text = marked(value)
    if text is not None and ":scheduler:::aws-sdk:" in text.text:
        # An operation of any service; what it works on stands in its input.
        service, _, operation = text.text.rpartition("aws-sdk:")[2].partition(":")
        kind = {"lambda": "function", "sqs": "queue", "sns": "topic", "sfn": "state-machine"}.get(
            service.lower(), ""
        )
        found = _named_in(architecture, schedule.get("Target", "Input"))
        if found is not None:
            value, path = found, ("Target", "Input")
        if kind == "function" and operation.lower() not in {"invoke", "invokeasync"}:
            return
    schedule.target = deliver(
        architecture, schedule, value, declared_by=schedule, via="schedule", path=path, kind=kind
    )


def _named_in(architecture: Architecture, text: Value) -> Value:
    """Return the first reference within a text that names a node."""
    if isinstance(text, Text):
        for reference in text.references:
            if architecture.node_of(reference) is not None:
                return reference
    return None


def _pipe(architecture: Architecture, pipe: Pipe) -> None:
    source, _ = architecture.target(pipe.source_arn, declared_by=pipe)
    pipe.source = stream_of(architecture, source)
    if pipe.source is not None:
        architecture.add_edge(
            Edge(
                pipe.source,
                pipe,
                EdgeKind.FEEDS,
                Evidence.DECLARED,
                pipe,
                path=("Source",),
                mode=Mode.POLLED,
                via="pipe source",
            )
        )
    deliver(
        architecture,
        pipe,
        pipe.enrichment,
        declared_by=pipe,
        via="pipe enrichment",
        path=("Enrichment",),
        mode=Mode.SYNCHRONOUS,
    )
    waits = pipe.is_asynchronous
    mode = None if isinstance(waits, Unknown) else Mode.ASYNCHRONOUS if waits else Mode.SYNCHRONOUS
    pipe.target = deliver(
        architecture,
        pipe,
        pipe.target_arn,
        declared_by=pipe,
        via="pipe target",
        path=("Target",),
        mode=mode,
    )

"""Where everything sends what it could not handle: edges to dead-letter sinks of every kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import Edge, EdgeKind, Evidence, Mode
from advisor.architecture.nodes.events import EventBus, Pipe, RuleTarget, Schedule, Subscriber
from advisor.architecture.nodes.functions import EventInvokeConfig, Function
from advisor.architecture.nodes.mappings import EventSourceMapping
from advisor.architecture.nodes.messaging import Queue, Subscription
from advisor.architecture.resolution import kind_of
from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.builders.common import Path
    from advisor.architecture.nodes.base import Node
    from advisor.templates.values import Value

_IOT = "AWS::IoT::TopicRule"
_IOT_ERRORS = (
    (("Sqs", "QueueUrl"), "queue"),
    (("Sns", "TargetArn"), "topic"),
    (("Lambda", "FunctionArn"), "function"),
    (("S3", "BucketName"), "bucket"),
    (("Kinesis", "StreamName"), "stream"),
    (("Firehose", "DeliveryStreamName"), "delivery-stream"),
    (("CloudwatchLogs", "LogGroupName"), "log-group"),
)
_PROFILES = "AWS::CustomerProfiles::Domain"


def build(architecture: Architecture) -> None:
    """Add an edge from everything that has a failure sink to the sink."""
    for config in architecture.all(EventInvokeConfig):
        function, _ = architecture.function_of(config.function, config)
        if function is not None:
            path: Path = ("DestinationConfig", "OnFailure", "Destination")
            sink = Sink(config, config.on_failure, path, "", "on-failure destination")
            _connect(architecture, sink, source=function, qualifier=config.qualifier)
    for sink in _declared(architecture):
        _connect(architecture, sink, source=sink.declared_by)


@record(frozen=True)
class Sink:
    """A property that names a sink; `kind` says what an imported one is."""

    declared_by: Node
    value: Value
    path: Path
    kind: str
    via: str


def _connect(
    architecture: Architecture, sink: Sink, *, source: Node, qualifier: Value = None
) -> None:
    declared_by = sink.declared_by
    target, target_qualifier = architecture.target(sink.value, sink.kind, declared_by=declared_by)
    if target is None:
        return
    architecture.add_edge(
        Edge(
            source,
            target,
            EdgeKind.DEAD_LETTERS,
            Evidence.DECLARED,
            declared_by,
            path=sink.path,
            via=sink.via,
            qualifier=qualifier,
        )
    )
    if kind_of(target) == "function":
        # The sink is run, which counts among its invokers and may close a loop.
        architecture.add_edge(
            Edge(
                source,
                target,
                EdgeKind.INVOKES,
                Evidence.DECLARED,
                declared_by,
                path=sink.path,
                mode=Mode.ASYNCHRONOUS,
                via=sink.via,
                qualifier=target_qualifier,
            )
        )


def _declared(architecture: Architecture) -> Iterator[Sink]:
    """Yield every resource with a sink of its own."""
    redrive = ("RedrivePolicy", "deadLetterTargetArn")
    for queue in architecture.all(Queue):
        yield Sink(queue, queue.dead_letter_target, redrive, "queue", "redrive policy")
    for subscription in architecture.all(Subscription):
        value = subscription.dead_letter_target
        yield Sink(subscription, value, redrive, "queue", "redrive policy")
    dead_letters = ("DeadLetterConfig", "TargetArn")
    for function in architecture.all(Function):
        yield Sink(function, function.dead_letter_target, dead_letters, "", "dead-letter queue")
    on_failure = ("DestinationConfig", "OnFailure", "Destination")
    for mapping in architecture.all(EventSourceMapping):
        yield Sink(mapping, mapping.failure_destination, on_failure, "", "on-failure destination")
    path: Path = ("DeadLetterConfig", "Arn")
    for target in architecture.all(RuleTarget):
        yield Sink(target, target.dead_letter_target, path, "queue", "dead-letter queue")
    for bus in architecture.all(EventBus):
        yield Sink(bus, bus.dead_letter_target, path, "queue", "dead-letter queue")
    for schedule in architecture.all(Schedule):
        value = schedule.dead_letter_target
        yield Sink(schedule, value, ("Target", *path), "queue", "dead-letter queue")
    for pipe in architecture.all(Pipe):
        yield Sink(pipe, pipe.dead_letter_target, pipe.dead_letter_path, "", "dead-letter target")
    for subscriber in architecture.all(Subscriber):
        path = subscriber.dead_letter_path
        yield Sink(
            subscriber, subscriber.dead_letter_target, path, "queue", "on-failure destination"
        )
    yield from _others(architecture)


def _others(architecture: Architecture) -> Iterator[Sink]:
    for node in list(architecture.nodes()):
        if node.type == _IOT:
            for keys, kind in _IOT_ERRORS:
                path: Path = ("TopicRulePayload", "ErrorAction", *keys)
                yield Sink(node, node.get(*path), path, kind, "error action")
        elif node.type == _PROFILES:
            path = ("DeadLetterQueueUrl",)
            yield Sink(node, node.get(*path), path, "queue", "dead-letter queue")

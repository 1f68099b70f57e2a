"""Topics, buckets, log groups and Firehose: edges to what they deliver to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.builders.common import DEFAULT_BUS, deliver
from advisor.architecture.edges import Edge, EdgeKind, Evidence, Mode
from advisor.architecture.nodes.messaging import InlineSubscription, Subscription
from advisor.architecture.nodes.storage import (
    Bucket,
    BucketNotification,
    DeliveryStream,
    SubscriptionFilter,
)
from advisor.templates.values import Reference, Unknown

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture

_PROTOCOLS = {
    "lambda": "function",
    "sqs": "queue",
    "firehose": "delivery-stream",
    "http": "http",
    "https": "http",
    "email": "email",
    "email-json": "email",
    "sms": "sms",
    "application": "push",
}
_TARGETS = {
    "Function": "function",
    "LambdaFunctionArn": "function",
    "Queue": "queue",
    "QueueArn": "queue",
    "Topic": "topic",
    "TopicArn": "topic",
}


def build(architecture: Architecture) -> None:
    """Add the edges of subscriptions, notifications and log deliveries."""
    for subscription in architecture.all(Subscription):
        _subscription(architecture, subscription)
    for notification in architecture.all(BucketNotification):
        _notification(architecture, notification)
    for bucket in architecture.all(Bucket):
        if bucket.sends_to_event_bridge is True:
            path = ("NotificationConfiguration", "EventBridgeConfiguration")
            via = "S3 notification"
            deliver(
                architecture,
                bucket,
                DEFAULT_BUS,
                declared_by=bucket,
                via=via,
                path=path,
                kind="bus",
            )
    for filter_ in architecture.all(SubscriptionFilter):
        _log_filter(architecture, filter_)
    for stream in architecture.all(DeliveryStream):
        _firehose(architecture, stream)


def _subscription(architecture: Architecture, subscription: Subscription) -> None:
    if isinstance(subscription, InlineSubscription):
        subscription.source = architecture.node_of(
            Reference(subscription.resource.owner, subscription.resource.logical_id)
        )
    else:
        subscription.source, _ = architecture.target(
            subscription.topic, "topic", declared_by=subscription
        )
    if subscription.source is None:
        return
    protocol = subscription.protocol
    protocol = protocol if isinstance(protocol, str) else ""
    subscription.target = deliver(
        architecture,
        subscription.source,
        subscription.endpoint,
        declared_by=subscription,
        via="subscription",
        kind=_PROTOCOLS.get(protocol, ""),
    )


def _notification(architecture: Architecture, notification: BucketNotification) -> None:
    if notification.bucket is None:
        notification.bucket, _ = architecture.target(
            notification.bucket_value, "bucket", declared_by=notification
        )
    if notification.bucket is None:
        return
    notification.target = deliver(
        architecture,
        notification.bucket,
        notification.target_arn,
        declared_by=notification,
        via="S3 notification",
        kind=_TARGETS.get(notification.target_key, ""),
    )


def _log_filter(architecture: Architecture, filter_: SubscriptionFilter) -> None:
    group, _ = architecture.target(filter_.log_group, "log-group", declared_by=filter_)
    if group is not None:
        deliver(
            architecture,
            group,
            filter_.destination,
            declared_by=filter_,
            via="log subscription filter",
            path=("DestinationArn",),
        )


def _firehose(architecture: Architecture, stream: DeliveryStream) -> None:
    source = stream.get("KinesisStreamSourceConfiguration", "KinesisStreamARN")
    node, _ = architecture.target(source, "stream", declared_by=stream)
    if node is not None:
        architecture.add_edge(
            Edge(
                node,
                stream,
                EdgeKind.FEEDS,
                Evidence.DECLARED,
                stream,
                path=("KinesisStreamSourceConfiguration", "KinesisStreamARN"),
                mode=Mode.POLLED,
                via="Firehose source",
            )
        )
    for name in stream.resource.properties:
        if not name.endswith("DestinationConfiguration"):
            continue
        for key in ("BucketARN",):
            path = (name, key)
            deliver(
                architecture,
                stream,
                stream.get(*path),
                declared_by=stream,
                via="Firehose destination",
                path=path,
                kind="bucket",
            )
        _processors(architecture, stream, name)


def _processors(architecture: Architecture, stream: DeliveryStream, name: str) -> None:
    """Connect the functions that transform records, which Firehose waits for."""
    if stream.flag(name, "ProcessingConfiguration", "Enabled", default=True) is False:
        return
    processors = stream.items(name, "ProcessingConfiguration", "Processors")
    for index, processor in enumerate([] if isinstance(processors, Unknown) else processors):
        parameters = processor.get("Parameters") if isinstance(processor, dict) else None
        for at, parameter in enumerate(parameters if isinstance(parameters, list) else []):
            if isinstance(parameter, dict) and parameter.get("ParameterName") == "LambdaArn":
                deliver(
                    architecture,
                    stream,
                    parameter.get("ParameterValue"),
                    declared_by=stream,
                    via="Firehose transformation",
                    path=(
                        name,
                        "ProcessingConfiguration",
                        "Processors",
                        index,
                        "Parameters",
                        at,
                        "ParameterValue",
                    ),
                    kind="function",
                    mode=Mode.SYNCHRONOUS,
                )

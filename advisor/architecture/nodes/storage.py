"""Tables, buckets, streams and log groups as sources and targets of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.base import Node
from advisor.architecture.nodes.functions import CustomResource
from advisor.architecture.nodes.part import Part
from advisor.templates.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.templates.values import Value


class Stream(Node):
    """A Kinesis data stream."""

    @property
    def shards(self) -> int | Unknown | None:
        """Provisioned shards; None on demand."""
        return self.number("ShardCount")

    @property
    def retention_hours(self) -> int | Unknown | None:
        """Hours that a record is kept; 24 by default."""
        return self.number("RetentionPeriodHours", default=24)


class StreamConsumer(Node):
    """A consumer of a Kinesis stream with throughput of its own."""

    @property
    def stream(self) -> Value:
        """The stream that it reads."""
        return self.get("StreamARN")


class DeliveryStream(Node):
    """A Firehose stream."""


class Table(Node):
    """A DynamoDB table."""

    @property
    def physical_name(self) -> Value:
        """The name that the template gives it."""
        return self.get("TableName")

    @property
    def stream_view(self) -> str | Unknown | None:
        """What its stream holds of each change, such as `NEW_IMAGE`; None without a stream."""
        return self.text("StreamSpecification", "StreamViewType")

    @property
    def has_stream(self) -> bool | Unknown:
        """Whether it has a stream."""
        found = self.get("StreamSpecification")
        return found if isinstance(found, Unknown) else found is not None

    @property
    def billing_mode(self) -> str | Unknown | None:
        """`PROVISIONED`, which is the default, or `PAY_PER_REQUEST`."""
        return self.text("BillingMode", default="PROVISIONED")


class GlobalTable(Table):
    """A DynamoDB table with replicas in several regions."""


class Bucket(Node):
    """An S3 bucket."""

    @property
    def physical_name(self) -> Value:
        """The name that the template gives it."""
        return self.get("BucketName")

    @property
    def sends_to_event_bridge(self) -> bool | Unknown:
        """Whether it sends its events to the default bus as well."""
        found = self.get("NotificationConfiguration", "EventBridgeConfiguration")
        if found is None or isinstance(found, Unknown):
            return found if isinstance(found, Unknown) else False
        return self.flag(
            "NotificationConfiguration",
            "EventBridgeConfiguration",
            "EventBridgeEnabled",
            default=True,
        )

    def parts(self) -> Iterable[Node]:
        """Yield the notifications."""
        for key, target in _NOTIFICATIONS:
            found = self.items("NotificationConfiguration", key)
            for index, item in enumerate([] if isinstance(found, Unknown) else found):
                if isinstance(item, dict):
                    part = BucketNotification(self, "NotificationConfiguration", key, index)
                    part.bucket = self
                    part.target_key = target
                    yield part


_NOTIFICATIONS = (
    ("LambdaConfigurations", "Function"),
    ("QueueConfigurations", "Queue"),
    ("TopicConfigurations", "Topic"),
)
# The names of the S3 API, which the CDK's custom resource takes.
_CDK_NOTIFICATIONS = (
    ("LambdaFunctionConfigurations", "LambdaFunctionArn"),
    ("QueueConfigurations", "QueueArn"),
    ("TopicConfigurations", "TopicArn"),
)


class BucketNotification(Part):
    """One notification of a bucket: kinds of events, a filter and a target."""

    bucket: Node | None = None
    """The bucket; filled in when the graph is built where another resource declares it."""
    bucket_value: Value = None
    """What names the bucket where another resource declares the notification."""
    target: Node | None = None
    """What it notifies; filled in when the graph is built."""
    target_key = "Function"
    """The property that names the target."""

    @property
    def target_arn(self) -> Value:
        """What it notifies."""
        return self.get(self.target_key)

    @property
    def events(self) -> list[Value] | Unknown:
        """Kinds of events, such as `s3:ObjectCreated:*`."""
        found = self.items("Event")
        return found if isinstance(found, Unknown) or found else self.items("Events")

    @property
    def key_prefix(self) -> Value:
        """The prefix that keys must have; None for any."""
        return self._filter("prefix")

    @property
    def key_suffix(self) -> Value:
        """The suffix that keys must have; None for any."""
        return self._filter("suffix")

    def _filter(self, name: str) -> Value:
        for path in (("Filter", "S3Key", "Rules"), ("Filter", "Key", "FilterRules")):
            rules = self.items(*path)
            if isinstance(rules, Unknown):
                return rules
            for rule in rules:
                if isinstance(rule, Unknown):
                    return rule
                if isinstance(rule, dict) and str(rule.get("Name")).lower() == name:
                    return rule.get("Value")
        return None


class CdkNotifications(CustomResource):
    """The custom resource by which the CDK sets a bucket's notifications."""

    def parts(self) -> Iterable[Node]:
        """Yield the notifications."""
        for key, target in _CDK_NOTIFICATIONS:
            found = self.items("NotificationConfiguration", key)
            for index, item in enumerate([] if isinstance(found, Unknown) else found):
                if isinstance(item, dict):
                    part = BucketNotification(self, "NotificationConfiguration", key, index)
                    part.bucket_value = self.get("BucketName")
                    part.target_key = target
                    yield part


class LogGroup(Node):
    """A log group of CloudWatch Logs."""

    @property
    def physical_name(self) -> Value:
        """The name that the template gives it."""
        return self.get("LogGroupName")

    @property
    def retention_days(self) -> int | Unknown | None:
        """Days that entries are kept; None for ever."""
        return self.number("RetentionInDays")


class SubscriptionFilter(Node):
    """Delivery of a log group's entries to one destination."""

    @property
    def log_group(self) -> Value:
        """The log group that it reads."""
        return self.get("LogGroupName")

    @property
    def destination(self) -> Value:
        """What it delivers to."""
        return self.get("DestinationArn")


TYPES: dict[str, type[Node]] = {
    "AWS::Kinesis::Stream": Stream,
    "AWS::Kinesis::StreamConsumer": StreamConsumer,
    "AWS::KinesisFirehose::DeliveryStream": DeliveryStream,
    "AWS::DynamoDB::Table": Table,
    "AWS::DynamoDB::GlobalTable": GlobalTable,
    "AWS::S3::Bucket": Bucket,
    "Custom::S3BucketNotifications": CdkNotifications,
    "AWS::Logs::LogGroup": LogGroup,
    "AWS::Logs::SubscriptionFilter": SubscriptionFilter,
}

"""Queues, topics and subscriptions, with the defaults that AWS documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.base import Node, as_number
from advisor.architecture.nodes.part import Part
from advisor.architecture.nodes.values import parsed, whole
from advisor.templates.values import Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.templates.values import Value


class Queue(Node):
    """An SQS queue.

    Defaults: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    """

    @property
    def physical_name(self) -> Value:
        """The name that the template gives it."""
        return self.get("QueueName")

    @property
    def is_fifo(self) -> bool | Unknown:
        """Whether it keeps the order of messages."""
        return _is_fifo(self, self.physical_name, "FifoQueue")

    @property
    def visibility_timeout(self) -> int | Unknown:
        """Seconds that a received message is hidden from other consumers; 30 by default."""
        return whole(self.number("VisibilityTimeout", default=30))

    @property
    def retention(self) -> int | Unknown:
        """Seconds that a message is kept; four days by default."""
        return whole(self.number("MessageRetentionPeriod", default=345_600))

    @property
    def delay(self) -> int | Unknown:
        """Seconds before a message can be received; 0 by default."""
        return whole(self.number("DelaySeconds", default=0))

    @property
    def wait_time(self) -> int | Unknown:
        """Seconds of long polling; 0 by default."""
        return whole(self.number("ReceiveMessageWaitTimeSeconds", default=0))

    @property
    def redrive_policy(self) -> dict[str, Value] | Unknown | None:
        """Where messages go that were received too often, from an object or its JSON text."""
        return _object(self.get("RedrivePolicy"))

    @property
    def dead_letter_target(self) -> Value:
        """The queue for messages that were received too often; None for none."""
        return _member(self.redrive_policy, "deadLetterTargetArn")

    @property
    def max_receive_count(self) -> int | Unknown | None:
        """How often a message is received before it moves on; None without a redrive policy."""
        policy = self.redrive_policy
        # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
        default = 10 if isinstance(policy, dict) and "deadLetterTargetArn" in policy else None
        return as_number(_member(policy, "maxReceiveCount"), default)

    @property
    def redrive_allow_policy(self) -> dict[str, Value] | Unknown | None:
        """Which queues may use this one for their dead letters."""
        return _object(self.get("RedriveAllowPolicy"))

    @property
    def kms_key(self) -> Value:
        """The KMS key that encrypts messages; None for the key that SQS manages."""
        return self.get("KmsMasterKeyId")

    @property
    def sqs_managed_encryption(self) -> bool | Unknown:
        """Whether SQS encrypts with its own key; true by default."""
        return self.flag("SqsManagedSseEnabled", default=True)


class QueuePolicy(Node):
    """Who may use some queues."""

    @property
    def queues(self) -> list[Value] | Unknown:
        """URLs of the queues that it is about."""
        return self.items("Queues")

    @property
    def document(self) -> Value:
        """The policy document."""
        return parsed(self.get("PolicyDocument"))


class QueueInlinePolicy(QueuePolicy):
    """Who may use one queue."""

    @property
    def queues(self) -> list[Value] | Unknown:
        """The URL of the queue that it is about."""
        return self.items("Queue")


class Topic(Node):
    """An SNS topic."""

    @property
    def physical_name(self) -> Value:
        """The name that the template gives it."""
        return self.get("TopicName")

    @property
    def is_fifo(self) -> bool | Unknown:
        """Whether it keeps the order of messages."""
        return _is_fifo(self, self.physical_name, "FifoTopic")

    @property
    def kms_key(self) -> Value:
        """The KMS key that encrypts messages; None for none."""
        return self.get("KmsMasterKeyId")

    def parts(self) -> Iterable[Node]:
        """Yield the subscriptions that stand within the topic."""
        found = self.items("Subscription")
        for index, item in enumerate([] if isinstance(found, Unknown) else found):
            if isinstance(item, dict):
                yield InlineSubscription(self, "Subscription", index)


class TopicPolicy(Node):
    """Who may use some topics."""

    @property
    def topics(self) -> list[Value] | Unknown:
        """ARNs of the topics that it is about."""
        return self.items("Topics")

    @property
    def document(self) -> Value:
        """The policy document."""
        return parsed(self.get("PolicyDocument"))


class Subscription(Node):
    """Delivery of a topic's messages to one endpoint."""

    source: Node | None = None
    """The topic; filled in when the graph is built."""
    target: Node | None = None
    """What it delivers to; filled in when the graph is built."""

    @property
    def topic(self) -> Value:
        """The topic whose messages it delivers."""
        return self.get("TopicArn")

    @property
    def protocol(self) -> str | Unknown | None:
        """`lambda`, `sqs`, `https`, `email` and so on, in lower case."""
        found = self.text("Protocol")
        return found.lower() if isinstance(found, str) else found

    @property
    def endpoint(self) -> Value:
        """What it delivers to: an ARN, a URL, an address."""
        return self.get("Endpoint")

    @property
    def redrive_policy(self) -> dict[str, Value] | Unknown | None:
        """Where messages go that could not be delivered, from an object or its JSON text."""
        return _object(self.get("RedrivePolicy"))

    @property
    def dead_letter_target(self) -> Value:
        """The queue for messages that could not be delivered; None for none."""
        return _member(self.redrive_policy, "deadLetterTargetArn")

    @property
    def is_raw(self) -> bool | Unknown:
        """Whether messages are delivered without the envelope of SNS."""
        return self.flag("RawMessageDelivery")

    @property
    def filter_policy(self) -> Value:
        """Which messages are delivered; None for all."""
        return parsed(self.get("FilterPolicy"))

    @property
    def filter_scope(self) -> str | Unknown | None:
        """`MessageAttributes`, which is the default, or `MessageBody`."""
        return self.text("FilterPolicyScope", default="MessageAttributes")


class InlineSubscription(Part, Subscription):
    """A subscription that stands within its topic; it can have no redrive policy."""


def _is_fifo(node: Node, name: Value, key: str) -> bool | Unknown:
    """Tell by the property, and where it is absent by the suffix that FIFO names must have."""
    if node.get(key) is not None:
        return node.flag(key)
    last = name.parts[-1] if isinstance(name, Text) else name
    return isinstance(last, str) and last.endswith(".fifo")


def _object(value: Value) -> dict[str, Value] | Unknown | None:
    found = parsed(value)
    return found if isinstance(found, (dict, Unknown)) else None


def _member(policy: dict[str, Value] | Unknown | None, key: str) -> Value:
    return policy.get(key) if isinstance(policy, dict) else policy


TYPES: dict[str, type[Node]] = {
    "AWS::SQS::Queue": Queue,
    "AWS::SQS::QueuePolicy": QueuePolicy,
    "AWS::SQS::QueueInlinePolicy": QueueInlinePolicy,
    "AWS::SNS::Topic": Topic,
    "AWS::SNS::TopicPolicy": TopicPolicy,
    "AWS::SNS::TopicInlinePolicy": TopicPolicy,
    "AWS::SNS::Subscription": Subscription,
}

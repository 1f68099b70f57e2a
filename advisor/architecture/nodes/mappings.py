"""Event source mappings: Lambda's pollers of queues, streams, brokers and clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.base import Node
from advisor.architecture.nodes.filters import filter_patterns
from advisor.architecture.nodes.messaging import Queue
from advisor.architecture.nodes.values import whole
from advisor.templates.values import UNKNOWN, Reference, Text, Unknown

if TYPE_CHECKING:
    from advisor.architecture.nodes.filters import FilterPattern
    from advisor.templates.values import Value

STREAM_KINDS = frozenset({"kinesis", "dynamodb", "stream"})
KAFKA_KINDS = frozenset({"msk", "kafka"})

_KIND_OF_TYPE = {
    "AWS::SQS::Queue": "sqs",
    "AWS::Kinesis::Stream": "kinesis",
    "AWS::Kinesis::StreamConsumer": "kinesis",
    "AWS::DynamoDB::Table": "dynamodb",
    "AWS::DynamoDB::GlobalTable": "dynamodb",
    "AWS::MSK::Cluster": "msk",
    "AWS::MSK::ServerlessCluster": "msk",
    "AWS::AmazonMQ::Broker": "mq",
    "AWS::DocDB::DBCluster": "documentdb",
    "AWS::DocDBElastic::Cluster": "documentdb",
}
_KIND_OF_EXTERNAL = {
    "queue": "sqs",
    "stream": "kinesis",
    "table": "dynamodb",
    "kafka": "msk",
    "broker": "mq",
    # A DocumentDB cluster has an ARN of RDS; Lambda polls no other kind of RDS cluster.
    "db-cluster": "documentdb",
}


class EventSourceMapping(Node):
    """A poller that hands records of a queue, stream or topic to a function.

    Defaults: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
    """

    source: Node | None = None
    """What it polls; filled in when the graph is built."""
    target: Node | None = None
    """The function that it invokes; filled in when the graph is built."""

    @property
    def function(self) -> Value:
        """The function that it invokes."""
        return self.get("FunctionName")

    @property
    def source_arn(self) -> Value:
        """What it polls; None for self-managed Kafka."""
        return self.get("EventSourceArn")

    @property
    def source_kind(self) -> str:
        """`sqs`, `kinesis`, `dynamodb`, `msk`, `kafka`, `mq`, `documentdb`; empty if not known.

        `stream` stands for Kinesis or DynamoDB where the files do not tell which of the two.
        """
        source = self.source
        # Self-managed Kafka has no ARN: what stands for it is its first server.
        if source is not None and self.source_arn is not None:
            kind = _KIND_OF_TYPE.get(source.type)
            if kind is None:
                kind = _KIND_OF_EXTERNAL.get(str(getattr(source, "kind", "")))
            if kind is not None:
                return kind
            if source.type:
                return ""
        return self.kind_by_properties

    @property
    def kind_by_properties(self) -> str:
        """The kind as far as the properties alone tell: some are required or forbidden by kind."""
        for key, kind in (
            ("SelfManagedEventSource", "kafka"),
            ("SelfManagedKafkaEventSourceConfig", "kafka"),
            ("AmazonManagedKafkaEventSourceConfig", "msk"),
            ("DocumentDBEventSourceConfig", "documentdb"),
            ("Queues", "mq"),
            ("Topics", "msk"),
        ):
            if self.get(key) is not None:
                return kind
        if isinstance(self.source_arn, Reference) and self.source_arn.attribute == "StreamArn":
            return "dynamodb"
        starting = self.get("StartingPosition")
        if self.source_arn is None or isinstance(starting, Unknown):
            return ""
        # Lambda rejects a stream without a starting position and a queue with one.
        return "sqs" if starting is None else "stream"

    @property
    def is_of_subscription(self) -> bool:
        """Whether SAM makes it of `SqsSubscription`, which knows few of a mapping's settings."""
        return self.resource.origins.get(("EventSourceArn",), ())[-1:] == ("SqsSubscription",)

    @property
    def is_queue(self) -> bool:
        """Whether it is known to poll an SQS queue."""
        return self.source_kind == "sqs"

    @property
    def reads_fifo_queue(self) -> bool | Unknown:
        """Whether it polls a FIFO queue, told by its name where it lies outside the templates."""
        if not self.is_queue:
            return False
        if isinstance(self.source, Queue):
            return self.source.is_fifo
        arn = self.source_arn
        last = arn.parts[-1] if isinstance(arn, Text) else arn
        # Only the end of a name tells; one that ends in something unknown may have it.
        return last.endswith(".fifo") if isinstance(last, str) else UNKNOWN

    @property
    def is_stream(self) -> bool:
        """Whether it is known to read a Kinesis or DynamoDB stream."""
        return self.source_kind in STREAM_KINDS

    @property
    def is_kafka(self) -> bool:
        """Whether it is known to read topics of a Kafka cluster."""
        return self.source_kind in KAFKA_KINDS

    @property
    def batch_size(self) -> int | Unknown:
        """Records handed over at most in one invocation; 10 for SQS, 100 for others."""
        kind = self.source_kind
        default = 10 if kind == "sqs" else 100 if kind else None
        return whole(self.number("BatchSize", default=default))

    @property
    def batching_window(self) -> int | Unknown:
        """Seconds that records are gathered for; 0 by default (Kafka, MQ, DocumentDB: 500 ms)."""
        return whole(self.number("MaximumBatchingWindowInSeconds", default=0))

    @property
    def max_concurrency(self) -> int | Unknown | None:
        """Concurrent invocations at most, for SQS; None for no limit of its own."""
        return self.number("ScalingConfig", "MaximumConcurrency")

    def path_of(self, key: str) -> tuple[str, ...]:
        """Return the path of a setting of the stream that it reads."""
        return (key,)

    @property
    def retries(self) -> int | Unknown:
        """Further attempts after the first; -1, the default, for no end."""
        return whole(self.number("MaximumRetryAttempts", default=-1))

    @property
    def record_age(self) -> int | Unknown:
        """Seconds after which a record is given up; -1, the default, for never."""
        return whole(self.number("MaximumRecordAgeInSeconds", default=-1))

    @property
    def bisects(self) -> bool | Unknown:
        """Whether a failed batch is split in two and tried again."""
        return self.flag("BisectBatchOnFunctionError")

    @property
    def parallelization(self) -> int | Unknown:
        """Batches of one shard that are handled at a time; 1 by default."""
        return whole(self.number("ParallelizationFactor", default=1))

    @property
    def tumbling_window(self) -> int | Unknown | None:
        """Seconds of a tumbling window; None for none."""
        return self.number("TumblingWindowInSeconds")

    @property
    def starting_position(self) -> str | Unknown | None:
        """`LATEST`, `TRIM_HORIZON` or `AT_TIMESTAMP`; None for queues."""
        return self.text("StartingPosition")

    @property
    def enabled(self) -> bool | Unknown:
        """Whether it polls at all; true by default."""
        return self.flag("Enabled", default=True)

    @property
    def failure_destination(self) -> Value:
        """Where records go that are given up."""
        return self.get("DestinationConfig", "OnFailure", "Destination")

    @property
    def filters(self) -> list[Value] | Unknown:
        """Filter patterns; a record that matches none is dropped."""
        found = self.items("FilterCriteria", "Filters")
        if isinstance(found, Unknown):
            return found
        return [item.get("Pattern") if isinstance(item, dict) else item for item in found]

    @property
    def filter_patterns(self) -> list[FilterPattern] | Unknown:
        """Filter patterns, read and with their places."""
        return filter_patterns(self, "FilterCriteria")

    @property
    def reports_item_failures(self) -> bool | Unknown:
        """Whether the function may say which records of a batch failed."""
        types = self.items("FunctionResponseTypes")
        if isinstance(types, Unknown):
            return types
        if "ReportBatchItemFailures" in types:
            return True
        unknown = [item for item in types if isinstance(item, Unknown)]
        return unknown[0] if unknown else False

    @property
    def has_provisioned_pollers(self) -> bool | Unknown:
        """Whether a number of pollers is kept."""
        config = self.get("ProvisionedPollerConfig")
        return config if isinstance(config, Unknown) else config is not None


TYPES: dict[str, type[Node]] = {"AWS::Lambda::EventSourceMapping": EventSourceMapping}

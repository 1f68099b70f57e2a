"""What events of functions, queues, topics, buses, pipes and streams are billed for."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from advisor.advice.cost.amounts import ONE, UNKNOWN, Amount, chunks
from advisor.advice.cost.model import known
from advisor.advice.cost.polling import request_price
from advisor.advice.cost.schedules import HOURS
from advisor.architecture.nodes import (
    EventBus,
    EventSourceMapping,
    External,
    NatGateway,
    Pipe,
    Schedule,
    Stream,
    StreamConsumer,
    Subscription,
    Topic,
    Version,
)
from advisor.templates.values import Unknown

if TYPE_CHECKING:
    from advisor.advice.cost.model import Model
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes import (
        Bucket,
        Function,
        Node,
        Table,
    )

_KB_PER_GB = 1024 * 1024
_FREE_STORAGE = 512  # MB of ephemeral storage that cost nothing
_DELIVERIES = {
    "http": "sns-http-delivery",
    "https": "sns-http-delivery",
    "email": "sns-email-delivery",
    "email-json": "sns-email-delivery",
    "application": "sns-push-delivery",
    "firehose": "sns-firehose-delivery",
}
_ELSEWHERE = frozenset({"queue", "topic", "stream", "delivery-stream"})
_FREE_DELIVERIES = frozenset({"sqs", "lambda"})


def charge_all(model: Model, architecture: Architecture) -> None:
    """Add the charges of everything but APIs and state machines."""
    for function in architecture.functions():
        if function.id not in model.deployment:
            _function(model, function)
    for version in architecture.all(Version):
        _provisioned(model, architecture, version)
    for queue in architecture.queues():
        model.charge(queue.id, queue, request_price(queue), model.pieces(queue, 64), "sends")
    for topic in architecture.topics():
        fifo = topic.is_fifo is True
        price = "sns-fifo-publish" if fifo else "sns-publish"
        model.charge(topic.id, topic, price, ONE if fifo else model.pieces(topic, 64))
        if fifo:
            model.ledger.leave_out("the payload of FIFO topics, billed by GB", topic.title)
    for subscription in architecture.all(Subscription):
        _delivery(model, subscription)
    for bus in architecture.all(EventBus):
        model.charge(bus.id, bus, "events-custom", model.pieces(bus, 64))
    for external in architecture.all(External):
        if external.id not in model.fed and external.id not in model.links:
            continue
        if external.kind == "bus":
            model.charge(external.id, external, "events-custom", model.pieces(external, 64))
        elif external.kind in _ELSEWHERE and external.id in model.fed:
            words = "requests to queues, topics and streams that the templates only name"
            model.ledger.leave_out(words, model.names.of(external))
    for schedule in architecture.all(Schedule):
        model.charge(schedule.id, schedule, "events-schedule")
    for pipe in architecture.all(Pipe):
        count = model.records.get(pipe.id, Decimal(1))
        model.charge(pipe.id, pipe, "events-pipe", model.pieces(pipe, 64, count=count))
    for stream in architecture.all(Stream):
        _stream(model, architecture, stream)
    for consumer in architecture.all(StreamConsumer):
        model.ledger.leave_out("enhanced fan-out of Kinesis consumers", consumer.title)
    for gateway in architecture.all(NatGateway):
        _nat(model, gateway)


# --- functions ----------------------------------------------------------------------------------


def architecture_of(function: Function) -> str:
    """Return `arm` or `x86`, the words of the price table."""
    return "arm" if function.architectures == ["arm64"] else "x86"


def duration_of(model: Model, function: Function) -> Decimal | None:
    """Return the billed milliseconds of one invocation, whole ones; None where not given."""
    limit = known(function.timeout)
    bound = f"at most {limit * 1000} (Timeout)" if limit is not None else "Timeout is not known"
    given = model.answers.number(
        "functions",
        model.names.of(function),
        "duration_ms",
        note=f"billed milliseconds; {bound}",
        most=None if limit is None else limit * 1000,
    )
    if given is None:
        given = model.answers.default("duration_ms")
        if given is not None and limit is not None:
            given = min(given, Decimal(limit * 1000))
    return None if given is None else chunks(given, 1)


def gb_seconds(milliseconds: Decimal, megabytes: Decimal | int) -> Decimal:
    """Return what an invocation with so much memory takes."""
    return milliseconds / 1000 * Decimal(megabytes) / 1024


def _function(model: Model, function: Function) -> None:
    name = model.names.of(function)
    model.charge(function.id, function, "lambda-request")
    duration, memory = duration_of(model, function), known(function.memory)
    price = f"lambda-gb-second-{architecture_of(function)}"
    if isinstance(function.architectures, Unknown):
        model.ledger.suppose("a function of unknown architecture runs on x86", name)
    if duration is None:
        model.ledger.lack("duration of one invocation (functions.….duration_ms)", name)
    if memory is None:
        model.ledger.lack("memory of the function: give the parameter with --parameter", name)
    used = UNKNOWN
    if duration is not None and memory is not None:
        used = Amount(gb_seconds(duration, memory))
    model.charge(function.id, function, price, used)
    storage = known(function.ephemeral_storage)
    if storage is not None and storage > _FREE_STORAGE:
        more = UNKNOWN
        if duration is not None:
            more = Amount(gb_seconds(duration, storage - _FREE_STORAGE))
        model.charge(function.id, function, "lambda-storage-gb-second", more)
    _logs(model, function, name)
    for flag, words in (
        (function.has_capacity_provider, "instances of functions on a capacity provider"),
        (function.is_durable, "operations of durable functions"),
    ):
        if flag is True:
            model.ledger.leave_out(words, name)


def _logs(model: Model, function: Function, name: str) -> None:
    note = "KB that one invocation writes to CloudWatch Logs"
    given = model.answers.number("functions", name, "log_kb", note=note)
    if given is None:
        given = model.answers.default("log_kb")
    if given is None:
        model.ledger.lack("KB that one invocation logs (functions.….log_kb)", name)
    written = UNKNOWN if given is None else Amount(given / _KB_PER_GB)
    model.charge(function.id, function, "logs-ingested-gb", written)


def _provisioned(model: Model, architecture: Architecture, version: Version) -> None:
    if version.provisioned is None:
        return
    function, _ = architecture.function_of(version.function, version)
    if function is None:
        return
    count, memory = known(version.provisioned), known(function.memory)
    kept = UNKNOWN
    if count is not None and memory is not None:
        kept = Amount(gb_seconds(Decimal(HOURS * 3600 * 1000), memory) * count)
    else:
        model.ledger.lack("environments kept warm, or their memory", model.names.of(function))
    model.ledger.suppose(
        "what runs on provisioned concurrency has the price of what does not, the dearer case",
        model.names.of(function),
    )
    model.charge_month(function, "lambda-provisioned-gb-second", kept, "kept warm")


# --- messages and streams -----------------------------------------------------------------------


def _delivery(model: Model, subscription: Subscription) -> None:
    topic = subscription.source
    protocol = subscription.protocol
    if not isinstance(topic, Topic) or not isinstance(protocol, str):
        return
    if protocol in _FREE_DELIVERIES:
        return
    share = ONE
    if subscription.filter_policy is not None:
        target = subscription.target
        name = model.names.way(topic, target) if target is not None else topic.title
        share = model.share(name, "share of the messages that pass the filter policy")
    price = _DELIVERIES.get(protocol)
    if price is None:
        model.ledger.leave_out(f"SNS deliveries by {protocol}", model.names.of(topic))
    else:
        model.charge(topic.id, topic, price, share, f"deliveries by {protocol}")


def _stream(model: Model, architecture: Architecture, stream: Stream) -> None:
    size = model.payload(stream)
    mode = stream.text("StreamModeDetails", "StreamMode")
    shards = stream.shards
    if mode == "ON_DEMAND" or (mode is None and shards is None):
        # https://aws.amazon.com/kinesis/data-streams/pricing/: records are rounded up to 1 KB
        model.charge_month(stream, "kinesis-stream-hour", Amount(Decimal(HOURS)))
        if size is None:
            model.ledger.lack("KB of one record (payload_kb)", model.names.of(stream))
        volume = UNKNOWN if size is None else Amount(chunks(size, 1) / _KB_PER_GB)
        model.charge(stream.id, stream, "kinesis-in-gb", volume)
        readers = sum(m.source is stream for m in architecture.all(EventSourceMapping))
        model.charge(stream.id, stream, "kinesis-out-gb", volume.times(readers))
        return
    count = known(shards)
    if count is None:
        model.ledger.lack("shards of the stream: give the parameter", model.names.of(stream))
    hours = UNKNOWN if count is None else Amount(Decimal(count * HOURS))
    model.charge_month(stream, "kinesis-shard-hour", hours)
    model.charge(stream.id, stream, "kinesis-put-unit", model.pieces(stream, 25))


# --- what has a price by month only ---------------------------------------------------------------


def _nat(model: Model, gateway: NatGateway) -> None:
    name = model.names.of(gateway)
    if gateway.is_regional is True:
        model.ledger.suppose("a regional NAT gateway is in one zone", name)
    model.charge_month(gateway, "nat-hour", Amount(Decimal(HOURS)))
    given = model.answers.number("nat_gb", name, note="GB a month, in and out")
    if given is None:
        model.ledger.lack("GB through the NAT gateway (nat_gb)", name)
    model.charge_month(gateway, "nat-gb", UNKNOWN if given is None else Amount(given))


def charge_stores(model: Model, tables: list[Table], buckets: list[Bucket]) -> None:
    """Charge what the file gives of tables and buckets; nothing else of them is counted."""
    for table in tables:
        fields = {"write_units": "dynamodb-write-unit", "read_units": "dynamodb-read-unit"}
        notes = {"write_units": "write request units a month", "read_units": "read request units"}
        if table.billing_mode == "PAY_PER_REQUEST" or table.type.endswith("GlobalTable"):
            _given(model, "tables", table, fields, notes)
        else:
            model.ledger.leave_out("provisioned capacity of tables", model.names.of(table))
    for bucket in buckets:
        fields = {"put_requests": "s3-put", "get_requests": "s3-get"}
        notes = {"put_requests": "PUT, COPY, POST, LIST a month", "get_requests": "GET a month"}
        _given(model, "buckets", bucket, fields, notes)


def _given(
    model: Model, section: str, node: Node, fields: dict[str, str], notes: dict[str, str]
) -> None:
    name = model.names.of(node)
    for field, price in fields.items():
        given = model.answers.number(section, name, field, note=notes[field])
        if given is not None:
            model.charge_month(node, price, Amount(given))
        else:
            model.ledger.leave_out(f"{section} without numbers in the traffic file", name)


__all__ = ["architecture_of", "charge_all", "charge_stores", "duration_of", "gb_seconds"]

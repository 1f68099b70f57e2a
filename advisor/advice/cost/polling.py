"""What is polled: event source mappings and pipes, their batches, and what polling is billed for.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from advisor.advice.cost.amounts import NOTHING, ONE, Amount, chunks
from advisor.advice.cost.model import known
from advisor.advice.cost.schedules import HOURS
from advisor.architecture.nodes import Function, Queue, StateMachine
from advisor.templates.values import Unknown

if TYPE_CHECKING:
    from advisor.advice.cost.model import Model
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes import EventSourceMapping, Node, Pipe

RECEIVED_AT_ONCE = 10
"""Messages that SQS hands over or takes back in one request at most."""
POLLERS = 5
"""Pollers that Lambda keeps at an idle queue: it begins with five batches at a time."""
_LONG_POLL = 20
"""Seconds that one empty receive takes."""
ONE_RECORD = "a batch holds one record, the dearest case (batches)"


def connect_mapping(model: Model, mapping: EventSourceMapping, edge: Edge) -> None:
    """Link what is polled to its function, and charge a queue for being polled."""
    if mapping.enabled is False:
        return
    way = model.names.way(edge.source, edge.target)
    share = _passed(model, mapping, way)
    size = known(mapping.batch_size)
    records = _records(model, way, size)
    source = edge.source
    attempts, lost = ONE, NOTHING
    if isinstance(edge.target, Function):
        attempts, lost = _attempts(model, mapping, edge.target)
    model.link(source.id, edge.target, share * attempts * Amount(1 / records))
    if mapping.is_queue and isinstance(source, Queue):
        _charge_polling(model, source, way, records, attempts)
        sink = lost.value and _sink(model, source)
        if sink:
            model.link(source.id, sink, share * lost)
    if mapping.has_provisioned_pollers is True:
        model.ledger.leave_out("provisioned pollers of an event source mapping", way)


def _passed(model: Model, node: EventSourceMapping | Pipe, way: str) -> Amount:
    filters = node.filter_patterns
    if isinstance(filters, Unknown) or filters:
        return model.share(way, "share of the records that pass the filter")
    return ONE


def _records(model: Model, way: str, size: int | None) -> Decimal:
    most = size or 10_000
    bound = f"BatchSize: {size}" if size else "BatchSize is not known"
    note = f"records in one batch, 1 to {most} ({bound}); 1, the dearest, is supposed"
    given = model.answers.number("batches", way, note=note, least=1, most=most)
    if given is None:
        if most > 1:
            model.ledger.suppose(ONE_RECORD, way)
        return Decimal(1)
    return given


def _attempts(
    model: Model, mapping: EventSourceMapping, function: Function
) -> tuple[Amount, Amount]:
    """Return how often a batch is handed over, and the share of batches that is given up."""
    failure = model.failure(function)
    if not failure:
        return ONE, NOTHING
    most: int | None = None
    if isinstance(mapping.source, Queue):
        most = known(mapping.source.max_receive_count)
    elif mapping.is_stream:
        retries = known(mapping.retries)
        most = None if retries is None or retries < 0 else retries + 1
    lost = NOTHING if most is None else Amount(failure ** min(most, 10_000))
    return model.attempts(function, most), lost


def _sink(model: Model, queue: Queue) -> Node | None:
    for architecture in model.architectures:
        if architecture.node(queue.id) is queue:
            return architecture.node_of(queue.dead_letter_target, "queue", queue)
    return None


def _charge_polling(
    model: Model, queue: Queue, way: str, records: Decimal, attempts: Amount
) -> None:
    """Charge receives and deletes by message, and receives that find nothing by month."""
    price = request_price(queue)
    at_once = min(records, Decimal(RECEIVED_AT_ONCE))
    size = model.payload(queue)
    pieces = Decimal(1) if size is None else chunks(size * at_once, 64)
    model.charge(queue.id, queue, price, attempts * Amount(pieces / at_once), "receives")
    model.charge(queue.id, queue, price, Amount(1 / at_once), "deletes")
    note = "pollers at the queue around the clock"
    pollers = model.answers.number(
        "pollers", way, note=note, most=10_000, known=Decimal(POLLERS)
    )  # fmt: skip
    empty = (pollers or Decimal(0)) * HOURS * 3600 / _LONG_POLL
    model.ledger.suppose(
        f"each poller of a queue asks every {_LONG_POLL} s around the clock, beside the receives "
        "that find messages: the dearest case (pollers)",
        way,
    )
    model.charge_month(queue, price, Amount(empty), "receives that find nothing")


def request_price(queue: Queue) -> str:
    """Return the key of the price of one request to a queue."""
    return "sqs-fifo-request" if queue.is_fifo is True else "sqs-request"


def connect_pipe(model: Model, pipe: Pipe, edge: Edge) -> None:
    """Link what a pipe polls to the pipe, and the pipe's batches to what it calls with them."""
    if pipe.is_running is False:
        return
    if edge.target is pipe:
        way = model.names.way(edge.source, pipe)
        size = _pipe_batch(pipe)
        records = _records(model, way, size)
        model.records[pipe.id] = records
        model.link(edge.source.id, pipe, _passed(model, pipe, way) * Amount(1 / records))
        if isinstance(edge.source, Queue):
            _charge_polling(model, edge.source, way, records, ONE)
        return
    # Functions and state machines take a batch as one event, everything else record by record.
    whole = isinstance(edge.target, (Function, StateMachine))
    model.link(
        pipe.id, edge.target, ONE if whole else Amount(model.records.get(pipe.id, Decimal(1)))
    )


def _pipe_batch(pipe: Pipe) -> int | None:
    parameters = pipe.mapping("SourceParameters")
    for name in parameters if isinstance(parameters, dict) else ():
        found = known(pipe.number("SourceParameters", name, "BatchSize"))
        if found is not None:
            return found
    return None


__all__ = ["ONE_RECORD", "connect_mapping", "connect_pipe", "request_price"]

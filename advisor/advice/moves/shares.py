"""Things that are shared or led in circles: one of their own for each, or something in between.

* A function that sets itself off over a bucket, queue, topic, stream or table: another one for
  what it makes.
* A queue whose consumers take each other's messages: a topic, and a queue for each.
* A stream with more readers than it serves: for a table one reader that hands changes on to a bus;
  for Kinesis a registered consumer for each reader.
* Any number of a function at once before a database: a proxy before a relational one; before a
  cache or a search domain a queue whose mapping bounds how many run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.moves.move import Drawing, Move, arriving, word_of
from advisor.architecture.edges import EdgeKind, Mode
from advisor.architecture.nodes.databases import Database
from advisor.architecture.nodes.functions import Function
from advisor.architecture.nodes.messaging import Queue
from advisor.architecture.nodes.storage import Stream, Table
from advisor.architecture.resolution import kind_of
from advisor.rules.finding import Confidence, Severity
from advisor.rules.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor.advice.moves.subjects import Subjects
    from advisor.architecture.edges import Edge
    from advisor.architecture.loops import Loop
    from advisor.architecture.nodes.base import Node
    from advisor.rules.finding import Finding

_LOOPS = ("bucket-event-loop", "message-loop", "table-stream-loop")
RULES = (
    *_LOOPS,
    "queue-with-competing-consumers",
    "too-many-table-stream-readers",
    "stream-readers-share-throughput",
    "rds-without-proxy",
    "unbuffered-source-to-database",
)
_LOOP = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html"
_FAN_OUT = "https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html"
_STREAMS = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html"
_CONSUMERS = "https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html"
_PROXY = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html"
_CONCURRENCY = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"
_FEWEST = 2
_MOST = 10
"""Readers or users that one sketch draws."""


def moves(subjects: Subjects, findings: Sequence[Finding]) -> Iterator[Move]:
    """Yield a move for each thing that is shared, or led in a circle."""
    for finding in findings:
        # What is hardly sure is no reason to build something else.
        if finding.rule.name not in RULES or finding.confidence is Confidence.LOW:
            continue
        if finding.rule.name in _LOOPS:
            # A loop that a filter may end, or that only a permission tells of, may be none.
            if finding.severity > Severity.INFO:
                yield from _loop(subjects, finding)
            continue
        for node in subjects.nodes(finding.location):
            found = _of_node(subjects, finding, node)
            if found is not None:
                yield found
                break


def _of_node(subjects: Subjects, finding: Finding, node: Node) -> Move | None:
    name = finding.rule.name
    if name == "queue-with-competing-consumers" and isinstance(node, Queue):
        return _competing(subjects, finding, node)
    if name == "too-many-table-stream-readers" and isinstance(node, Table):
        return _table(subjects, finding, node)
    if name == "stream-readers-share-throughput" and isinstance(node, Stream):
        return _stream(subjects, finding, node)
    if name == "rds-without-proxy" and isinstance(node, Database):
        return _proxied(subjects, finding, node)
    if name == "unbuffered-source-to-database" and isinstance(node, Function):
        return _unbuffered(subjects, finding, node)
    return None


def _loop(subjects: Subjects, finding: Finding) -> Iterator[Move]:
    architecture = subjects.survey.architecture
    for loop in architecture.own_loops():
        if loop.logical_ids == finding.about and loop.way and not loop.is_destination:
            yield _untied(subjects, finding, loop)
            return


def _untied(subjects: Subjects, finding: Finding, loop: Loop) -> Move:
    before, after = Drawing(subjects.survey), Drawing(subjects.survey)
    for drawing in (before, after):
        for edge in loop.way:
            drawing.arrow(drawing.node(edge.source), drawing.node(edge.target), word_of(edge))
    target, function = loop.out.target, loop.function
    verb = "writes" if loop.out.kind is EdgeKind.WRITES else "sends"
    before.arrow(before.node(function), before.node(target), verb)
    kind = kind_of(target) or "other"
    else_ = "; where it has to be this one, a filter of its mapping leaves out its own records"
    other = after.new(kind, f"{function.name}Results", near=function)
    after.arrow(after.node(function), other, verb)
    return Move(
        to="second-channel",
        title=f"another {kind} for what it makes",
        why=(
            f"what '{function.name}' puts into '{target.title}' sets it off again; into another "
            f"{kind} nothing of it comes back{else_ if kind == 'table' else ''}"
        ),
        findings=(finding,),
        before=before.done(),
        after=after.done(),
        reference=_LOOP,
    )


def _readers(subjects: Subjects, node: Node) -> list[tuple[Edge, Node]]:
    """Return the edge by which each reader polls, and the reader, a pipe's target for a pipe."""
    found = [
        (each.edges[0], each.node)
        for each in subjects.survey.reactions(node)
        if each.edges[0].mode is Mode.POLLED
    ]
    return list({reader.id: (edge, reader) for edge, reader in found}.values())[:_MOST]


def _competing(subjects: Subjects, finding: Finding, queue: Queue) -> Move | None:
    readers = _readers(subjects, queue)
    if len(readers) < _FEWEST:
        return None
    before, after = Drawing(subjects.survey), Drawing(subjects.survey)
    senders = {edge.source.id: edge.source for edge in subjects.survey.senders(queue)}
    topic = after.new("topic", f"{queue.name}Topic", near=queue)
    for sender in list(senders.values())[:_MOST]:
        before.arrow(before.node(sender), before.node(queue), "sends")
        after.arrow(after.node(sender), topic, "sends")
    for at, (_, reader) in enumerate(readers):
        before.arrow(before.node(queue), before.node(reader), "polled")
        own = (
            after.node(queue) if not at else after.new("queue", f"{reader.title}Queue", near=queue)
        )
        after.arrow(topic, own, "delivers")
        after.arrow(own, after.node(reader), "polled")
    return Move(
        to="fan-out",
        title="a topic, and a queue for each consumer",
        why=f"each message of '{queue.name}' reaches one consumer only; a topic sends it to all",
        findings=(finding,),
        before=before.done(),
        after=after.done(),
        reference=_FAN_OUT,
    )


def _table(subjects: Subjects, finding: Finding, table: Table) -> Move | None:
    readers = _readers(subjects, table)
    if len(readers) < _FEWEST:
        return None
    before, after = Drawing(subjects.survey), Drawing(subjects.survey)
    pipe = after.new("pipe", f"{table.name}ToBus", near=table)
    bus = after.new("bus", f"{table.name}Changes", near=table)
    after.arrow(after.node(table), pipe, "polled")
    after.arrow(pipe, bus, "sends")
    for _, reader in readers:
        before.arrow(before.node(table), before.node(reader), "polled")
        after.arrow(bus, after.node(reader), "a rule")
    return Move(
        to="choreography",
        title="one reader that hands changes on to a bus",
        why=f"the stream of '{table.name}' serves few readers; a bus serves as many as there are",
        findings=(finding,),
        before=before.done(),
        after=after.done(),
        reference=_STREAMS,
    )


def _stream(subjects: Subjects, finding: Finding, stream: Stream) -> Move | None:
    before, after = Drawing(subjects.survey), Drawing(subjects.survey)
    readers = _readers(subjects, stream)
    if len(readers) < _FEWEST:
        return None
    for _, reader in readers:
        before.arrow(before.node(stream), before.node(reader), "shares 2 MB/s a shard")
        own = after.new("stream-consumer", f"{reader.title}Consumer", near=stream)
        after.arrow(after.node(stream), own, "2 MB/s a shard")
        after.arrow(own, after.node(reader), "polled")
    return Move(
        to="enhanced-fan-out",
        title="a registered consumer for each reader",
        why=f"readers of '{stream.name}' wait for each other; registered consumers do not",
        findings=(finding,),
        before=before.done(),
        after=after.done(),
        reference=_CONSUMERS,
    )


def _proxied(subjects: Subjects, finding: Finding, database: Database) -> Move | None:
    if database.can_have_proxy is not True:
        return None
    survey = subjects.survey
    users = {
        place.resource: node
        for place in finding.related
        for node in subjects.nodes(place)
        if isinstance(node, Function)
    }
    before, after = Drawing(survey), Drawing(survey)
    proxy = after.new("db-proxy", f"{database.name}Proxy", near=database)
    for function in list(users.values())[:_MOST]:
        before.arrow(before.node(function), before.node(database), "a connection each")
        after.arrow(after.node(function), proxy, "connects")
    if not users:
        return None
    after.arrow(proxy, after.node(database), "a pool of connections")
    return Move(
        to="proxy",
        title="a proxy before the database",
        why=f"a proxy shares few connections of '{database.name}' among all that run at once",
        findings=(finding,),
        before=before.done(),
        after=after.done(),
        reference=_PROXY,
    )


def _unbuffered(subjects: Subjects, finding: Finding, function: Function) -> Move | None:
    survey = subjects.survey
    others = finding.related if finding.members else ()
    told = [node for place in others for node in subjects.nodes(place)]
    functions = {node.id: node for node in (function, *told) if isinstance(node, Function)}
    before, after = Drawing(survey), Drawing(survey)
    drawn = []
    for node in list(functions.values())[:_MOST]:
        stores = [edge.target for edge in survey.architecture.connections(node)]
        bursts = [edge for edge in arriving(survey, node) if edge.mode is Mode.ASYNCHRONOUS]
        if not stores or not bursts:
            # Somebody waits for the answer, which a queue has not.
            continue
        drawn.append(node.name)
        before.arrivals(node, before.node(node))
        queue = after.new("queue", f"{node.name}Requests", near=node)
        for edge in bursts[:_MOST]:
            after.arrow(after.node(edge.source), queue, "sends")
        after.arrow(queue, after.node(node), "polled, MaximumConcurrency")
        after.arrivals(node, after.node(node), but=[edge.source.id for edge in bursts])
        for drawing in (before, after):
            for store in stores[:_MOST]:
                drawing.arrow(drawing.node(node), drawing.node(store), "connects")
    if not drawn:
        return None
    return Move(
        to="load-levelling",
        title="a queue that bounds how many run at once",
        why=f"nobody waits for {listed(drawn)}: a queue takes the burst, its mapping bounds it",
        findings=(finding,),
        before=before.done(),
        after=after.done(),
        reference=_CONCURRENCY,
    )


__all__ = ["RULES", "moves"]

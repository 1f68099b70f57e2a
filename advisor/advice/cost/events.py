"""Links that AWS itself makes: from routes, queues, topics, buses, schedules to what they reach."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from advisor.advice.cost.amounts import ONE, Amount
from advisor.advice.cost.model import known
from advisor.advice.cost.polling import connect_mapping, connect_pipe
from advisor.architecture.edges import EdgeKind, Evidence, Mode
from advisor.architecture.nodes import (
    Alarm,
    Api,
    Authorizer,
    Bucket,
    BucketNotification,
    CustomResource,
    DataSource,
    Distribution,
    EventInvokeConfig,
    EventRule,
    EventSourceMapping,
    Function,
    GraphqlApi,
    Permission,
    Pipe,
    Route,
    StateNode,
    Subscription,
)

if TYPE_CHECKING:
    from advisor.advice.cost.model import Model
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes import Node

ASYNCHRONOUS_RETRIES = 2
"""Further attempts of an asynchronous invocation unless configured.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""
_CARRIES = frozenset(
    {
        EdgeKind.INVOKES,
        EdgeKind.FEEDS,
        EdgeKind.PUBLISHES,
        EdgeKind.STARTS,
        EdgeKind.WRITES,
        EdgeKind.ROUTES,
    }
)
PER_WAY = frozenset(
    {
        "AWS::Cognito::UserPool",
        "AWS::Bedrock::Agent",
        "AWS::Lex::BotAlias",
        "AWS::CodeCommit::Repository",
        "AWS::S3ObjectLambda::AccessPoint",
    }
)
"""Types whose targets each have a rate of their own: a user signs in more often than up."""


def connect(model: Model, architecture: Architecture) -> None:
    """Add the links of all declared edges of one architecture, those of states excepted."""
    retries = _retries(architecture)
    for edge in architecture.edges():
        if edge.evidence is not Evidence.DECLARED:
            continue
        if edge.kind is EdgeKind.DEAD_LETTERS:
            _dead_letters(model, edge, retries)
        elif edge.kind in _CARRIES:
            _connect(model, architecture, edge, retries)


def _connect(model: Model, architecture: Architecture, edge: Edge, retries: dict[str, int]) -> None:
    by = edge.declared_by
    if isinstance(by, (StateNode, CustomResource)) or isinstance(edge.source, CustomResource):
        return  # states have links of their own, and deploying is no traffic
    if isinstance(edge.source, Alarm):
        model.ledger.leave_out("what alarms set off", edge.target.title)
        model.fed.add(edge.target.id)
        return
    if isinstance(by, EventSourceMapping):
        connect_mapping(model, by, edge)
    elif isinstance(by, Pipe):
        connect_pipe(model, by, edge)
    elif isinstance(by, Authorizer):
        _authorizer(model, by, edge)
    elif isinstance(by, Route):
        link_to(model, by.id, edge, retries)
    elif isinstance(by, EventInvokeConfig):
        failure = model.failure(edge.source)
        model.link(edge.source.id, edge.target, Amount(1 - failure))
    elif isinstance(edge.source, Distribution):
        if edge.kind is EdgeKind.INVOKES:
            model.ledger.leave_out("Lambda@Edge, which has prices of its own", edge.target.title)
    elif edge.kind is EdgeKind.ROUTES:
        if isinstance(by, EventRule):
            _rule(model, by, edge)
    elif edge.source.type in PER_WAY or is_unread(edge):
        link_to(model, way_id(edge), edge, retries)
    else:
        factor = _share(model, architecture, edge)
        if factor is not None:
            link_to(model, edge.source.id, edge, retries, factor=factor)


def is_unread(edge: Edge) -> bool:
    """Tell whether an edge is all that is known of a route: that a function lets an API call it."""
    return isinstance(edge.source, Api) and isinstance(edge.declared_by, Permission)


def way_id(edge: Edge) -> str:
    """Return the id of the event that one edge of a source alone carries."""
    return f"{edge.source.id}|{edge.target.id}|{'/'.join(map(str, edge.path))}"


def link_to(
    model: Model, source: str, edge: Edge, retries: dict[str, int], *, factor: Amount = ONE
) -> None:
    """Link an event to the target of an edge, with the attempts that a function takes for it."""
    target = edge.target
    if isinstance(target, Function):
        waits = edge.mode is not Mode.ASYNCHRONOUS
        most = 1 if waits else 1 + retries.get(target.id, ASYNCHRONOUS_RETRIES)
        factor *= model.attempts(target, most)
    model.link(source, target, factor)


def _retries(architecture: Architecture) -> dict[str, int]:
    """Return the retries of asynchronous invocations by the id of the function."""
    found: dict[str, int] = {}
    for config in architecture.all(EventInvokeConfig):
        function, _ = architecture.function_of(config.function, config)
        count = known(config.retries)
        if function is not None and count is not None:
            found[function.id] = count
    return found


def _share(model: Model, architecture: Architecture, edge: Edge) -> Amount | None:
    """Return how many events of the source go over a declared edge; None where it carries none."""
    by, source = edge.declared_by, edge.source
    way = model.names.way(source, edge.target)
    if isinstance(by, Subscription):
        # A policy that cannot be read is one all the same.
        policy = by.filter_policy
        if policy is None:
            return ONE
        return model.share(way, "share of the messages that pass the filter policy")
    if isinstance(source, Bucket):
        if not isinstance(by, (BucketNotification, EventRule)):
            return None  # the default bus: rules that ask for the bucket have an edge of their own
        if _ways(architecture, source) == 1:
            model.ledger.suppose("the events given for a bucket are those that it sends on")
            return ONE
        return model.share(way, "share of the bucket's events that are of this kind")
    if isinstance(by, EventRule) and edge.kind is EdgeKind.FEEDS:
        return model.share(way, "share of its events that match the pattern")
    if isinstance(by, DataSource):
        return _data_source(model, architecture, edge, by)
    return ONE


def _ways(architecture: Architecture, bucket: Node) -> int:
    return sum(
        isinstance(edge.declared_by, (BucketNotification, EventRule))
        for edge in architecture.outgoing(bucket)
        if edge.kind in _CARRIES
    )


def _rule(model: Model, rule: EventRule, edge: Edge) -> None:
    """Link a bus to one of its rules; events of AWS itself come in at the rule."""
    if rule.enabled is False or asks_aws_only(rule):
        return
    share = model.share(
        model.names.way(edge.source, rule), "share of the bus's events that match the pattern"
    )
    model.link(edge.source.id, rule, share)


def asks_aws_only(rule: EventRule) -> bool:
    """Tell whether a rule matches nothing but events that AWS services send, which are free."""
    pattern = rule.pattern
    sources = pattern.get("source") if isinstance(pattern, dict) else None
    return (
        isinstance(sources, list)
        and bool(sources)
        and all(isinstance(item, str) and item.startswith("aws.") for item in sources)
    )


def _authorizer(model: Model, authorizer: Authorizer, edge: Edge) -> None:
    """Link the routes that ask an authorizer to its function."""
    name = model.names.of(authorizer)
    note = "share of the requests that ask the authorizer, the others being cached"
    share = model.answers.number("shares", name, note=note, most=1, known=Decimal(1))
    model.ledger.suppose("a Lambda authorizer is asked for every request (shares)", name)
    for route in authorizer.api.routes if authorizer.api else ():
        if route.authorization.authorizer is authorizer and not route.is_preflight:
            model.link(route.id, edge.target, Amount(share or Decimal(0)))


def _data_source(
    model: Model, architecture: Architecture, edge: Edge, source: DataSource
) -> Amount | None:
    if edge.kind is EdgeKind.READS:
        return None
    sources = [
        other for other in architecture.all(DataSource)
        if other.get("ApiId") == source.get("ApiId") and other.kind != "NONE"
    ]  # fmt: skip
    if isinstance(edge.source, GraphqlApi) and len(sources) == 1:
        model.ledger.suppose("a GraphQL operation asks its data source once", source.title)
        return ONE
    way = model.names.way(edge.source, edge.target)
    return model.share(way, "share of the operations that ask this data source")


def _dead_letters(model: Model, edge: Edge, retries: dict[str, int]) -> None:
    """Link a function to where its asynchronous events go that failed every attempt.

    Messages of a queue are linked with the mapping that hands them over.
    """
    if not isinstance(edge.source, Function):
        return
    failure = model.failure(edge.source)
    if failure:
        most = 1 + retries.get(edge.source.id, ASYNCHRONOUS_RETRIES)
        runs = model.attempts(edge.source, most)
        model.link(edge.source.id, edge.target, Amount(failure**most / runs.value))


__all__ = ["PER_WAY", "asks_aws_only", "connect", "is_unread", "link_to", "way_id"]

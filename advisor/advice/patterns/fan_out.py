"""Fan-out and fan-in: one message reaches several at once, or one run splits into branches.

Conditions for a topic:

1. It has subscriptions (declared) of at least two different queues, functions, delivery streams or
   HTTP endpoints. Mail, text messages and push are notices to people.
2. At least two of them can get the same message: no two filter policies on one attribute that
   have no text in common, which would be routing.

Conditions for a state machine (fan-in included, because the state waits for all branches):

1. It has a Parallel state with a Task in at least two of its branches, or a Map state with a Task
   in its processor, at any depth. A Parallel state of one branch only groups states to catch
   their errors together, and a Map of one item at a time is a loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.patterns.record import Kind, part, pattern
from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.messaging import Subscription, Topic
from advisor.architecture.nodes.workflows import StateMachine, StateNode
from advisor.architecture.resolution import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.patterns.record import Pattern
    from advisor.advice.patterns.survey import Survey
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.workflows.model import State

KIND = Kind(
    name="fan-out",
    title="fan-out",
    summary="one message reaches several subscribers, each of which works on its own",
    references=("https://docs.aws.amazon.com/sns/latest/dg/sns-common-scenarios.html",),
    asks={
        "publisher-without-permission": "a queue policy that lets the topic in",
        "encryption-key-blocks-publisher": "a key that the topic may use",
        "source-queue-without-dlq": "a dead-letter queue",
        "target-without-dlq": "a dead-letter queue for what cannot be delivered",
        "async-function-without-failure-destination": "a place for events that failed",
        "invoker-without-permission": "the permission to run its function",
        "large-messages-to-unfit-subscriber": "subscribers that can take its messages",
        "queue-smaller-than-topic": "queues that can take its messages",
        "subscriber-unfit-for-topic": "subscribers of the right kind",
        "nested-filter-on-attributes": "a filter that matches",
        "nothing-receives-messages": "somebody who works its messages off",
    },
)
KIND_IN_WORKFLOW = Kind(
    name="fan-out-fan-in",
    title="fan-out and fan-in in a workflow",
    summary="branches or items run at the same time, and the workflow goes on when all are done",
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html",
    ),
    asks={
        "one-failure-stops-all": "an answer to the failure of one branch",
        "map-overruns-target": "a bound on what runs at the same time",
        "inline-map-too-wide": "a Map that can run as wide as asked",
        "distributed-map-without-tolerance": "a tolerance for failed items",
        "distributed-map-keeps-results": "a place for the results",
        "distributed-map-without-batches": "batches",
        "machine-without-failure-path": "an answer to failures",
        "concurrency-beyond-account": "concurrency for all that runs at the same time",
    },
)

Texts = tuple[frozenset[str], bool]
"""What a filter policy asks of an attribute: these texts, or, if true, all but these."""

_ENDPOINTS = frozenset({"queue", "function", "delivery-stream", "http"})
_MOST_COMPARED = 200
"""Subscriptions of one topic that are compared with the first one that has no filter."""


def recognise(survey: Survey) -> Iterator[Pattern]:
    """Yield the topics and the state machines that fan out."""
    outside = [node for node in survey.architecture.all(External) if kind_of(node) == "topic"]
    for topic in [*survey.architecture.all(Topic), *outside]:
        ways = [edge for edge in survey.outgoing(topic) if kind_of(edge.target) in _ENDPOINTS]
        ways = list({edge.target.id: edge for edge in reversed(ways)}.values())[::-1]
        if len(ways) > 1 and _overlap(ways):
            yield _topic(survey, topic, ways)
    for machine in survey.architecture.all(StateMachine):
        split = list(_splitting(machine))
        if split:
            runs = [task.function for task in survey.architecture.workflow_tasks(machine)]
            yield pattern(
                KIND_IN_WORKFLOW,
                [
                    part("workflow", [machine]),
                    part("splits in", split),
                    part("functions", [node for node in runs if node is not None]),
                ],
                [],
            )


def _topic(survey: Survey, topic: Node, ways: list[Edge]) -> Pattern:
    receivers: list[Node] = [edge.target for edge in ways]
    workers = [
        reaction.node
        for node in receivers
        if kind_of(node) == "queue"
        for reaction in survey.reactions(node)
    ]
    return pattern(
        KIND,
        [
            part("topic", [topic]),
            part("publishers", [edge.source for edge in survey.senders(topic)]),
            part("subscribers", receivers),
            part("consumers", workers),
        ],
        ways,
    )


def _overlap(ways: list[Edge]) -> bool:
    """Tell whether any two subscriptions may get the same message."""
    filters: list[dict[str, Texts]] = []
    for edge in ways[:_MOST_COMPARED]:
        asked = _asked(edge.declared_by)
        if any(not _are_apart(asked, other) for other in filters):
            return True
        filters.append(asked)
    return False


def _asked(subscription: Node) -> dict[str, Texts]:
    """Return the attributes of which a filter policy asks for plain texts, or for all but some."""
    policy = subscription.filter_policy if isinstance(subscription, Subscription) else None
    found: dict[str, Texts] = {}
    for key, value in policy.items() if isinstance(policy, dict) else ():
        items = value if isinstance(value, list) else []
        only = items[0] if len(items) == 1 else None
        is_but = isinstance(only, dict) and list(only) == ["anything-but"]
        if is_but and isinstance(only, dict):
            but = only["anything-but"]
            items = but if isinstance(but, list) else [but]
        texts = frozenset(item for item in items if isinstance(item, str))
        if texts and len(texts) == len(items):
            found[key] = (texts, is_but)
    return found


def _are_apart(one: dict[str, Texts], other: dict[str, Texts]) -> bool:
    """Tell whether no value of some attribute is asked for by both."""
    return any(_have_none(asked, other[key]) for key, asked in one.items() if key in other)


def _have_none(one: Texts, other: Texts) -> bool:
    (texts, is_but), (others, are_but) = one, other
    if is_but and are_but:
        return False
    if is_but:
        return others <= texts
    return texts <= others if are_but else not texts & others


def _splitting(machine: StateMachine) -> Iterator[Node]:
    """Yield the Parallel and Map states whose branches or items do work."""
    if machine.workflow is None:
        return
    known = {node.state: node for node in machine.states}
    for state in machine.workflow.states("Parallel", "Map"):
        if _splits(state):
            # Only tasks and maps are nodes of the graph already.
            yield known.get(state) or StateNode(machine, state)


def _splits(state: State) -> bool:
    working = sum(
        any(
            inner.type == "Task" or any(deep.type == "Task" for deep in inner.within())
            for inner in scope.states.values()
        )
        for scope in state.scopes
    )
    if state.type == "Parallel":
        return working > 1
    return working > 0 and state.concurrency != 1


__all__ = ["KIND", "KIND_IN_WORKFLOW", "recognise"]

"""Choreography on a bus: services put events on a bus and react to each other's, none conducts.

Conditions:

1. At least two rules on one bus that are not switched off and ask for more than events of AWS
   (declared) lead to at least two different targets.
2. Somebody puts events on that bus (declared, made in code, or permitted): a function, a workflow,
   an API, a pipe. On the account's default bus, where everything meets, code has to be seen to put
   events that these rules ask for.
3. The events come from at least two services. One sender and those who listen to it are no
   choreography; a function that only runs while the stack is deployed takes no part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.patterns.record import Kind, part, pattern
from advisor.advice.patterns.taken import takes
from advisor.architecture.nodes.events import EventBus
from advisor.architecture.nodes.external import External
from advisor.architecture.resolution import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.patterns.record import Pattern
    from advisor.advice.patterns.survey import Reaction, Survey
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node

KIND = Kind(
    name="choreography",
    title="choreography on a bus",
    summary="services react to each other's events, and nobody conducts them",
    references=(
        "https://docs.aws.amazon.com/prescriptive-guidance/latest/cloud-design-patterns/saga-choreography.html",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus.html",
    ),
    asks={
        "target-without-dlq": "a dead-letter queue for what cannot be delivered",
        "bus-without-archive": "an archive to replay events from",
        "rule-without-target": "a target",
        "rule-matches-everything": "a pattern that chooses",
        "event-bus-loop": "an end of its own events",
        "bus-event-loop": "an end of its own events",
        "aws-events-on-custom-bus": "events that reach its bus",
        "own-events-on-default-bus": "a bus of its own",
        "async-function-without-failure-destination": "a place for events that failed",
        "invoker-without-permission": "the permission to run its function",
    },
)

_MOST_SENDERS = 100
"""Senders of one bus that are compared with each of its rules."""
_FEWEST = 2


def recognise(survey: Survey) -> Iterator[Pattern]:
    """Yield a case for each bus over which services answer each other."""
    outside = [node for node in survey.architecture.all(External) if kind_of(node) == "bus"]
    deploying = survey.architecture.deployment_functions()
    for bus in [*survey.architecture.all(EventBus), *outside]:
        senders = [edge for edge in survey.senders(bus) if edge.source.id not in deploying][
            :_MOST_SENDERS
        ]
        if not senders:
            continue
        taken = list(_taken(survey, bus, senders))
        rules = {reaction.rule.id for reaction, _ in taken if reaction.rule is not None}
        reacting = {reaction.node.id for reaction, _ in taken}
        sending: dict[str, Edge] = {}
        for _, edges in taken:
            sending |= {edge.source.id: edge for edge in edges}
        if len(rules) < _FEWEST or len(reacting) < _FEWEST or len(sending) < _FEWEST:
            continue
        reactions = [reaction for reaction, _ in taken]
        yield pattern(
            KIND,
            [
                part("bus", [bus]),
                part("senders", [edge.source for edge in sending.values()]),
                part("rules", [each.rule for each in reactions if each.rule is not None]),
                part("reacting", [each.node for each in reactions]),
            ],
            [*sending.values(), *(edge for each in reactions for edge in each.edges)],
        )


def _taken(survey: Survey, bus: Node, senders: list[Edge]) -> Iterator[tuple[Reaction, list[Edge]]]:
    """Yield what reacts to events of the senders, each with those that it may react to."""
    known: dict[str, list[Edge]] = {}
    for reaction in survey.reactions(bus):
        rule = reaction.rule
        if rule is None:
            continue
        if rule.id not in known:
            known[rule.id] = [edge for edge in senders if takes(survey, edge, rule)]
        if known[rule.id]:
            yield reaction, known[rule.id]


__all__ = ["KIND", "recognise"]

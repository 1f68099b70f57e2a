"""Scheduled job: a schedule runs work at set times.

Conditions:

1. A rule with a schedule expression or a schedule of EventBridge Scheduler that is not switched
   off has the worker as its target (declared): a function, a workflow, a task, a job or a build.
2. The schedule does not say that it only keeps the function warm: neither its name nor the input
   that it sends speaks of warming.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.advice.patterns.record import Kind, part, pattern
from advisor.advice.patterns.survey import is_worker
from advisor.architecture.edges import Evidence
from advisor.architecture.nodes.events import EventRule, RuleTarget, Schedule
from advisor.templates.values import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.patterns.record import Pattern
    from advisor.advice.patterns.survey import Survey
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node

KIND = Kind(
    name="scheduled-job",
    title="scheduled job",
    summary="work is done at set times",
    references=(
        "https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html",
    ),
    asks={
        "target-without-dlq": "a dead-letter queue for runs that cannot be started",
        "async-function-without-failure-destination": "a place for runs that failed",
        "failed-event-dropped-at-once": "a second attempt",
        "event-age-below-retry-delay": "a second attempt",
        "schedule-shorter-than-function-timeout": "a guard against two runs at once",
        "schedule-on-custom-bus": "a bus on which schedules run",
        "machine-without-failure-path": "an answer to failures",
        "invoker-without-permission": "the permission to run its function",
        "function-switched-off": "a function that can run",
        "timeout-at-limit": "room below the longest run",
    },
)

_WARMS = re.compile(r"(?i)warm|keep-?alive")
_LONGEST = 1_000  # characters of an input that are searched


def recognise(survey: Survey) -> Iterator[Pattern]:
    """Yield a case for each worker that schedules run."""
    runs: dict[str, list[Edge]] = {}
    schedules: list[Node] = [
        *(rule for rule in survey.architecture.all(EventRule) if rule.schedule is not None),
        *survey.architecture.all(Schedule),
    ]
    for schedule in schedules:
        for edge in survey.outgoing(schedule):
            if (
                edge.evidence is Evidence.DECLARED
                and is_worker(edge.target)
                and not _only_warms(schedule, edge)
            ):
                runs.setdefault(edge.target.id, []).append(edge)
    for edges in runs.values():
        yield pattern(
            KIND,
            [
                part("job", [edges[0].target]),
                part("schedules", [edge.source for edge in edges]),
            ],
            edges,
        )


def _only_warms(schedule: Node, edge: Edge) -> bool:
    place = edge.declared_by
    sent = place.get("Input") if isinstance(place, RuleTarget) else place.get("Target", "Input")
    named = (schedule.title, schedule.name, show(sent)[:_LONGEST] if sent is not None else "")
    return any(_WARMS.search(text) for text in named)


__all__ = ["KIND", "recognise"]

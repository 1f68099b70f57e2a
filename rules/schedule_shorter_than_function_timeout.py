"""A schedule that starts a function again before the last run has to be over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    EventRule,
    Function,
    Pillar,
    Rule,
    RuleTarget,
    Schedule,
    Severity,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, NotJudged, Value

rule = Rule(
    id="EVT010",
    name="schedule-shorter-than-function-timeout",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="schedule starts a function again while the last run may still be going on",
    rationale="""
        A schedule does not wait for the run before. A function that may run for longer than
        the time between two runs can run twice at once, and then both work on the same data: an
        export is written twice, a lock is waited for, a rate limit is reached.
        """,
    remediation="""
        Give the function one reserved concurrent execution, so that a second run has to wait; or
        make the time between two runs longer than the timeout.
        """,
    when_to_ignore="""
        Runs do not get in each other's way, or the function ends long before its timeout.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Export:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: export/
              Timeout: 300
              Events:
                Often:
                  Type: Schedule
                  Properties:
                    Schedule: rate(1 minute)  # <-- 'Often' starts 'Export' every 60 s
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Export:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: export/
              Timeout: 300
              ReservedConcurrentExecutions: 1
              Events:
                Often:
                  Type: ScheduleV2
                  Properties:
                    ScheduleExpression: rate(1 minute)
                    DeadLetterConfig: {Type: SQS}
        """,
    references=(
        "https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
    ),
    aggregate="{count} functions are started again before the last run is over: {names}",
)

_RATE = re.compile(r"rate\(\s*([0-9]{1,9})\s+(minute|hour|day)s?\s*\)", re.IGNORECASE)
_CRON = re.compile(r"cron\(\s*(\S{1,40})\s+(\S{1,40})(?:\s+\S{1,40}){4}\s*\)", re.IGNORECASE)
_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.all(Function):
        timeout, reserved = function.timeout, function.reserved_concurrency
        if isinstance(timeout, Unknown) or isinstance(reserved, Unknown) or reserved in {0, 1}:
            continue
        for edge in architecture.incoming(function, EdgeKind.INVOKES):
            node = _schedule(edge)
            seconds = None if node is None else _period(node.schedule)
            if node is not None and seconds is not None and seconds < timeout:
                yield _finding(function, edge, node, seconds)


def _schedule(edge: Edge) -> EventRule | Schedule | None:
    node = edge.declared_by
    if isinstance(node, RuleTarget):
        node = node.rule
    if not isinstance(node, (EventRule, Schedule)) or node.enabled is not True:
        return None
    return node


def _period(expression: Value) -> int | None:
    """Return the seconds between two runs of a rate or of the simplest crons; else None."""
    if not isinstance(expression, str):
        return None
    found = _RATE.fullmatch(expression.strip())
    if found is not None:
        return int(found[1]) * _SECONDS[found[2].lower()]
    cron = _CRON.fullmatch(expression.strip())
    if cron is None or cron[2] not in {"*", "*/1"}:
        return None
    if cron[1] == "*":
        return 60
    start, _, step = cron[1].partition("/")
    return int(step) * 60 if start in {"*", "0"} and step.isdecimal() and int(step) else None


def _finding(function: Function, edge: Edge, node: EventRule | Schedule, seconds: int) -> Finding:
    timeout = function.timeout
    return rule.finding(
        f"'{node.title}' starts '{function.name}' every {seconds} s, which may run for {timeout} s",
        at=node.at("ScheduleExpression", label=f"every {seconds} s"),
        related=[function.at("Timeout", label=f"may run for {timeout} s")],
        why="two runs at once do the same work or wait for each other",
        remediation=f"""
            {function.name}:
              Properties:
                ReservedConcurrentExecutions: 1
            """,
        evidence=edge.evidence,
        about=(function.name, node.name),
    )

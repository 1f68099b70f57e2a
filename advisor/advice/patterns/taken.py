"""Whether a rule on a bus takes the events that an application puts on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.builders.common import DEFAULT_BUS
from advisor.architecture.edges import Evidence
from advisor.architecture.nodes.external import external_id
from advisor.architecture.nodes.functions import Function
from advisor.architecture.nodes.workflows import StateNode
from advisor.architecture.questions_source import fits
from advisor.templates.values import UNKNOWN

if TYPE_CHECKING:
    from advisor.advice.patterns.survey import Survey
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.events import EventRule
    from advisor.templates.values import Value


_DEFAULT = external_id(DEFAULT_BUS, "bus")


def asks_for_aws_only(rule: EventRule) -> bool:
    """Tell whether a rule asks for events of AWS services and no others."""
    pattern = rule.pattern
    if not isinstance(pattern, dict):
        # A rule without a pattern is a schedule, which nothing on the bus sets off.
        return pattern is None
    source = pattern.get("source")
    if not isinstance(source, list) or not source:
        return source is None and _is_of_aws(pattern.get("detail-type"))
    return all(
        isinstance(text := item.get("prefix") if isinstance(item, dict) else item, str)
        and text.startswith("aws.")
        for item in source
    )


def _is_of_aws(kinds: Value) -> bool:
    """Tell whether detail types alone show that services of AWS send the events."""
    return isinstance(kinds, list) and any(
        isinstance(kind, str) and kind.startswith(("AWS ", "Object ", "EC2 ", "ECS ", "EBS "))
        for kind in kinds
    )


def takes(survey: Survey, sent: Edge, rule: EventRule, *, strictly: bool = False) -> bool:
    """Tell whether a rule may take what is sent over an edge to its bus.

    What the code or the definition shows of source and detail type decides. Where they show
    nothing, a rule on a bus of one's own may take it unless `strictly` asks for proof; on the
    default bus, where everything meets, only a declared sender is taken at its word.
    """
    if asks_for_aws_only(rule):
        return False
    own = sent.target.id != _DEFAULT
    pattern = rule.pattern if isinstance(rule.pattern, dict) else {}
    events = [
        (fits(pattern.get("source"), source), fits(pattern.get("detail-type"), kind))
        for source, kind in _events(survey, sent)
    ]
    if not events:
        return sent.evidence is Evidence.DECLARED or (own and not strictly)
    if own and not strictly:
        return any(source is not False and kind is not False for source, kind in events)
    return any(source is True and kind is not False for source, kind in events)


def _events(survey: Survey, sent: Edge) -> list[tuple[Value, Value]]:
    """Return source and detail type of the events that go over an edge, as far as they show."""
    if sent.via == "on-success destination":
        # https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
        return [("lambda", UNKNOWN)]
    if isinstance(sent.declared_by, StateNode):
        return _entries(sent.declared_by)
    if isinstance(sent.source, Function):
        puts = survey.puts(sent.source)
        return [(put.source, put.detail_type) for put in puts if put.bus is sent.target]
    return []


def _entries(node: StateNode) -> list[tuple[Value, Value]]:
    arguments = node.state.arguments
    entries = arguments.get("Entries") if isinstance(arguments, dict) else None
    found: list[tuple[Value, Value]] = []
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            values = [
                node.state.workflow.value(entry[key]) if key in entry else UNKNOWN
                for key in ("Source", "DetailType")
            ]
            # An expression over the data of an execution may be anything.
            source, kind = (
                UNKNOWN if isinstance(value, str) and value.startswith("{%") else value
                for value in values
            )
            found.append((source, kind))
    return found


__all__ = ["asks_for_aws_only", "takes"]

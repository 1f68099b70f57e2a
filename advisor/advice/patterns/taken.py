"""Whether a rule on a bus takes the events that an application puts on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.builders.common import DEFAULT_BUS
from advisor.architecture.edges import Evidence
from advisor.architecture.nodes.external import external_id
from advisor.architecture.nodes.functions import Function
from advisor.architecture.questions_source import fits

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


def takes(survey: Survey, sent: Edge, rule: EventRule) -> bool:
    """Tell whether a rule may take what is sent over an edge to its bus.

    On a bus of one's own it does unless the code shows otherwise. On the default bus, where
    everything meets, the code has to show that it does, or a declared sender stand beside a rule
    that asks for no events of AWS.
    """
    if asks_for_aws_only(rule):
        return False
    own = sent.target.id != _DEFAULT
    if sent.evidence is Evidence.DECLARED:
        return True
    if not isinstance(sent.source, Function):
        return own
    pattern = rule.pattern if isinstance(rule.pattern, dict) else {}
    puts = [
        (fits(pattern.get("source"), put.source), fits(pattern.get("detail-type"), put.detail_type))
        for put in survey.puts(sent.source)
        if put.bus is sent.target
    ]
    if not puts:
        return own
    if own:
        return any(source is not False and kind is not False for source, kind in puts)
    return any(source is True and kind is not False for source, kind in puts)


__all__ = ["asks_for_aws_only", "takes"]

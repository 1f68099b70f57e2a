"""A pattern that no event of its bus escapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    EventBus,
    EventRule,
    External,
    Pillar,
    Rule,
    Severity,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, Node, NotJudged, Value

rule = Rule(
    id="EVT014",
    name="rule-matches-everything",
    pillar=Pillar.COST,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=EventRule,
    summary="rule matches every event of its bus",
    rationale="""
        A pattern that names no source and no kind of event, or only what all events have in common
        such as the account, triggers its targets for everything that is sent to the bus. On the
        default bus these are the events of all AWS services of the account: each is paid for, and
        what the target does may itself cause the next one.
        """,
    remediation="""
        Name the source and the detail-type of the events that the target is for.
        """,
    when_to_ignore="""
        The target keeps or forwards all events on purpose.
        """,
    bad="""
        Resources:
          Anything:
            Type: AWS::Events::Rule
            Properties:
              EventPattern:  # <-- 'Anything' matches every event of the default bus
                account: [!Ref AWS::AccountId]
              Targets:
                - Id: work
                  Arn: !GetAtt Work.Arn
          Work:
            Type: AWS::SQS::Queue
        """,
    good="""
        Resources:
          Anything:
            Type: AWS::Events::Rule
            Properties:
              EventPattern:
                source: [shop.orders]
                detail-type: [OrderPlaced]
              Targets:
                - Id: work
                  Arn: !GetAtt Work.Arn
                  DeadLetterConfig: {Arn: !GetAtt Failed.Arn}
          Work:
            Type: AWS::SQS::Queue
          Failed:
            Type: AWS::SQS::Queue
        """,
    references=(
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-patterns-best-practices.html",
        "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html",
    ),
)

_COMMON = frozenset({"account", "version", "region", "id", "time"})
"""Fields that say nothing about what an event is about."""
_KEEPERS = frozenset({"log-group", "delivery-stream", "bus", "stream"})
_KEEPER_TYPES = frozenset(
    {
        "AWS::Logs::LogGroup",
        "AWS::KinesisFirehose::DeliveryStream",
        "AWS::Kinesis::Stream",
        "AWS::Events::EventBus",
    }
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for each in architecture.all(EventRule):
        pattern = each.pattern
        # A pattern that is not known may hold anything; one that is not there is a schedule.
        if not isinstance(pattern, dict) or each.enabled is False or not each.targets:
            continue
        if all(_matches_all(key, value) for key, value in pattern.items()):
            yield _finding(architecture, each)


def _matches_all(key: str, value: Value) -> bool:
    if isinstance(value, Unknown):
        return False
    if key in _COMMON:
        return True
    items = value if isinstance(value, list) else []
    return any(
        isinstance(item, dict)
        and (
            item.get("prefix") == ""
            or item.get("wildcard") == "*"
            or (item.get("exists") is True and key in {"source", "detail-type", "detail"})
        )
        for item in items
    )


def _finding(architecture: Architecture, each: EventRule) -> Finding:
    bus = next((e.source for e in architecture.incoming(each, EdgeKind.ROUTES)), None)
    is_default = (
        not isinstance(bus, EventBus) and each.text("EventBusName", default="default") == "default"
    )
    name = f"'{bus.name}'" if isinstance(bus, EventBus) else "its bus"
    where = "the default bus" if is_default else name
    # A bus of one's own may well be for one kind of event; what keeps events is to keep all.
    is_advice = not is_default or all(_keeps(target.target) for target in each.targets)
    return rule.finding(
        f"'{each.title}' matches every event of {where}",
        at=each.at("EventPattern", label="names neither source nor detail-type"),
        related=[target.at(label="triggered for each") for target in each.targets],
        why="everything that is sent to the bus triggers the targets and is paid for",
        remediation="""
            EventPattern:
              source: [<who sends it>]
              detail-type: [<what it is about>]
            """,
        severity=Severity.INFO if is_advice else None,
    )


def _keeps(target: Node | None) -> bool:
    if isinstance(target, External):
        return target.kind in _KEEPERS or not target.kind
    return target is None or target.type in _KEEPER_TYPES

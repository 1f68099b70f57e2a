"""A rule with a schedule on a bus that is not the default one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventBus,
    EventRule,
    Fix,
    Pillar,
    Rule,
    Severity,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="EVT013",
    name="schedule-on-custom-bus",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=EventRule,
    summary="rule with a schedule stands on a custom bus",
    rationale="""
        Only rules of the account's default bus can have a ScheduleExpression. EventBridge refuses
        such a rule on any other bus, and the deployment with it.
        """,
    remediation="""
        Take EventBusName off the rule, or declare an `AWS::Scheduler::Schedule` that puts its
        event on the bus.
        """,
    when_to_ignore="""
        Never: the rule cannot be made.
        """,
    bad="""
        Resources:
          Shop:
            Type: AWS::Events::EventBus
            Properties:
              Name: shop
          Nightly:
            Type: AWS::Events::Rule
            Properties:
              EventBusName: !Ref Shop  # <-- 'Nightly' has a schedule on the bus 'Shop'
              ScheduleExpression: rate(1 day)
              Targets:
                - Id: report
                  Arn: !GetAtt Inbox.Arn
          Inbox:
            Type: AWS::SQS::Queue
        """,
    good="""
        Resources:
          Nightly:
            Type: AWS::Scheduler::Schedule
            Properties:
              ScheduleExpression: rate(1 day)
              FlexibleTimeWindow: {Mode: "OFF"}
              Target:
                Arn: !GetAtt Inbox.Arn
                RoleArn: arn:aws:iam::111122223333:role/scheduler
                DeadLetterConfig: {Arn: !GetAtt Failed.Arn}
          Inbox:
            Type: AWS::SQS::Queue
          Failed:
            Type: AWS::SQS::Queue
        """,
    references=(
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for each in architecture.all(EventRule):
        bus = each.bus
        if each.schedule is None or bus is None:
            continue
        node = architecture.node_of(bus, "bus", each)
        if isinstance(node, EventBus):
            name = node.name
        elif isinstance(bus, str) and bus.rpartition("/")[2] != "default":
            name = bus.rpartition("/")[2]
        elif isinstance(bus, Unknown):
            yield rule.not_judged(each, because=f"its bus is a {bus.cause.value}")
            continue
        else:
            continue
        yield _finding(each, name)


def _finding(each: EventRule, bus: str) -> Finding:
    change = each.removal("EventBusName")
    return rule.finding(
        f"'{each.title}' has a schedule on the bus '{bus}'",
        at=each.at("EventBusName", label="not the default bus"),
        related=[each.at("ScheduleExpression", label="for the default bus only")],
        why="EventBridge refuses the rule, and the deployment fails",
        remediation=f"# take EventBusName off {each.title}",
        fix=Fix(f"Move '{each.title}' to the default bus", (change,)) if change else None,
    )

"""A rule of EventBridge that has nothing but a schedule; EventBridge Scheduler does it better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EventRule, Pillar, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="EVT011",
    name="schedule-as-bus-rule",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    applies_to=EventRule,
    summary="schedule is a rule on the default bus instead of one of EventBridge Scheduler",
    rationale="""
        AWS keeps schedules on rules for what exists and names EventBridge Scheduler for what is
        new. A schedule there knows time zones and summer time, can spread its runs over a window,
        can have an end, calls any operation of AWS without a function in between, and does
        not count against the rules of the default bus.
        """,
    remediation="""
        Declare an `AWS::Scheduler::Schedule`; in SAM, take `Type: ScheduleV2` for `Schedule`,
        which makes the role as well.
        """,
    when_to_ignore="""
        The rule also has a pattern, or one schedule has several targets.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Report:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: report/
              Events:
                Nightly:  # <-- 'Nightly' is a schedule on the default bus
                  Type: Schedule
                  Properties:
                    Schedule: cron(0 3 * * ? *)
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Report:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: report/
              Events:
                Nightly:
                  Type: ScheduleV2
                  Properties:
                    ScheduleExpression: cron(0 3 * * ? *)
                    ScheduleExpressionTimezone: Europe/Berlin
                    DeadLetterConfig: {Type: SQS}
        """,
    references=(
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html",
        "https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html",
    ),
    aggregate="{count} schedules are rules on the default bus: {names}",
    preview=True,
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for each in architecture.all(EventRule):
        if each.schedule is not None and each.pattern is None and len(each.targets) == 1:
            yield _finding(each)


def _finding(each: EventRule) -> Finding:
    expression = each.schedule if isinstance(each.schedule, str) else "rate(1 day)"
    if each.is_generated:
        remediation = f"""
            {each.title}:
              Type: ScheduleV2
              Properties:
                ScheduleExpression: {expression}
                ScheduleExpressionTimezone: UTC
            """
    else:
        remediation = f"""
            {each.name}:
              Type: AWS::Scheduler::Schedule
              Properties:
                ScheduleExpression: {expression}
                ScheduleExpressionTimezone: UTC
                FlexibleTimeWindow: {{Mode: "OFF"}}
                Target:
                  Arn: <the target of the rule>
                  RoleArn: <a role for scheduler.amazonaws.com that may call it>
            """
    return rule.finding(
        f"'{each.title}' is a schedule on the default bus",
        at=each.at(label="a schedule and no pattern"),
        why="it has no time zone and no window, and AWS names EventBridge Scheduler for new ones",
        remediation=remediation,
    )

"""A rule of EventBridge that does nothing with what it matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EventRule, Pillar, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="EVT023",
    name="rule-without-target",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=EventRule,
    summary="rule has no target",
    rationale="""
        A rule without targets matches events, counts against the rules of its bus, and does
        nothing. Most often a target was forgotten or has been taken away.
        """,
    remediation="""
        Give the rule a target, or remove it.
        """,
    when_to_ignore="""
        Something outside these templates adds targets to the rule, or only its metrics are
        wanted.
        """,
    bad="""
        Resources:
          Placed:  # <-- 'Placed' has no target
            Type: AWS::Events::Rule
            Properties:
              EventPattern: {source: [shop.orders]}
        """,
    good="""
        Resources:
          Placed:
            Type: AWS::Events::Rule
            Properties:
              EventPattern: {source: [shop.orders]}
              Targets:
                - Id: inbox
                  Arn: !GetAtt Inbox.Arn
                  DeadLetterConfig: {Arn: !GetAtt Failed.Arn}
          Inbox:
            Type: AWS::SQS::Queue
          Failed:
            Type: AWS::SQS::Queue
        """,
    references=("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html",),
    aggregate="{count} rules have no target: {names}",
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for each in architecture.all(EventRule):
        # What is unknown may be a list of targets.
        if each.items("Targets") == [] and not architecture.is_exported(each):
            yield _finding(each)


def _finding(each: EventRule) -> Finding:
    return rule.finding(
        f"'{each.name}' has no target",
        at=each.at("Targets", label="no target"),
        why="what it matches is counted and dropped",
        remediation=f"""
            {each.name}:
              Properties:
                Targets:
                  - Id: <a name>
                    Arn: !GetAtt <function or queue>.Arn
            """,
    )

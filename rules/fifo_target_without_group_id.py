"""A rule or schedule that sends to a FIFO queue without what such a queue asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Evidence,
    Fix,
    Pillar,
    Queue,
    Rule,
    RuleTarget,
    Schedule,
    Severity,
    show,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="EVT015",
    name="fifo-target-without-group-id",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=(RuleTarget, Schedule),
    summary="rule or schedule sends to a FIFO queue without a message group or deduplication",
    rationale="""
        A FIFO queue takes no message without a group and without a way to tell it from others.
        EventBridge asks for the group in `SqsParameters` and refuses a target without it; a
        deduplication id it cannot give, so that the queue itself has to make one of the content.
        """,
    remediation="""
        Set `SqsParameters.MessageGroupId` on the target and `ContentBasedDeduplication: true` on
        the queue.
        """,
    when_to_ignore="""
        Never: no message arrives.
        """,
    bad="""
        Resources:
          Placed:
            Type: AWS::Events::Rule
            Properties:
              EventPattern: {source: [shop.orders]}
              Targets:
                - Id: inbox  # <-- 'Placed' sends to the FIFO queue 'Inbox' without a message group
                  Arn: !GetAtt Inbox.Arn
          Inbox:
            Type: AWS::SQS::Queue
            Properties:
              FifoQueue: true
              ContentBasedDeduplication: true
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
                  SqsParameters: {MessageGroupId: orders}
                  DeadLetterConfig: {Arn: !GetAtt Failed.Arn}
          Inbox:
            Type: AWS::SQS::Queue
            Properties:
              FifoQueue: true
              ContentBasedDeduplication: true
          Failed:
            Type: AWS::SQS::Queue
        """,
    references=(
        "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-events-rule-sqsparameters.html",
        "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    senders: list[RuleTarget | Schedule] = [
        *architecture.all(RuleTarget),
        *architecture.all(Schedule),
    ]
    for sender in senders:
        queue = sender.target
        if not isinstance(queue, Queue) or queue.is_fifo is not True:
            continue
        # An operation of SQS takes both from its own input.
        if ":aws-sdk:" in show(sender.arn):
            continue
        if sender.message_group is None:
            yield _without_group(sender, queue)
        elif queue.flag("ContentBasedDeduplication") is False:
            yield _without_deduplication(sender, queue)


def _without_group(sender: RuleTarget | Schedule, queue: Queue) -> Finding:
    name = sender.rule.title if isinstance(sender, RuleTarget) else sender.title
    return rule.finding(
        f"'{name}' sends to the FIFO queue '{queue.name}' without a message group",
        at=sender.at(label="no SqsParameters"),
        related=[queue.at("FifoQueue", label="takes no message without a group")],
        why="EventBridge refuses the target, or the queue each message",
        remediation=f"""
            # in the target of {name}
            SqsParameters:
              MessageGroupId: <what is to stay in order, such as {queue.name.lower()}>
            """,
        evidence=Evidence.DECLARED,
    )


def _without_deduplication(sender: RuleTarget | Schedule, queue: Queue) -> Finding:
    name = sender.rule.title if isinstance(sender, RuleTarget) else sender.title
    change = queue.change(("ContentBasedDeduplication",), value=True)
    return rule.finding(
        f"'{queue.name}' tells no messages apart by content, '{name}' cannot give them an id",
        at=queue.at("ContentBasedDeduplication", label="no content-based deduplication"),
        related=[sender.at(label="sends without a deduplication id")],
        why="the queue refuses each message of EventBridge",
        remediation=f"""
            {queue.name}:
              Properties:
                ContentBasedDeduplication: true
            """,
        evidence=Evidence.DECLARED,
        fix=Fix(f"Deduplicate '{queue.name}' by content", (change,), safe=True) if change else None,
    )

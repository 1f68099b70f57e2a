"""A function that may send to the queue, topic or stream that invokes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Evidence,
    External,
    Function,
    Pillar,
    Queue,
    Rule,
    Severity,
    Stream,
    Topic,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, Loop, NotJudged

rule = Rule(
    id="ARC013",
    name="message-loop",
    pillar=Pillar.COST,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function may send to the queue, topic or stream that invokes it",
    rationale="""
        Each message that such a function sends invokes it again. Where nothing in the code ends
        that, it goes on for ever, and where one message becomes two it fills the account's
        concurrency within minutes. Lambda stops most loops through SQS and SNS after 16 rounds,
        those through a stream not at all; until then the work is done 16 times.
        """,
    remediation="""
        Send to another queue or topic than the one that invokes the function, and take the
        permission to send to that one off the role. Let the visibility timeout, the redrive policy
        or a state machine do what trying again later is for.
        """,
    when_to_ignore="""
        The function puts back what it could not finish on purpose, and counts how often.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Jobs:
            Type: AWS::SQS::Queue
          Work:  # <-- 'Work' may send to 'Jobs', which invokes it again
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: app.handler
              CodeUri: build/
              Environment:
                Variables:
                  AGAIN: !Ref Jobs
              Policies:
                - SQSSendMessagePolicy:
                    QueueName: !GetAtt Jobs.QueueName
              Events:
                Job:
                  Type: SQS
                  Properties:
                    Queue: !GetAtt Jobs.Arn
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Jobs:
            Type: AWS::SQS::Queue
          Done:
            Type: AWS::SQS::Queue
          Work:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: app.handler
              CodeUri: build/
              Policies:
                - SQSSendMessagePolicy:
                    QueueName: !GetAtt Done.QueueName
              Events:
                Job:
                  Type: SQS
                  Properties:
                    Queue: !GetAtt Jobs.Arn
        Outputs:
          Done:
            Value: !Ref Done
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html",
        "https://serverlessland.com/content/service/lambda/guides/aws-lambda-operator-guide/recursive-runaway",
    ),
)

_KINDS = {"queue", "topic", "stream"}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for loop in architecture.own_loops():
        target = loop.out.target
        known = isinstance(target, (Queue, Topic, Stream))
        foreign = isinstance(target, External) and target.kind in _KINDS
        if (known or foreign) and not loop.is_destination:
            yield _finding(loop)


def _finding(loop: Loop) -> Finding:
    name, target = loop.function.name, loop.out.target.title
    is_proved = loop.out.evidence is Evidence.PROVED
    # A filter or a permission that nothing uses leaves open what really happens; allowing a loop
    # says that it is meant.
    unsure = not is_proved and (loop.is_wildcard or not loop.is_named)
    is_advice = loop.is_allowed or loop.is_filtered or unsure
    return rule.finding(
        f"'{name}' {'sends' if is_proved else 'may send'} to '{target}', {loop.back}",
        at=loop.function.at(label="may set itself off"),
        related=loop.places,
        why="a message that leads to another one goes round until Lambda or somebody stops it",
        remediation=f"""
            # let {name} send elsewhere, and take the permission to send to {target} off its role;
            # where it is meant, count the rounds in the message and end them
            """,
        severity=Severity.INFO if is_advice else None,
        confidence=Confidence.HIGH if is_proved else None,
        evidence=loop.out.evidence,
        about=loop.logical_ids,
    )

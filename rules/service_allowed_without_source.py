"""A policy that lets a service write on behalf of anyone, not of one's own resource alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    Pillar,
    Queue,
    QueuePolicy,
    Rule,
    Severity,
    Topic,
    TopicPolicy,
    Unknown,
    admissions,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Admission, Architecture, Data, Finding, Node, NotJudged

rule = Rule(
    id="SEC012",
    name="service-allowed-without-source",
    pillar=Pillar.SECURITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=(QueuePolicy, TopicPolicy),
    summary="policy lets a service write on behalf of any account",
    rationale="""
        A service writes to a queue or topic in its own name, whoever asked it to. A statement that
        names the service and nothing else therefore holds for topics, rules and buckets of every
        account: whoever knows the ARN can have the service deliver messages that look like one's
        own. AWS calls this the confused deputy.
        """,
    remediation="""
        Add a condition on `aws:SourceArn` with the topic, rule or bucket. The ARN of a bucket
        holds no account, and a bucket that was deleted can be made anew by another: add
        `aws:SourceAccount` there.
        """,
    when_to_ignore="""
        The messages are public, and anybody may send them.
        """,
    bad="""
        Resources:
          Inbox:
            Type: AWS::SQS::Queue
          InboxPolicy:
            Type: AWS::SQS::QueuePolicy
            Properties:
              Queues: [!Ref Inbox]
              PolicyDocument:
                Statement:
                  - Effect: Allow  # <-- lets sns.amazonaws.com write to 'Inbox'
                    Principal: {Service: sns.amazonaws.com}
                    Action: sqs:SendMessage
                    Resource: !GetAtt Inbox.Arn
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SNS::Topic
          Inbox:
            Type: AWS::SQS::Queue
          InboxPolicy:
            Type: AWS::SQS::QueuePolicy
            Properties:
              Queues: [!Ref Inbox]
              PolicyDocument:
                Statement:
                  - Effect: Allow
                    Principal: {Service: sns.amazonaws.com}
                    Action: sqs:SendMessage
                    Resource: !GetAtt Inbox.Arn
                    Condition: {ArnEquals: {"aws:SourceArn": !Ref Orders}}
        """,
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
        "https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html",
    ),
)

# Services of which AWS documents that they say on whose behalf they write. EventBridge does so
# to queues only: a condition in the policy of a topic would keep it out.
_SERVICES = frozenset({"s3", "sns", "cloudwatch", "ses"})
_SERVICES_OF_QUEUES = _SERVICES | {"events"}
_PREFIXES = (
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceorg",
    "aws:sourceowner",
    "aws:principalorg",
    "aws:principalarn",
    "aws:principalaccount",
)

Condition = tuple[str, str, dict[str, "Data"]]
"""Operator, key and value of a condition."""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    policies: list[QueuePolicy | TopicPolicy] = [
        *architecture.all(QueuePolicy),
        *architecture.all(TopicPolicy),
    ]
    for policy in policies:
        if policy.is_generated:
            continue
        statements = admissions(policy, "PolicyDocument")
        if isinstance(statements, Unknown):
            yield rule.not_judged(policy, because="its document is not known from the template")
            continue
        services = _SERVICES_OF_QUEUES if isinstance(policy, QueuePolicy) else _SERVICES
        open_ = [item for item in statements if _is_open(item, services)]
        if open_:
            yield _finding(architecture, policy, open_, services)


def _is_open(statement: Admission, services: frozenset[str]) -> bool:
    return (
        statement.allows is True
        and not statement.opaque
        and not services.isdisjoint(statement.services)
        and not any(key.startswith(_PREFIXES) for key in statement.conditions)
        and any(action.startswith(("sqs:", "sns:", "*")) for action in statement.actions)
    )


def _finding(
    architecture: Architecture,
    policy: QueuePolicy | TopicPolicy,
    statements: list[Admission],
    known: frozenset[str],
) -> Finding:
    services = list(
        dict.fromkeys(
            service
            for statement in statements
            for service in statement.services
            if service in known
        )
    )
    subject = _subject(architecture, policy)
    name = subject.name if subject is not None else policy.name
    principals = " and ".join(f"{service}.amazonaws.com" for service in services)
    return rule.finding(
        f"'{policy.name}' lets {principals} write to '{name}' for any account",
        at=policy.at(*statements[0].path, label="no condition on the source"),
        related=[policy.at(*s.path, label="nor here") for s in statements[1:]],
        why="whoever knows its ARN can have the service deliver messages of their own",
        remediation=f"# in the statement for {services[0]}.amazonaws.com\n"
        + _yaml(_condition(architecture, subject, services[0])),
        fix=_fix(policy, statements, _condition(architecture, subject, services[0]))
        if len(services) == 1
        else None,
    )


def _yaml(condition: Condition) -> str:
    operator, key, value = condition
    name, argument = next(iter(value.items()))
    text = ".".join(map(str, argument)) if isinstance(argument, list) else argument
    written = f"!{name.removeprefix('Fn::')} {text}"
    return f'Condition: {{{operator}: {{"{key}": {written}}}}}'


def _fix(
    policy: QueuePolicy | TopicPolicy, statements: list[Admission], condition: Condition
) -> Fix | None:
    operator, key, value = condition
    made = [
        policy.change((*item.path, "Condition", operator, key), dict(value)) for item in statements
    ]
    changes = tuple(change for change in made if change is not None)
    return Fix("Let it in for its own source", changes) if len(changes) == len(made) else None


def _subject(architecture: Architecture, policy: QueuePolicy | TopicPolicy) -> Node | None:
    """Return the queue or topic that a policy is about; None where there are several."""
    named = (
        policy.queues
        if isinstance(policy, QueuePolicy)
        else policy.items("Topics") or policy.items("TopicArn")
    )
    if isinstance(named, Unknown) or len(named) != 1:
        return None
    return architecture.node_of(named[0], near=policy)


def _condition(architecture: Architecture, subject: Node | None, service: str) -> Condition:
    """Return the operator, the key and the value of a condition on the source."""
    account: Condition = ("StringEquals", "aws:SourceAccount", {"Ref": "AWS::AccountId"})
    if not isinstance(subject, (Queue, Topic)):
        return account
    sources = [s.source for s in architecture.senders(subject) if s.service == service]
    if len(sources) != 1 or not sources[0].type or sources[0].is_generated or service == "s3":
        return account
    if sources[0].resource.owner != subject.resource.owner:
        return account
    name = sources[0].name
    arn: dict[str, Data] = {"Ref": name} if service == "sns" else {"Fn::GetAtt": [name, "Arn"]}
    return "ArnEquals", "aws:SourceArn", arn

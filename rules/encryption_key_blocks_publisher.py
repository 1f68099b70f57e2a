"""A queue or topic that is encrypted with a key that its publisher cannot use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Evidence,
    Fix,
    Pillar,
    Queue,
    Rule,
    Severity,
    Text,
    Topic,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Finding, Node, NotJudged, Sender, Value

rule = Rule(
    id="SEC011",
    name="encryption-key-blocks-publisher",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=(Queue, Topic),
    summary="queue or topic is encrypted with a key that its publisher cannot use",
    rationale="""
        Whoever writes to a queue or topic with KMS encryption needs the key: to make the data key
        that encrypts the message. SNS, EventBridge and S3 get at a key by its policy alone. That
        of the keys which AWS manages, `alias/aws/sqs` and `alias/aws/sns`, lets in the account's
        own users and roles, no service, and cannot be changed. Every message of such a publisher
        is lost, whatever the queue's policy says.
        """,
    remediation="""
        Take off KmsMasterKeyId: a queue is encrypted with a key of SQS then, and every publisher
        can write to it. Where a KMS key is asked for, use one of your own whose policy lets the
        service do `kms:GenerateDataKey*` and `kms:Decrypt`.
        """,
    when_to_ignore="""
        Never for a key that AWS manages. For a key of your own: its policy is set elsewhere, or
        grants let the service use it.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SNS::Topic
          Inbox:
            Type: AWS::SQS::Queue
            Properties:
              KmsMasterKeyId: alias/aws/sqs  # <-- 'Orders' cannot use the key of 'Inbox'
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
          Subscription:
            Type: AWS::SNS::Subscription
            Properties:
              TopicArn: !Ref Orders
              Protocol: sqs
              Endpoint: !GetAtt Inbox.Arn
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SNS::Topic
          Inbox:
            Type: AWS::SQS::Queue
            Properties:
              KmsMasterKeyId: !Ref Key
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
          Subscription:
            Type: AWS::SNS::Subscription
            Properties:
              TopicArn: !Ref Orders
              Protocol: sqs
              Endpoint: !GetAtt Inbox.Arn
          Key:
            Type: AWS::KMS::Key
            Properties:
              KeyPolicy:
                Statement:
                  - Effect: Allow
                    Principal: {AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
                    Action: kms:*
                    Resource: "*"
                  - Effect: Allow
                    Principal: {Service: sns.amazonaws.com}
                    Action: [kms:GenerateDataKey*, kms:Decrypt]
                    Resource: "*"
        """,
    references=(
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
        "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html",
    ),
)

_MANAGED = ("alias/aws/sqs", "alias/aws/sns")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    targets: list[Queue | Topic] = [*architecture.all(Queue), *architecture.all(Topic)]
    for target in targets:
        key = target.kms_key
        if key is None or isinstance(key, Unknown):
            continue
        senders = architecture.senders(target)
        if senders and _is_managed(key):
            yield _finding(target, senders, None)
        elif senders:
            node = _key(architecture, key, target)
            if node is not None:
                refused = [s for s in senders if architecture.may_use_key(s, node) is False]
                if refused:
                    yield _finding(target, refused, node)


def _is_managed(key: Value) -> bool:
    last = key.parts[-1] if isinstance(key, Text) else key
    return isinstance(last, str) and last.endswith(_MANAGED)


def _key(architecture: Architecture, key: Value, target: Node) -> Node | None:
    """Return the key of the templates that a value or an alias names, if it has a policy."""
    node = architecture.node_of(key, near=target)
    if node is not None and node.type == "AWS::KMS::Alias":
        node = architecture.node_of(node.get("TargetKeyId"), near=node)
    if node is None or node.type != "AWS::KMS::Key" or node.get("KeyPolicy") is None:
        return None
    return node


def _finding(target: Queue | Topic, senders: Sequence[Sender], key: Node | None) -> Finding:
    names = list(dict.fromkeys(f"'{sender.source.title}'" for sender in senders))
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    services = list(dict.fromkeys(f"{sender.service}.amazonaws.com" for sender in senders))
    kind = "queue" if isinstance(target, Queue) else "topic"
    related = [sender.edge.at(label=f"'{sender.source.title}' writes to it") for sender in senders]
    statement = f"""\
- Effect: Allow
  Principal: {{Service: [{", ".join(services)}]}}
  Action: [kms:GenerateDataKey*, kms:Decrypt]
  Resource: "*"
"""
    if key is not None:
        related.append(key.at("KeyPolicy", label="its policy, which lets no such service in"))
        remediation = f"# in the KeyPolicy of {key.name}\n{statement}"
    else:
        remediation = f"""\
# take KmsMasterKeyId off {target.name}{": it is encrypted by SQS then" if kind == "queue" else ""}
# or use a key of your own with this statement in its KeyPolicy
{statement}"""
    # Without the key a queue is encrypted by SQS, a topic not at all.
    change = target.removal("KmsMasterKeyId") if key is None and kind == "queue" else None
    return rule.finding(
        f"{shown} cannot use the key of '{target.name}', with which each message is encrypted",
        at=target.at("KmsMasterKeyId", label="a key that the publisher cannot use"),
        related=related,
        why=f"every message for the {kind} is lost, without a trace in it",
        remediation=remediation,
        severity=None if key is None else Severity.WARNING,
        confidence=None if key is None else Confidence.MEDIUM,
        evidence=Evidence.DECLARED,
        fix=Fix(f"Let SQS encrypt '{target.name}' itself", (change,)) if change else None,
    )

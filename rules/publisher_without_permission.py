"""A queue or topic whose policy does not let its publisher write to it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    Evidence,
    Fix,
    Pillar,
    Queue,
    Rule,
    Severity,
    Topic,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Data, Finding, NotJudged, Sender

rule = Rule(
    id="SEC010",
    name="publisher-without-permission",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=(Queue, Topic),
    summary="queue or topic does not let its publisher write to it",
    rationale="""
        Topics, EventBridge rules and buckets write to a queue, and rules and buckets to a topic,
        in the name of their service. Nothing but the policy of the queue or topic lets them, and
        by default it lets in only the account itself. Without the statement a topic and a rule
        drop each message without a trace at the sender's end; where the queue was to keep what
        could not be delivered, that is lost as well. A bucket's notification is refused when the
        stack is deployed.
        """,
    remediation="""
        Add an `AWS::SQS::QueuePolicy` or `AWS::SNS::TopicPolicy` that lets the service write, for
        no more than the one topic, rule or bucket. In the policy of a topic the statement for
        EventBridge can have no condition.
        """,
    when_to_ignore="""
        The policy is set by something outside these templates.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SNS::Topic
          Inbox:  # <-- 'Inbox' does not let 'Orders' send to it
            Type: AWS::SQS::Queue
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
    references=(
        "https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html",
    ),
)

_WHYS = {
    "sns": "the topic drops every message for it",
    "events": "EventBridge drops every event for it",
    "s3": "S3 refuses the notification and the stack is not deployed",
}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    targets: list[Queue | Topic] = [*architecture.all(Queue), *architecture.all(Topic)]
    for target in targets:
        if target.is_generated:
            continue
        refused: dict[str, list[Sender]] = defaultdict(list)
        unknown = False
        for sender in architecture.senders(target):
            answer = architecture.may_send(sender, target)
            if answer is False:
                refused[sender.service].append(sender)
            elif isinstance(answer, Unknown):
                unknown = True
        for service, senders in refused.items():
            yield _finding(architecture, target, service, senders)
        if unknown and not refused:
            yield rule.not_judged(target, because="its policy is not known from the template")


def _finding(
    architecture: Architecture, target: Queue | Topic, service: str, senders: Sequence[Sender]
) -> Finding:
    names = list(dict.fromkeys(f"'{sender.source.title}'" for sender in senders))
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    policies = architecture.resource_policies(target)
    known = [] if isinstance(policies, Unknown) else policies
    is_sink = all(sender.edge.kind is EdgeKind.DEAD_LETTERS for sender in senders)
    exported = architecture.is_exported(target)
    return rule.finding(
        f"'{target.name}' does not let {shown} {'send' if isinstance(target, Queue) else 'publish'}"
        f" to it ({service}.amazonaws.com)",
        at=target.at(label="no policy lets the service in"),
        related=[
            *(sender.edge.at(label=f"'{sender.source.title}' writes to it") for sender in senders),
            *(policy.at(label="its policy, which does not") for policy in known),
        ],
        why=f"nothing that {shown} fails to deliver is kept" if is_sink else _WHYS[service],
        remediation=_remediation(architecture, target, senders[0], has_policy=bool(known)),
        severity=Severity.WARNING if exported else None,
        confidence=Confidence.MEDIUM if exported else None,
        evidence=Evidence.DECLARED,
        fix=_fix(architecture, target, service, senders) if not known else None,
    )


def _remediation(
    architecture: Architecture, target: Queue | Topic, sender: Sender, *, has_policy: bool
) -> str:
    is_queue = isinstance(target, Queue)
    condition = 'StringEquals: {"aws:SourceAccount": !Ref AWS::AccountId}'
    source = sender.source
    if not is_queue and sender.service == "events":
        condition = ""
    elif sender.service == "events" and source.type == "AWS::Events::Rule":
        condition = f'ArnEquals: {{"aws:SourceArn": !GetAtt {source.resource.logical_id}.Arn}}'
    elif sender.service == "sns" and source.type == "AWS::SNS::Topic":
        condition = f'ArnEquals: {{"aws:SourceArn": !Ref {source.name}}}'
    statement = f"""\
- Effect: Allow
  Principal: {{Service: {sender.service}.amazonaws.com}}
  Action: {"sqs:SendMessage" if is_queue else "sns:Publish"}
  Resource: {f"!GetAtt {target.name}.Arn" if is_queue else f"!Ref {target.name}"}"""
    if condition:
        statement += f"\n  Condition: {{{condition}}}"
    if has_policy:
        return f"# in the PolicyDocument of the policy of {target.name}\n{statement}"
    name = architecture.free_name(f"{target.name}Policy", near=target)
    indented = statement.replace("\n", "\n" + " " * 8)
    text = f"""
{name}:
  Type: {"AWS::SQS::QueuePolicy" if is_queue else "AWS::SNS::TopicPolicy"}
  Properties:
    {"Queues" if is_queue else "Topics"}: [!Ref {target.name}]
    PolicyDocument:
      Version: "2012-10-17"
      Statement:
        {indented}
"""
    if sender.service == "s3":
        text += f"# and 'DependsOn: {name}' on {source.name}\n"
    return text


def _fix(
    architecture: Architecture, target: Queue | Topic, service: str, senders: Sequence[Sender]
) -> Fix | None:
    """Return the new policy; not for a bucket, which has to wait for the policy as well."""
    sources = [sender.source for sender in senders]
    if service == "s3" or any(not source.type or source.is_generated for source in sources):
        return None
    if any(source.resource.owner != target.resource.owner for source in sources):
        return None
    is_queue = isinstance(target, Queue)
    arns: list[Data] = [
        {"Fn::GetAtt": [source.name, "Arn"]} if service == "events" else {"Ref": source.name}
        for source in sources
    ]
    name = target.name
    statement: dict[str, Data] = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sqs:SendMessage" if is_queue else "sns:Publish",
        "Resource": {"Fn::GetAtt": [name, "Arn"]} if is_queue else {"Ref": name},
    }
    # EventBridge writes to a topic without the keys that a condition asks for.
    if is_queue or service != "events":
        source_arn = arns[0] if len(arns) == 1 else arns
        statement["Condition"] = {"ArnEquals": {"aws:SourceArn": source_arn}}
    change = target.new_sibling(
        architecture.free_name(f"{name}Policy", near=target),
        {
            "Type": "AWS::SQS::QueuePolicy" if is_queue else "AWS::SNS::TopicPolicy",
            "Properties": {
                "Queues" if is_queue else "Topics": [{"Ref": name}],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
            },
        },
    )
    return Fix(f"Add a policy to '{name}'", (change,)) if change is not None else None

"""What a rule, schedule, subscription or pipe cannot deliver is dropped without such a queue."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    Evidence,
    External,
    Fix,
    Function,
    InlineSubscription,
    Pillar,
    Pipe,
    Queue,
    Rule,
    RuleTarget,
    Schedule,
    Severity,
    Stream,
    Subscription,
    Table,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Change, Data, Finding, Node, NotJudged

rule = Rule(
    id="EVT001",
    name="target-without-dlq",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=(RuleTarget, Schedule, Subscription, Pipe),
    summary="target has no dead-letter queue for what cannot be delivered",
    rationale="""
        A rule or schedule retries a delivery for up to a day, a topic according to its protocol,
        a pipe until the record leaves the stream. What is not delivered by then is dropped.
        Delivery to a function or queue of the same account fails only for want of a permission,
        which makes the queue advice there; an HTTP endpoint, an API destination or another
        account may be out of service for longer, and a record that a pipe cannot pass on blocks
        its shard.
        """,
    remediation="""
        Give the target a dead-letter queue, a standard SQS queue whose policy lets the sender
        write to it.
        """,
    when_to_ignore="""
        Events that were not delivered in time are worth nothing.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SNS::Topic
          Partner:  # <-- 'Partner' has no dead-letter queue
            Type: AWS::SNS::Subscription
            Properties:
              TopicArn: !Ref Orders
              Protocol: https
              Endpoint: https://partner.example.com/orders
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SNS::Topic
          Partner:
            Type: AWS::SNS::Subscription
            Properties:
              TopicArn: !Ref Orders
              Protocol: https
              Endpoint: https://partner.example.com/orders
              RedrivePolicy:
                deadLetterTargetArn: !GetAtt Undelivered.Arn
          Undelivered:
            Type: AWS::SQS::Queue
          UndeliveredPolicy:
            Type: AWS::SQS::QueuePolicy
            Properties:
              Queues: [!Ref Undelivered]
              PolicyDocument:
                Statement:
                  - Effect: Allow
                    Principal: {Service: sns.amazonaws.com}
                    Action: sqs:SendMessage
                    Resource: !GetAtt Undelivered.Arn
                    Condition: {ArnEquals: {"aws:SourceArn": !Ref Orders}}
        """,
    references=(
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html",
        "https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html",
        "https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html",
    ),
    aggregate="{count} targets have no dead-letter queue for what cannot be delivered: {names}",
)

_PROTOCOLS = {
    "http": Severity.WARNING,
    "https": Severity.WARNING,
    "firehose": Severity.INFO,
    "lambda": Severity.INFO,
    "sqs": Severity.INFO,
}
_REMOTE = {"AWS::Events::ApiDestination", "AWS::Events::Connection"}

_ATTEMPTS = 5
"""Without a bound nothing ever arrives in the queue of a pipe."""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for target in architecture.all(RuleTarget):
        # What a schedule did not deliver it delivers the next time.
        if target.rule.pattern is not None and target.rule.enabled is True:
            yield from _sender(architecture, target, target.target, "DeadLetterConfig", "Arn")
    for schedule in architecture.all(Schedule):
        if schedule.enabled is True:
            path = ("Target", "DeadLetterConfig", "Arn")
            yield from _sender(architecture, schedule, schedule.target, *path)
    for subscription in architecture.all(Subscription):
        yield from _subscription(architecture, subscription)
    for pipe in architecture.all(Pipe):
        if isinstance(pipe.source, (Stream, Table)) and pipe.dead_letter_target is None:
            yield _finding(architecture, pipe, Severity.WARNING)


def _sender(
    architecture: Architecture, sender: RuleTarget | Schedule, target: Node | None, *path: str
) -> Iterator[Finding | NotJudged]:
    if sender.get(*path) is not None or target is None:
        return
    if isinstance(target, External):
        if not target.kind:
            yield rule.not_judged(sender, because="its target is not known")
            return
        remote = target.kind in {"bus", "api-destination"}
        yield _finding(architecture, sender, Severity.WARNING if remote else Severity.INFO)
    elif target.type in _REMOTE:
        yield _finding(architecture, sender, Severity.WARNING)
    elif not _keeps_failures(architecture, target):
        yield _finding(architecture, sender, Severity.INFO)


def _subscription(
    architecture: Architecture, subscription: Subscription
) -> Iterator[Finding | NotJudged]:
    protocol = subscription.protocol
    if subscription.redrive_policy is not None or protocol is None:
        return
    if isinstance(protocol, Unknown):
        yield rule.not_judged(subscription, because=f"its protocol is a {protocol.cause.value}")
    elif protocol.lower() in _PROTOCOLS:
        target = architecture.node_of(subscription.endpoint, near=subscription)
        if target is None or not _keeps_failures(architecture, target):
            yield _finding(architecture, subscription, _PROTOCOLS[protocol.lower()])


def _keeps_failures(architecture: Architecture, target: Node) -> bool:
    """Return whether a function or queue keeps itself what it could not handle."""
    return isinstance(target, (Function, Queue)) and bool(
        architecture.outgoing(target, EdgeKind.DEAD_LETTERS)
    )


def _finding(architecture: Architecture, sender: Node, severity: Severity) -> Finding:
    service, why, source = "events", "an event that cannot be delivered within a day is dropped", ""
    if isinstance(sender, RuleTarget):
        source = sender.rule.resource.logical_id
    elif isinstance(sender, Schedule):
        service = ""
    elif isinstance(sender, Subscription):
        service = "sns"
        why = "a message that the endpoint does not take after all retries is dropped"
    else:
        service = ""
        why = "a record that cannot be passed on blocks its shard and is lost when it expires"
    arn = _source(sender, source)
    stem = sender.resource.logical_id if sender.is_generated else sender.name
    sink = architecture.failure_queue(
        f"{stem}Undelivered", near=sender, service=service, source=arn
    )
    made, text = _changes(sender, sink.name), _setting(architecture, sender, sink.name)
    if not service and not (sender.is_generated and architecture.has_own_role(sender)):
        text += f"\n# and let the role of {sender.name} do sqs:SendMessage on {sink.name}"
        made.append(architecture.send_permission(sender, sink.name))
    changes = (*(change for change in made if change is not None), *sink.changes)
    whole = len(changes) == len(made) + len(sink.changes) and sink.changes
    title = f"Keep what cannot be delivered in the queue '{sink.name}'"
    return rule.finding(
        f"'{sender.title}' has no dead-letter queue for what cannot be delivered",
        at=sender.at(label="no dead-letter queue"),
        severity=severity,
        why=why,
        evidence=Evidence.DECLARED,
        remediation=f"{text}\n{sink.text}",
        fix=Fix(title, changes) if whole and (arn is not None or not service) else None,
    )


def _source(sender: Node, rule_id: str) -> Data:
    """Return the ARN that the service writes for; None where the template has no name for it."""
    if rule_id:
        return {"Fn::GetAtt": [rule_id, "Arn"]}
    topic = sender.source if isinstance(sender, Subscription) else None
    if topic is None or topic.is_generated or topic.resource.owner != sender.resource.owner:
        return None
    return {"Ref": topic.name}


def _changes(sender: Node, sink: str) -> list[Change | None]:
    """Return what leads to the queue; None in it where the template has no room for it."""
    arn: Data = {"Fn::GetAtt": [sink, "Arn"]}
    if isinstance(sender, InlineSubscription) or (
        isinstance(sender, Pipe) and not sender.stream_parameters
    ):
        return [None]
    if isinstance(sender, Subscription):
        return [sender.change(("RedrivePolicy",), {"deadLetterTargetArn": arn})]
    if isinstance(sender, Pipe):
        return [
            sender.change(sender.path_of("DeadLetterConfig"), {"Arn": arn}),
            sender.change(sender.path_of("MaximumRetryAttempts"), _ATTEMPTS),
        ]
    path = ("Target",) if isinstance(sender, Schedule) else ()
    return [sender.change((*path, "DeadLetterConfig"), {"Arn": arn})]


def _setting(architecture: Architecture, sender: Node, sink: str) -> str:
    """Return what leads to the queue, at the place where the template has room for it."""
    arn = f"!GetAtt {sink}.Arn"
    config = f"DeadLetterConfig:\n  Arn: {arn}"
    redrive = f"RedrivePolicy:\n  deadLetterTargetArn: {arn}"
    if isinstance(sender, InlineSubscription):
        protocol = sender.protocol if isinstance(sender.protocol, str) else "<as there>"
        name = architecture.free_name(f"{sender.name}{protocol.title()}", near=sender)
        return f"""
# instead of the subscription within {sender.name}, which can have none
{name}:
  Type: AWS::SNS::Subscription
  Properties:
    TopicArn: !Ref {sender.name}
    Protocol: {protocol}
    Endpoint: <as there>
    {indent(redrive, "    ").lstrip()}""".lstrip()
    if isinstance(sender, Subscription):
        text = sender.setting(redrive)
    elif isinstance(sender, Pipe):
        kind = "KinesisStream" if isinstance(sender.source, Stream) else "DynamoDBStream"
        block = indent(f"{config}\nMaximumRetryAttempts: {_ATTEMPTS}", "    ")
        text = sender.setting(f"SourceParameters:\n  {kind}Parameters:\n{block}")
    elif sender.is_generated:
        text = sender.setting(config)
    elif isinstance(sender, Schedule):
        text = sender.setting(f"Target:\n{indent(config, '  ')}")
    else:
        text = f"# in this target of {sender.name}\n{config}\n# beside {sender.name}"
    return text.rstrip()

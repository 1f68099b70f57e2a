"""A queue, topic or bus of which nobody takes what is sent to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    EventBus,
    Pillar,
    Queue,
    Rule,
    Severity,
    Topic,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, Node, NotJudged

rule = Rule(
    id="ARC022",
    name="nothing-receives-messages",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    applies_to=(Queue, Topic, EventBus),
    summary="nothing takes what is sent to a queue, topic or bus",
    rationale="""
        A queue that nobody polls, a topic without subscription and a bus without rule take in what
        is sent to them, and nothing comes of it. As nobody outside the stack is told of it either,
        a consumer was most likely forgotten.
        """,
    remediation="""
        Declare who is to receive the messages; export the resource where that is in another stack;
        or remove it.
        """,
    when_to_ignore="""
        Another stack or a person reads it, and finds it by its name.
        """,
    bad="""
        Resources:
          Orders:  # <-- nothing takes what is sent to the topic 'Orders'
            Type: AWS::SNS::Topic
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SNS::Topic
        Outputs:
          Orders:
            Value: !Ref Orders
        """,
    references=(
        "https://docs.aws.amazon.com/sns/latest/dg/welcome.html",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/welcome.html",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus.html",
    ),
    aggregate="{count} queues, topics or buses have nobody to take what is sent to them: {names}",
    preview=True,
)

_ONWARD = (EdgeKind.INVOKES, EdgeKind.FEEDS, EdgeKind.PUBLISHES, EdgeKind.ROUTES, EdgeKind.STARTS)
_SENDERS = (
    "AWS::SQS::Queue",
    "AWS::SNS::",
    "AWS::Events::",
    "AWS::S3::Bucket",
    "AWS::CloudWatch::",
    "AWS::KMS::",
)
"""Those who name a queue, topic or bus in order to send to it, watch it or guard it."""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    candidates = [
        node
        for kind in (Queue, Topic, EventBus)
        for node in architecture.all(kind)
        if not architecture.outgoing(node, *_ONWARD)
        and not architecture.incoming(node, EdgeKind.READS)
        and not node.is_dead_letter_sink
        and not node.is_generated
    ]
    if not candidates:
        return
    users = architecture.users()
    for node in candidates:
        if all(
            user is not node and user.type.startswith(_SENDERS) for user in users.get(node.id, ())
        ):
            yield _finding(node)


def _finding(node: Node) -> Finding:
    kind = "queue" if isinstance(node, Queue) else "topic" if isinstance(node, Topic) else "bus"
    return rule.finding(
        f"nothing takes what is sent to the {kind} '{node.name}'",
        at=node.at(label="no consumer in these templates, no output"),
        why="messages are kept until they expire, or dropped at once",
        remediation=f"# declare who receives from {node.name}, or export it, or remove it",
    )

"""A queue that hands a message out again while its function may still be working on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventSourceMapping,
    Evidence,
    Fix,
    Function,
    Pillar,
    Queue,
    Rule,
    Severity,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, NotJudged

rule = Rule(
    id="QUE010",
    name="queue-visibility-below-function-timeout",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Queue,
    summary="queue hides a message for a shorter time than its function may run",
    rationale="""
        Lambda refuses an event source mapping whose queue has a visibility timeout below the
        timeout of the function. Were it accepted, a message would be handed to a second
        invocation while the first still works on it. A queue that declares no visibility timeout
        has one of 30 seconds, and so has the queue that SAM makes for `SqsSubscription: true`.
        """,
    remediation="""
        Give the queue a visibility timeout of six times the timeout of the function, plus the
        batching window of the mapping, or let the function give up sooner.
        """,
    when_to_ignore="""
        Never: the deployment fails.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              VisibilityTimeout: 30  # <-- hides a message for 30 s, 'Ship' may run for 60 s
              RedrivePolicy:
                deadLetterTargetArn: !ImportValue failed-orders-arn
                maxReceiveCount: 5
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Timeout: 60
              Events:
                Orders:
                  Type: SQS
                  Properties:
                    Queue: !GetAtt Orders.Arn
                    FunctionResponseTypes: [ReportBatchItemFailures]
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              VisibilityTimeout: 360
              RedrivePolicy:
                deadLetterTargetArn: !ImportValue failed-orders-arn
                maxReceiveCount: 5
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Timeout: 60
              Events:
                Orders:
                  Type: SQS
                  Properties:
                    Queue: !GetAtt Orders.Arn
                    FunctionResponseTypes: [ReportBatchItemFailures]
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html",
    ),
)

_FACTOR = 6


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for queue in architecture.all(Queue):
        consumers = _consumers(architecture, queue)
        hidden = queue.visibility_timeout
        if not consumers:
            continue
        if isinstance(hidden, Unknown):
            yield rule.not_judged(queue, because=f"VisibilityTimeout is a {hidden.cause.value}")
            continue
        slow = [pair for pair in consumers if hidden < pair[1]]
        if slow:
            yield _finding(queue, hidden, slow)


def _consumers(architecture: Architecture, queue: Queue) -> list[tuple[Edge, int]]:
    """Return the mappings of a queue with the timeouts of their functions, the longest first."""
    found = []
    for edge in architecture.consumers(queue):
        if isinstance(edge.declared_by, EventSourceMapping) and isinstance(edge.target, Function):
            timeout = edge.target.timeout
            if isinstance(timeout, int):
                found.append((edge, timeout))
    return sorted(found, key=lambda pair: -pair[1])


def _finding(queue: Queue, hidden: int, slow: list[tuple[Edge, int]]) -> Finding:
    edge, timeout = slow[0]
    mapping = edge.declared_by
    window = mapping.batching_window if isinstance(mapping, EventSourceMapping) else 0
    wanted = _FACTOR * timeout + (window if isinstance(window, int) else 0)
    if queue.is_generated:
        at = queue.at(label=f"the queue that SAM makes for it hides messages for {hidden} s")
        remediation = f"""
# SAM makes the queue of this event with a visibility timeout of {hidden} s: declare your own with
#   VisibilityTimeout: {wanted}
# and name it in the event instead of "SqsSubscription: true":
#   SqsSubscription: {{QueueArn: !GetAtt <queue>.Arn, QueueUrl: !Ref <queue>}}
"""
    else:
        at = queue.at("VisibilityTimeout", label=f"messages are hidden for {hidden} s")
        remediation = queue.setting(f"VisibilityTimeout: {wanted}")
    change = None if queue.is_generated else queue.change(("VisibilityTimeout",), wanted)
    return rule.finding(
        f"'{queue.title}' hides a message for {hidden} s, "
        f"'{edge.target.name}' may run for {timeout} s",
        at=at,
        related=[
            place
            for consumer, seconds in slow
            for place in (
                consumer.target.at("Timeout", label=f"may run for {seconds} s"),
                consumer.at(label=f"'{consumer.target.name}' polls the queue here"),
            )
        ],
        why="Lambda refuses to create or update the event source mapping, so the deployment fails",
        remediation=remediation,
        evidence=Evidence.DECLARED,
        fix=Fix(f"Hide messages for {wanted} s", (change,), safe=True) if change else None,
    )

"""A queue whose messages come back before Lambda has had the time to try again."""

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

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="QUE011",
    name="queue-visibility-below-six-timeouts",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Queue,
    summary="queue hides a message for less than six times the timeout of its function",
    rationale="""
        A message is hidden from the moment that Lambda receives it. When the function is
        throttled Lambda keeps the batch and tries again, so a good part of the visibility timeout
        may be gone before the code starts. Messages that reappear meanwhile are handled twice,
        and each further receive brings them closer to the dead-letter queue though nothing was
        wrong with them. Lambda asks for six times the timeout of the function, plus the batching
        window.
        """,
    remediation="""
        Raise the visibility timeout of the queue, or lower the timeout of the function to what
        it needs.
        """,
    when_to_ignore="""
        The function is never throttled and handling a message twice does no harm.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              VisibilityTimeout: 60  # <-- for 60 s, less than six times the 20 s of 'Ship'
              RedrivePolicy:
                deadLetterTargetArn: !ImportValue failed-orders-arn
                maxReceiveCount: 5
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Timeout: 20
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
              VisibilityTimeout: 120
              RedrivePolicy:
                deadLetterTargetArn: !ImportValue failed-orders-arn
                maxReceiveCount: 5
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Timeout: 20
              Events:
                Orders:
                  Type: SQS
                  Properties:
                    Queue: !GetAtt Orders.Arn
                    FunctionResponseTypes: [ReportBatchItemFailures]
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html",
    ),
    options={"factor": 6},
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    factor = architecture.option(rule, "factor")
    for queue in architecture.all(Queue):
        hidden = queue.visibility_timeout
        slow: list[tuple[int, EventSourceMapping, Function]] = []
        for edge in architecture.consumers(queue):
            mapping, function = edge.declared_by, edge.target
            if not isinstance(mapping, EventSourceMapping) or not isinstance(function, Function):
                continue
            timeout = function.timeout
            if isinstance(timeout, Unknown):
                yield rule.not_judged(
                    queue, because=f"the timeout of '{function.name}' is a {timeout.cause.value}"
                )
            elif isinstance(hidden, int) and hidden < factor * timeout:
                slow.append((timeout, mapping, function))
        # A timeout above the visibility timeout is refused, of which another rule speaks.
        if slow and isinstance(hidden, int) and hidden >= max(timeout for timeout, _, _ in slow):
            yield _finding(queue, hidden, factor, slow)


def _finding(
    queue: Queue, hidden: int, factor: int, slow: list[tuple[int, EventSourceMapping, Function]]
) -> Finding:
    timeout, mapping, function = max(slow, key=lambda one: one[0])
    window = mapping.batching_window
    wanted = factor * timeout + (window if isinstance(window, int) else 0)
    times = "six times" if factor == 6 else f"{factor} times"
    if queue.is_generated:
        remediation = f"""
# SAM makes the queue of this event with a visibility timeout of {hidden} s: declare your own with
#   VisibilityTimeout: {wanted}
# and name it in the event instead of "SqsSubscription: true":
#   SqsSubscription: {{QueueArn: !GetAtt <queue>.Arn, QueueUrl: !Ref <queue>}}
"""
    else:
        remediation = queue.setting(f"VisibilityTimeout: {wanted}")
    change = None if queue.is_generated else queue.change(("VisibilityTimeout",), wanted)
    calm = all(_is_calm(each, consumer) for _, each, consumer in slow)
    return rule.finding(
        f"'{queue.title}' hides a message for {hidden} s, less than {times} the {timeout} s of "
        f"'{function.name}'",
        at=queue.at("VisibilityTimeout", label=f"messages are hidden for {hidden} s"),
        related=[
            place
            for seconds, each, consumer in slow
            for place in (
                consumer.at("Timeout", label=f"may run for {seconds} s"),
                each.at(label=f"'{consumer.name}' polls the queue here"),
            )
        ],
        why=f"messages that wait while '{function.name}' is throttled become visible again, are "
        "handled twice, and use up receives that were no failures",
        remediation=remediation,
        severity=Severity.INFO if calm else None,
        evidence=Evidence.DECLARED,
        fix=Fix(f"Hide messages for {wanted} s", (change,), safe=True) if change else None,
    )


def _is_calm(mapping: EventSourceMapping, function: Function) -> bool:
    """Tell whether the mapping never has more in flight than the function has room for."""
    most, room = mapping.max_concurrency, function.reserved_concurrency
    return isinstance(most, int) and isinstance(room, int) and most <= room

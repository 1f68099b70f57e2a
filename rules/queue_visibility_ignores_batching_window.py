"""A queue whose visibility timeout leaves no room for the time in which a batch is gathered."""

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
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="QUE012",
    name="queue-visibility-ignores-batching-window",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=Queue,
    summary="visibility timeout of a queue leaves no room for the batching window of its mapping",
    rationale="""
        While Lambda gathers a batch, the messages that it has already received are hidden, and
        their visibility timeout runs. What the batching window takes away is missing when the
        function is throttled or slow. Lambda asks for six times the timeout of the function plus
        the batching window.
        """,
    remediation="""
        Add the batching window to the visibility timeout.
        """,
    when_to_ignore="""
        Batches fill up long before the window ends.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              VisibilityTimeout: 120  # <-- leaves no room for the batching window of 60 s
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
                    BatchSize: 100
                    MaximumBatchingWindowInSeconds: 60
                    FunctionResponseTypes: [ReportBatchItemFailures]
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              VisibilityTimeout: 180
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
                    BatchSize: 100
                    MaximumBatchingWindowInSeconds: 60
                    FunctionResponseTypes: [ReportBatchItemFailures]
        """,
    references=("https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html",),
    aggregate="{count} queues hide messages without regard to the batching window: {names}",
    options={"factor": 6},
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    factor = architecture.option(rule, "factor")
    for queue in architecture.all(Queue):
        hidden = queue.visibility_timeout
        if not isinstance(hidden, int) or queue.is_fifo is not False:
            continue
        for edge in architecture.consumers(queue):
            mapping, function = edge.declared_by, edge.target
            if not isinstance(mapping, EventSourceMapping) or not isinstance(function, Function):
                continue
            timeout, window = function.timeout, mapping.batching_window
            if not isinstance(timeout, int) or not isinstance(window, int):
                continue
            # Below six timeouts the queue hides too short whatever the window: another rule.
            if factor * timeout <= hidden < factor * timeout + window:
                yield _finding(queue, function, mapping, (hidden, timeout, window, factor))


def _finding(
    queue: Queue, function: Function, mapping: EventSourceMapping, times: tuple[int, int, int, int]
) -> Finding:
    hidden, timeout, window, factor = times
    wanted = factor * timeout + window
    is_short = hidden < timeout + window
    change = None if queue.is_generated else queue.change(("VisibilityTimeout",), wanted)
    return rule.finding(
        f"'{queue.title}' hides a message for {hidden} s, which leaves no room for the batching "
        f"window of {window} s",
        at=queue.at("VisibilityTimeout", label=f"messages are hidden for {hidden} s"),
        related=[
            mapping.at(
                "MaximumBatchingWindowInSeconds", label=f"batches are gathered for {window} s"
            ),
            function.at("Timeout", label=f"may run for {timeout} s"),
        ],
        why=(
            f"a message may wait {window} s for its batch and then {timeout} s for "
            f"'{function.name}', longer than it is hidden"
            if is_short
            else "the time in which a batch is gathered is missing when the function is throttled"
        ),
        remediation=queue.setting(f"VisibilityTimeout: {wanted}"),
        severity=Severity.WARNING if is_short else None,
        evidence=Evidence.DECLARED,
        fix=Fix(f"Hide messages for {wanted} s", (change,), safe=True) if change else None,
    )

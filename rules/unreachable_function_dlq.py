"""A function's own dead-letter queue only ever receives asynchronous invocations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    EventInvokeConfig,
    Function,
    Mode,
    Pillar,
    Queue,
    Rule,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Edge, Finding, NotJudged

rule = Rule(
    id="FUN002",
    name="unreachable-function-dlq",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function has a dead-letter queue that nothing can ever reach",
    rationale="""
        Lambda sends an event to the function's dead-letter queue or on-failure destination only
        if the function was invoked asynchronously. A synchronous caller gets the error itself,
        and messages of a polled queue or stream are handled by that queue's redrive policy or by
        the mapping's own destination. On a function that is only invoked in these ways the
        sink stays empty forever, and whoever watches it believes that nothing fails.
        """,
    remediation="""
        Move the queue to where failures end up: the `RedrivePolicy` of the source queue, the
        `DestinationConfig` of the stream's mapping, or the caller's own error handling.
        """,
    when_to_ignore="""
        Something outside these templates invokes the function asynchronously.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              VisibilityTimeout: 18
              RedrivePolicy:
                deadLetterTargetArn: !GetAtt Failed.Arn
                maxReceiveCount: 5
          Failed:
            Type: AWS::SQS::Queue
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              DeadLetterQueue:
                Type: SQS
                TargetArn: !GetAtt Failed.Arn  # <-- 'Ship' has a dead-letter queue
              Events:
                Orders:
                  Type: SQS
                  Properties:
                    Queue: !GetAtt Orders.Arn
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              VisibilityTimeout: 18
              RedrivePolicy:
                deadLetterTargetArn: !GetAtt Failed.Arn
                maxReceiveCount: 5
          Failed:
            Type: AWS::SQS::Queue
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Events:
                Orders:
                  Type: SQS
                  Properties:
                    Queue: !GetAtt Orders.Arn
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.all(Function):
        sinks = [
            edge
            for edge in architecture.outgoing(function, EdgeKind.DEAD_LETTERS)
            if edge.declared_by is function or isinstance(edge.declared_by, EventInvokeConfig)
        ]
        invokers = architecture.invokers(function)
        # Without a known invoker, or with one whose way of invoking is not known, or where other
        # stacks may invoke it, an asynchronous one is possible.
        if not sinks or not invokers or architecture.is_exported(function):
            continue
        if any(edge.mode not in {Mode.SYNCHRONOUS, Mode.POLLED} for edge in invokers):
            continue
        yield _finding(function, sinks[0], invokers)


def _finding(function: Function, sink: Edge, invokers: Sequence[Edge]) -> Finding:
    ways = list(
        dict.fromkeys("polled" if e.mode is Mode.POLLED else "waited for" for e in invokers)
    )
    queues = [edge.source for edge in invokers if isinstance(edge.source, Queue)]
    what = "a dead-letter queue" if sink.declared_by is function else "an on-failure destination"
    if queues and isinstance(sink.target, Queue):
        remediation = f"""
            # take it off {function.name} and let the source queue keep what fails
            {queues[0].name}:
              Properties:
                RedrivePolicy:
                  deadLetterTargetArn: !GetAtt {sink.target.name}.Arn
                  maxReceiveCount: 5
            """
    else:
        remediation = f"""
            # take it off {function.name}: its callers see the errors and have to handle them
            """
    return rule.finding(
        f"'{function.name}' has {what}, but is only {' or '.join(ways)}, never invoked "
        "asynchronously",
        at=sink.at(label="nothing ever arrives here"),
        related=[
            edge.at(label=f"invoked by {edge.via} '{edge.source.title}'") for edge in invokers
        ],
        why=f"'{sink.target.name}' stays empty whatever fails, and watching it shows nothing",
        remediation=remediation,
        evidence=min(edge.evidence for edge in invokers),
    )

"""An event that an asynchronously invoked function fails on is dropped after three attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Change,
    Confidence,
    CustomResource,
    Fix,
    Function,
    Pillar,
    Rule,
    Severity,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Edge, Finding, NotJudged

rule = Rule(
    id="FUN001",
    name="async-function-without-failure-destination",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function is invoked asynchronously and keeps no failed event",
    rationale="""
        Whoever invokes a function asynchronously has its answer before the function runs: nobody
        waits for the error. Lambda queues the event, tries it up to three times and then drops it,
        unless the function has an on-failure destination or a dead-letter queue. The same
        happens to events that grow too old while the function is throttled.
        """,
    remediation="""
        Give the function an on-failure destination, which also keeps the error and the stack
        trace; a dead-letter queue keeps the event alone. For a function that is invoked through
        an alias the configuration of that alias counts.
        """,
    when_to_ignore="""
        The event repeats itself and only the latest one matters, such as a schedule that keeps
        something warm.
        """,
    bad="""
        Resources:
          Uploads:
            Type: AWS::S3::Bucket
          Resize:  # <-- 'Resize' is invoked asynchronously by 'Uploads'
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: resize/
              Events:
                Upload:
                  Type: S3
                  Properties:
                    Bucket: !Ref Uploads
                    Events: s3:ObjectCreated:*
        """,
    good="""
        Resources:
          Uploads:
            Type: AWS::S3::Bucket
          Resize:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: resize/
              EventInvokeConfig:
                DestinationConfig:
                  OnFailure:
                    Type: SQS
              Events:
                Upload:
                  Type: S3
                  Properties:
                    Bucket: !Ref Uploads
                    Events: s3:ObjectCreated:*
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.all(Function):
        # CloudFormation waits for what a custom resource reports to the stack.
        lost = []
        unknown = False
        for edge in architecture.asynchronous_invokers(function):
            if isinstance(edge.declared_by, CustomResource):
                continue
            sink = architecture.failure_destination(function, edge.qualifier)
            if sink is None:
                lost.append(edge)
            elif isinstance(sink, Unknown):
                unknown = True
        if lost:
            yield _finding(architecture, function, lost)
        elif unknown:
            yield rule.not_judged(function, because="the version that is invoked is not known")


def _finding(architecture: Architecture, function: Function, lost: Sequence[Edge]) -> Finding:
    names = list(dict.fromkeys(f"'{edge.source.title}'" for edge in lost))
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return rule.finding(
        f"'{function.name}' is invoked asynchronously by {shown} and keeps no failed event",
        at=function.at(label="no on-failure destination and no dead-letter queue"),
        related=[edge.at(label=f"{edge.via} invokes it without waiting") for edge in lost],
        why="an event that fails three times is dropped, and nobody waits for the error",
        remediation=_remediation(architecture, function, lost[0]),
        evidence=min(edge.evidence for edge in lost),
        fix=_fix(function),
    )


def _fix(function: Function) -> Fix | None:
    place = function.at()
    if not function.is_sam or function.is_generated or len(place.pointer) != 2:
        return None
    pointer = (*place.pointer, "Properties", "EventInvokeConfig", "DestinationConfig", "OnFailure")
    change = Change(place.path, pointer, {"Type": "SQS"})
    return Fix("Keep failed events in a queue that SAM makes", (change,))


def _remediation(architecture: Architecture, function: Function, edge: Edge) -> str:
    if function.is_sam:
        return f"""
{function.name}:
  Properties:
    EventInvokeConfig:
      DestinationConfig:
        OnFailure:
          Type: SQS  # SAM makes the queue and the permission to write to it
"""
    sink = architecture.free_name(f"{function.name}Failures", near=function)
    config = architecture.free_name(f"{function.name}InvokeConfig", near=function)
    qualifier = edge.qualifier if isinstance(edge.qualifier, str) else "$LATEST"
    return f"""
{config}:
  Type: AWS::Lambda::EventInvokeConfig
  Properties:
    FunctionName: !Ref {function.name}
    Qualifier: {qualifier}
    DestinationConfig:
      OnFailure:
        Destination: !GetAtt {sink}.Arn
{sink}:
  Type: AWS::SQS::Queue
  Properties:
    MessageRetentionPeriod: 1209600
# and let the function's role do sqs:SendMessage on {sink}
"""

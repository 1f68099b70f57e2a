"""An event that an asynchronously invoked function fails on is dropped after three attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Change,
    Confidence,
    CustomResource,
    EventInvokeConfig,
    Fix,
    Function,
    Pillar,
    Rule,
    Severity,
    Unknown,
    listed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Data, Edge, Finding, NotJudged

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

_LATEST = "$LATEST"
_PLAIN = 2
"""Keys of the pointer to a resource that no loop makes."""


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
    remediation, fix = _plan(architecture, function, lost)
    shown = listed(edge.source.title for edge in lost)
    return rule.finding(
        f"'{function.name}' is invoked asynchronously by {shown} and keeps no failed event",
        at=function.at(label="no on-failure destination and no dead-letter queue"),
        related=[edge.at(label=f"{edge.via} invokes it without waiting") for edge in lost],
        why="an event that fails three times is dropped, and nobody waits for the error",
        remediation=remediation,
        evidence=min(edge.evidence for edge in lost),
        fix=fix,
    )


def _plan(
    architecture: Architecture, function: Function, lost: Sequence[Edge]
) -> tuple[str, Fix | None]:
    """Return the remediation, and the fix that does the same where all of it can be written."""
    sink = architecture.failure_queue(f"{function.name}Failures", near=function)
    own = next((v.qualifier for v in architecture.versions(function) if v.is_generated), _LATEST)
    called = {_LATEST if edge.qualifier is None else str(edge.qualifier) for edge in lost}
    arn: Data = {"Fn::GetAtt": [sink.name, "Arn"]}
    made: list[Change | None]
    if called != {str(own) if function.is_sam else _LATEST}:
        # The dead-letter queue of the function itself holds for all that is invoked of it.
        made = [function.change(("DeadLetterConfig",), {"TargetArn": arn})]
        text = (
            f"DeadLetterQueue: {{Type: SQS, TargetArn: !GetAtt {sink.name}.Arn}}"
            if function.is_sam
            else f"DeadLetterConfig: {{TargetArn: !GetAtt {sink.name}.Arn}}"
        )
        text = f"{function.name}:\n  Properties:\n    {text}\n"
    elif function.is_sam:
        made, text = _sam(function, sink.name, arn)
    else:
        made, text = _raw(architecture, function, sink.name, arn)
    if not architecture.has_own_role(function):
        text += f"# and let the function's role do sqs:SendMessage on {sink.name}\n"
        made.append(architecture.send_permission(function, sink.name))
    made += sink.changes or [None]
    changes = tuple(change for change in made if change is not None)
    whole = len(changes) == len(made) and not function.is_generated
    title = f"Keep failed events in the queue '{sink.name}'"
    return f"{text}{sink.text}", Fix(title, changes) if whole else None


def _sam(function: Function, sink: str, arn: Data) -> tuple[list[Change | None], str]:
    place = function.at()
    pointer = (*place.pointer, "Properties", "EventInvokeConfig", "DestinationConfig", "OnFailure")
    target: Data = {"Type": "SQS", "Destination": arn}
    change = Change(place.path, pointer, target) if len(place.pointer) == _PLAIN else None
    return (
        [change],
        f"""\
{function.name}:
  Properties:
    EventInvokeConfig:
      DestinationConfig:
        OnFailure:
          Type: SQS
          Destination: !GetAtt {sink}.Arn
""",
    )


def _raw(
    architecture: Architecture, function: Function, sink: str, arn: Data
) -> tuple[list[Change | None], str]:
    target: Data = {"OnFailure": {"Destination": arn}}
    for config in architecture.all(EventInvokeConfig):
        named, _ = architecture.function_of(config.function, near=config)
        if named is function and config.qualifier == _LATEST:
            block = f"DestinationConfig:\n  OnFailure:\n    Destination: !GetAtt {sink}.Arn"
            path = ("DestinationConfig", "OnFailure", "Destination")
            return [config.change(path, arn)], config.setting(block)
    name = architecture.free_name(f"{function.name}InvokeConfig", near=function)
    properties: dict[str, Data] = {
        "FunctionName": {"Ref": function.name},
        "Qualifier": _LATEST,
        "DestinationConfig": target,
    }
    body: dict[str, Data] = {"Type": "AWS::Lambda::EventInvokeConfig", "Properties": properties}
    return (
        [function.new_sibling(name, body)],
        f"""\
{name}:
  Type: AWS::Lambda::EventInvokeConfig
  Properties:
    FunctionName: !Ref {function.name}
    Qualifier: {_LATEST}
    DestinationConfig:
      OnFailure:
        Destination: !GetAtt {sink}.Arn
""",
    )

"""An asynchronous event that gets one attempt and is kept nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EventInvokeConfig, Fix, Mode, Pillar, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, Function, NotJudged

rule = Rule(
    id="FUN012",
    name="failed-event-dropped-at-once",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=EventInvokeConfig,
    summary="asynchronous event is dropped after its first failure",
    rationale="""
        With MaximumRetryAttempts of 0 Lambda tries an asynchronous event once. Without an
        on-failure destination or a dead-letter queue one throttled call to another service, one
        lost connection, is enough to lose it: nobody is told, and nobody can try again.
        """,
    remediation="""
        Give the configuration an on-failure destination, or let Lambda try again.
        """,
    when_to_ignore="""
        The event repeats itself, such as that of a schedule, and a second attempt does harm.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Charge:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: charge/
              EventInvokeConfig:
                MaximumRetryAttempts: 0  # <-- 'Charge' drops an event after its first failure
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Charge:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: charge/
              EventInvokeConfig:
                MaximumRetryAttempts: 0
                DestinationConfig:
                  OnFailure:
                    Type: SQS
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
    ),
    supersedes=("async-function-without-failure-destination",),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for config in architecture.all(EventInvokeConfig):
        if config.retries != 0 or config.on_failure is not None:
            continue
        function, _ = architecture.function_of(config.function, config)
        if function is None or function.dead_letter_target is not None:
            continue
        invokers = architecture.invokers(function)
        # What is polled or waited for is never dropped by Lambda.
        if invokers and all(edge.mode in {Mode.SYNCHRONOUS, Mode.POLLED} for edge in invokers):
            continue
        yield _finding(architecture, config, function)


def _finding(architecture: Architecture, config: EventInvokeConfig, function: Function) -> Finding:
    sink = architecture.free_name(f"{function.name}Failures", near=function)
    change = None
    if config.is_generated or config.is_sam:
        # SAM makes the queue and the permission to write to it.
        change = config.change(("DestinationConfig", "OnFailure"), {"Type": "SQS"})
        remediation = f"""
            {function.name}:
              Properties:
                EventInvokeConfig:
                  DestinationConfig:
                    OnFailure:
                      Type: SQS
            """
    else:
        remediation = f"""
            {config.name}:
              Properties:
                DestinationConfig:
                  OnFailure:
                    Destination: !GetAtt {sink}.Arn
            {sink}:
              Type: AWS::SQS::Queue
              Properties:
                MessageRetentionPeriod: 1209600
            # and let the function's role do sqs:SendMessage on {sink}
            """
    return rule.finding(
        f"'{function.name}' drops an event after its first failure",
        at=config.at("MaximumRetryAttempts", label="one attempt"),
        related=[function.at(label="keeps no failed event")],
        why="one failure, whatever its cause, loses the event, and nobody is told",
        remediation=remediation,
        fix=Fix(f"Keep what '{function.name}' fails on", (change,)) if change else None,
        about=(function.name,),
    )

"""Retries that never happen, because the event is too old by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventInvokeConfig,
    Fix,
    Mode,
    Pillar,
    Rule,
    Severity,
    Unknown,
    limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
        Function,
        NotJudged,
    )

rule = Rule(
    id="FUN013",
    name="event-age-below-retry-delay",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=EventInvokeConfig,
    summary="asynchronous event is too old before it can be tried again",
    rationale="""
        Lambda waits a minute before it tries a failed asynchronous event for the second time, two
        more before the third. MaximumEventAgeInSeconds counts from when the event arrived: where
        it is no more than the function's timeout and that minute, an event that fails late is
        given up, and the retries that the configuration names never happen.
        """,
    remediation="""
        Raise MaximumEventAgeInSeconds, or set MaximumRetryAttempts to 0 where an old event is
        worth nothing.
        """,
    when_to_ignore="""
        The function fails fast if it fails, or events lose their worth within a minute.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Notify:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: notify/
              Timeout: 60
              EventInvokeConfig:
                MaximumEventAgeInSeconds: 60  # <-- 'Notify' gives up an event after 60 s
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Notify:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: notify/
              Timeout: 60
              EventInvokeConfig:
                MaximumEventAgeInSeconds: 3600
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html",
    ),
    aggregate="{count} functions give up an event before it can be tried again: {names}",
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    delay = int(limit("async-first-retry").value)
    for config in architecture.all(EventInvokeConfig):
        if config.get("MaximumEventAgeInSeconds") is None:
            continue
        function, _ = architecture.function_of(config.function, config)
        age, retries = config.event_age, config.retries
        if function is None or isinstance(age, Unknown) or isinstance(retries, Unknown):
            continue
        invokers = architecture.invokers(function)
        # The age counts for asynchronous events alone.
        if invokers and all(edge.mode in {Mode.SYNCHRONOUS, Mode.POLLED} for edge in invokers):
            continue
        timeout = function.timeout
        if retries > 0 and not isinstance(timeout, Unknown) and age < timeout + delay:
            yield _finding(config, function, age, timeout + delay)


def _finding(config: EventInvokeConfig, function: Function, age: int, needed: int) -> Finding:
    # A minute for the first retry, two for the second, and the runs between them.
    wanted = 3 * needed
    change = config.change(("MaximumEventAgeInSeconds",), wanted)
    return rule.finding(
        f"'{function.name}' gives up an event after {age} s, its first retry may be due after "
        f"{needed} s",
        at=config.at("MaximumEventAgeInSeconds", label=f"given up after {age} s"),
        related=[function.at("Timeout", label=f"may run for {function.timeout} s")],
        why="an event that fails late is not tried again, whatever MaximumRetryAttempts says",
        remediation=f"""
            # in the EventInvokeConfig of {function.name}
            MaximumEventAgeInSeconds: {wanted}
            """,
        fix=Fix(f"Keep events of '{function.name}' for {wanted} s", (change,)) if change else None,
        about=(function.name,),
    )

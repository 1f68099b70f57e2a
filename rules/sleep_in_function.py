"""A function that sleeps is paid for doing nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Evidence, Function, Pillar, Rule, Severity, by_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Facts, Finding, NotJudged, Place

rule = Rule(
    id="FUN081",
    name="sleep-in-function",
    pillar=Pillar.COST,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function sleeps",
    rationale="""
        A function is paid for as long as it runs, and holds one of the account's concurrent
        executions, whether it works or sleeps. A wait also eats into the timeout, so that what
        comes after it may be cut off.
        """,
    remediation="""
        Let something wait that is not paid for waiting: a Wait state of a state machine, a
        delay of a queue's message, a one-time schedule, a wait of a durable function.
        """,
    when_to_ignore="""
        The wait is short and rare, such as one before a last attempt.
        """,
    reads_code=True,
    bad={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Ship:  # <-- 'Ship' sleeps for 30 s
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: nodejs24.x
                  Handler: app.handler
                  CodeUri: ship/
                  Timeout: 60
            """,
        "ship/app.js": """
            exports.handler = async (event) => {
              await new Promise((done) => setTimeout(done, 30000));
              return event;
            };
            """,
    },
    good={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Ship:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: nodejs24.x
                  Handler: app.handler
                  CodeUri: ship/
                  Timeout: 60
            """,
        "ship/app.js": """
            exports.handler = async (event) => {
              await new Promise((done) => setTimeout(done, 100));
              return event;
            };
            """,
    },
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html",
    ),
    # Seconds of one wait; in a loop, where a wait is mostly one before another attempt, more.
    options={"seconds": 1, "seconds_in_loop": 5},
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    read = dict(architecture.functions_read())
    alone = architecture.option(rule, "seconds")
    looped = architecture.option(rule, "seconds_in_loop")
    deploying = architecture.deployment_functions()
    found = []
    for function, facts in read.items():
        if function.id in deploying:
            continue
        waits = _waits(facts, alone, looped)
        if waits:
            found.append((function, tuple(waits)))
        elif any(sleep.seconds is None for sleep in facts.sleeps) and not facts.polling:
            yield rule.not_judged(function, because="for how long its code sleeps is not known")
    for functions, places in by_code(found):
        first, *others = functions
        facts = read[first]
        waits = _waits(facts, alone, looped)
        longest = max(waits.values())
        again = any(sleep.in_loop for sleep in facts.sleeps if sleep.place in waits)
        yield rule.finding(
            f"'{first.name}' sleeps for {longest:g} s{' again and again' if again else ''}",
            at=first.at(label="is paid for while it sleeps"),
            related=[
                *(first.in_code(place, f"sleeps for {waits[place]:g} s") for place in places),
                *(other.at(label="runs the same code") for other in others),
            ],
            why="the time is paid for and counts against timeout and concurrency",
            remediation=f"""
                # a state machine waits without running; part '{first.name}' in two around the wait
                Pause:
                  Type: Wait
                  Seconds: {max(1, round(longest))}
                  Next: <what comes after it>
                """,
            evidence=Evidence.PROVED,
        )


def _waits(facts: Facts, alone: int, looped: int) -> dict[Place, float]:
    # What sleeps to ask again is another matter, and told of as that.
    polled = [loop.place for loop in facts.polling]
    return {
        sleep.place: sleep.seconds
        for sleep in facts.sleeps
        if sleep.seconds is not None
        and sleep.seconds >= (looped if sleep.in_loop else alone)
        and not any(_holds(place, sleep.place) for place in polled)
    }


def _holds(outer: Place, inner: Place) -> bool:
    return (
        outer.path == inner.path
        and outer.span.start <= inner.span.start
        and inner.span.end <= outer.span.end
    )

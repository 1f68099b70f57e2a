"""A function that asks Lambda not to stop loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Fix, Function, Pillar, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="FUN011",
    name="recursive-loop-protection-disabled",
    pillar=Pillar.COST,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function lets loops go on that Lambda would stop",
    rationale="""
        Lambda counts how often an event has come back to a function through SQS, SNS or S3, and
        stops it after 16 rounds. With `RecursiveLoop: Allow` it does not: a mistake in the code or
        in a filter then runs until somebody sees the bill. AWS names the setting for designs that
        need the loop, together with guard rails.
        """,
    remediation="""
        Take the setting off. Where the loop is meant, end it in the code by a count in the
        message, limit the reserved concurrency, and set an alarm on the number of invocations.
        """,
    when_to_ignore="""
        The loop is meant and is limited in another way.
        """,
    bad="""
        Resources:
          Work:
            Type: AWS::Lambda::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              Role: arn:aws:iam::111122223333:role/work
              Code: {S3Bucket: code, S3Key: work.zip}
              RecursiveLoop: Allow  # <-- 'Work' lets loops go on
        """,
    good="""
        Resources:
          Work:
            Type: AWS::Lambda::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              Role: arn:aws:iam::111122223333:role/work
              Code: {S3Bucket: code, S3Key: work.zip}
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html",
        "https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionRecursionConfig.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.all(Function):
        if function.recursive_loop == "Allow":
            yield _finding(architecture, function)


def _finding(architecture: Architecture, function: Function) -> Finding:
    loops = [loop for loop in architecture.own_loops() if loop.function is function]
    change = function.removal("RecursiveLoop")
    fix = Fix(f"Let Lambda stop loops of '{function.name}'", (change,)) if change else None
    return rule.finding(
        f"'{function.name}' lets loops go on that Lambda would stop",
        at=function.at("RecursiveLoop", label="Lambda stops nothing"),
        related=[place for loop in loops for place in loop.places],
        why="an event that leads back to the function goes round without end",
        remediation=f"# take RecursiveLoop off {function.name}, or give it a reserved concurrency",
        # One that is on a loop needs the setting for what it does.
        severity=Severity.INFO if loops else None,
        fix=None if loops else fix,
    )

"""Fail state says neither what failed nor why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    listed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
    )

rule = Rule(
    id="WFL055",
    name="anonymous-failure",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="a Fail state says neither what failed nor why",
    rationale="""
        Error and Cause of a Fail state are what the history, alarms, rules and a parent execution
        get to see. Without them every failure looks the same, and a parent cannot catch one kind
        of it.
        """,
    remediation="""
        Give the state an Error to catch and a Cause to read.
        """,
    when_to_ignore="""
        Never: it costs two lines.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Failed
            States:
              Failed:  # <-- 'Failed' says neither what failed nor why
                Type: Fail
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Charge
            States:
              Charge:
                Type: Task
                Resource: arn:aws:states:::lambda:invoke
                Parameters:
                  FunctionName: ${Function}
                  Payload.$: $
                ResultSelector:
                  paid.$: $.Payload.paid
                Retry:
                  - ErrorEquals:
                      - Lambda.ServiceException
                      - Lambda.AWSLambdaException
                      - Lambda.SdkClientException
                      - Lambda.TooManyRequestsException
                    MaxAttempts: 5
                    JitterStrategy: FULL
                Catch:
                  - ErrorEquals: [States.ALL]
                    Next: Failed
                End: true
              Failed:
                Type: Fail
                Error: NotDone
                Cause: the work could not be done
            """,
    },
    references=("https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html",),
)

_SAYS = {"Error", "ErrorPath", "Cause", "CausePath"}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        workflow = machine.workflow
        states = [
            state
            for state in (workflow.states("Fail") if workflow else ())
            if not _SAYS & state.data.keys()
        ]
        if not states:
            continue
        verb = "says" if len(states) == 1 else "say"
        yield rule.finding(
            f"{listed(state.name for state in states)} {verb} neither what failed nor why",
            at=states[0].at(label="neither Error nor Cause"),
            related=[state.at(label="nor does this") for state in states[1:]],
            why="in the history, in alarms and for a parent all failures look the same",
            remediation=f"""
                # in {states[0].name}
                "Error": "<OneWord>", "Cause": "<what could not be done>"
                """,
            about=machine.about,
        )

"""Pass state does nothing."""

from __future__ import annotations

from collections import Counter
from json import dumps
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
        State,
    )

rule = Rule(
    id="WFL054",
    name="pass-state-without-effect",
    pillar=Pillar.COST,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="a Pass state does nothing",
    rationale="""
        A Pass state without a result, parameters or variables hands its input on. A Standard
        workflow pays for the transition, and a reader looks for what it is for.
        """,
    remediation="""
        Lead the state before it to the one after it.
        """,
    when_to_ignore="""
        It names a step that is still to be written, or where ways come together.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Pause
            States:
              Pause:
                Type: Wait
                Seconds: 5
                Next: Next step
              Next step:  # <-- 'Next step' does nothing
                Type: Pass
                Next: Done
              Done:
                Type: Succeed
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
    references=("https://docs.aws.amazon.com/step-functions/latest/dg/state-pass.html",),
)

_PLAIN = {"Type", "Next", "End", "QueryLanguage"}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        workflow = machine.workflow
        if workflow is None or machine.is_express is True:
            continue
        idle: list[State] = []
        for scope in workflow.scopes:
            arrivals = Counter(
                move.target for state in scope.states.values() for move in state.transitions
            )
            idle += [
                state
                for state in scope.states.values()
                if state.type == "Pass"
                and state.data.keys() <= _PLAIN
                and isinstance(state.data.get("Next"), str)
                and arrivals[state.name] <= 1
            ]
        if not idle:
            continue
        verb = "does" if len(idle) == 1 else "do"
        yield rule.finding(
            f"{listed(state.name for state in idle)} {verb} nothing",
            at=idle[0].at(label="a Pass state without result, parameters or variables"),
            related=[state.at(label="nor does this") for state in idle[1:]],
            why="every execution pays for the transition",
            remediation=f"""
                # in the state before {idle[0].name}
                "Next": {dumps(idle[0].data.get("Next"))}
                """,
            about=machine.about,
        )

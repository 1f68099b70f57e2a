"""Answer of the Lambda API travels on instead of the function's result alone."""

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
        WorkflowTask,
    )

rule = Rule(
    id="WFL053",
    name="lambda-envelope",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="answer of the Lambda API travels on instead of the result alone",
    rationale="""
        The action lambda:invoke returns the function's result in Payload, beside headers and
        metadata of the API call. Unless something picks the result, all of it goes from state to
        state, stands in the history several times and counts towards the 256 KiB of a payload.
        """,
    remediation="""
        Pick the result with OutputPath or ResultSelector.
        """,
    when_to_ignore="""
        The status code or the executed version is read later.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Charge
            States:
              Charge:  # <-- 'Charge' hands on the whole answer
                Type: Task
                Resource: arn:aws:states:::lambda:invoke
                Parameters: {FunctionName: "${Function}"}
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
    references=("https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html",),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        states = [
            task.state
            for task in architecture.workflow_tasks(machine)
            if task.label == "lambda:invoke" and _is_whole(task)
        ]
        if not states:
            continue
        verb = "hands" if len(states) == 1 else "hand"
        yield rule.finding(
            f"{listed(s.name for s in states)} {verb} on the whole answer of the Lambda API",
            at=states[0].at(label="neither OutputPath nor ResultSelector"),
            related=[state.at(label="as here") for state in states[1:]],
            why="headers and metadata of each call travel on with the data",
            remediation=f"""
                # in {states[0].name}
                "OutputPath": "$.Payload"
                # or, to keep the input beside it
                "ResultSelector": {{"result.$": "$.Payload"}}, "ResultPath": "$.charge"
                """,
            about=machine.about,
        )


def _is_whole(task: WorkflowTask) -> bool:
    state, call = task.state, task.call
    if state.is_jsonata or call.suffix or call.kind.value != "optimized":
        return False
    if state.is_terminal or "ResultSelector" in state.data:
        return False
    if state.data.get("ResultPath", "$") is None:
        return False
    return state.data.get("OutputPath", "$") == "$"

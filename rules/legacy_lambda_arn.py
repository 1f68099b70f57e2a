"""Task names a function as its Resource instead of lambda:invoke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    CallKind,
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
    id="WFL050",
    name="legacy-lambda-arn",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="task names a function as its Resource instead of lambda:invoke",
    rationale="""
        A function's ARN as the Resource is the oldest way to call one.
        arn:aws:states:::lambda:invoke says in the arguments which version or alias runs and what
        it gets, and can wait for a callback; AWS recommends it for new work.
        """,
    remediation="""
        Take lambda:invoke, name the function in FunctionName, and read the result from Payload.
        """,
    when_to_ignore="""
        What follows relies on the bare result, and nothing else is wanted.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Charge
            States:
              Charge:  # <-- 'Charge' names a function as the Resource
                Type: Task
                Resource: arn:aws:lambda:eu-west-1:123456789012:function:charge
                End: true
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
            if task.call.kind is CallKind.FUNCTION
            or (task.runs_function and task.call.kind is CallKind.PLACEHOLDER)
        ]
        if not states:
            continue
        verb = "names" if len(states) == 1 else "name"
        yield rule.finding(
            f"{listed(state.name for state in states)} {verb} a function as the Resource",
            at=states[0].at(label="the oldest way to call a function"),
            related=[state.at(label="as here") for state in states[1:]],
            why="neither a version nor what the function gets can be said beside it",
            remediation=f"""
                # in {states[0].name}
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {{"FunctionName": "<function>", "Payload.$": "$"}},
                "OutputPath": "$.Payload"
                """,
            about=machine.about,
        )

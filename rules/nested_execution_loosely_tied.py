"""Nested execution is not tied to the one that starts it, or its result comes as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    Pillar,
    Rule,
    Severity,
    StateMachine,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
        State,
    )

rule = Rule(
    id="WFL052",
    name="nested-execution-loosely-tied",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="nested execution is not tied to the one that starts it, or its result comes as text",
    rationale="""
        With the id of the parent in AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID the console links
        both executions, which is what one looks for when something failed. With .sync the output
        of the child comes as text that has to be parsed, with .sync:2 as JSON.
        """,
    remediation="""
        Pass the id in Input, and take .sync:2.
        """,
    when_to_ignore="""
        The executions are not looked at together.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Pack
            States:
              Pack:  # <-- 'Pack' does not pass the id of its execution
                Type: Task
                Resource: arn:aws:states:::states:startExecution
                Parameters:
                  StateMachineArn: ${Packing}
                  Input: {order.$: $.order}
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
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-nested-workflows.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html",
    ),
)

_PARENT = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for task in architecture.workflow_tasks(machine):
            call, state = task.call, task.state
            if call.service != "states" or call.action != "startExecution":
                continue
            if call.suffix == ".sync":
                change = state.change("Resource", value=f"{call.resource}:2")
                yield rule.finding(
                    f"'{state.name}' gets the output of the nested execution as text",
                    at=state.at(label="waits with .sync"),
                    related=[state.at("Resource", label="its Resource")],
                    why="the text has to be parsed before a state can read from it",
                    remediation=f"""
                        # in {state.name}
                        "Resource": "{call.resource}:2"
                        """,
                    fix=Fix("Take .sync:2", (change,)) if change is not None else None,
                    about=machine.about,
                )
            arguments = call.arguments if isinstance(call.arguments, dict) else {"Input.$": ""}
            given = arguments.get("Input", {})
            if isinstance(given, dict) and "Input.$" not in arguments:
                if any(key.removesuffix(".$") == _PARENT for key in given):
                    continue
                yield rule.finding(
                    f"'{state.name}' does not pass the id of its execution to the nested one",
                    at=state.at(label="starts another state machine"),
                    why="the console cannot link the two executions",
                    remediation=_remediation(state),
                    fix=_fix(state),
                    about=machine.about,
                )


def _fix(state: State) -> Fix | None:
    fields, key = ("Parameters", "Input"), f"{_PARENT}.$"
    value = "$$.Execution.Id"
    if state.is_jsonata:
        fields, key, value = ("Arguments", "Input"), _PARENT, "{% $states.context.Execution.Id %}"
    change = state.change(*fields, key, value=value)
    return None if change is None else Fix("Pass the id of the execution", (change,), safe=True)


def _remediation(state: State) -> str:
    if state.is_jsonata:
        line = f'"{_PARENT}": "{{% $states.context.Execution.Id %}}"'
    else:
        line = f'"{_PARENT}.$": "$$.Execution.Id"'
    return f"# in Input of {state.name}\n{line}"

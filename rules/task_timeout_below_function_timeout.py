"""Task gives up before the function that it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Fix, Pillar, Rule, Severity, StateMachine, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="WFL027",
    name="task-timeout-below-function-timeout",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="task gives up before the function that it runs",
    rationale="""
        When the time of a task is over it fails with States.Timeout, while the function goes on to
        its own timeout, is paid for and may well succeed. A retry then runs it a second time
        beside the first.
        """,
    remediation="""
        Set the function's Timeout below the TimeoutSeconds of the task.
        """,
    when_to_ignore="""
        The function can be run twice at the same time without harm.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::Serverless::StateMachine
            Properties:
              Policies:
                - LambdaInvokePolicy: {FunctionName: !Ref Charging}
              Definition:
                StartAt: Charge
                States:
                  Charge:
                    Type: Task
                    Resource: arn:aws:states:::lambda:invoke
                    TimeoutSeconds: 10  # <-- after 10 s but 'Charging' may run for 60 s
                    Parameters:
                      FunctionName: !Ref Charging
                    End: true
          Charging:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: charging/
              Timeout: 60
        """,
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for task in architecture.workflow_tasks(machine):
            function, state = task.function, task.state
            if function is None or task.call.is_callback or function.is_durable is not False:
                continue
            given, needed = state.timeout, function.timeout
            if not isinstance(given, (int, float)) or isinstance(needed, Unknown):
                continue
            if given < needed:
                change = state.change("TimeoutSeconds", value=needed + 5)
                yield rule.finding(
                    f"'{state.name}' gives up after {given:g} s but '{function.name}'"
                    f" may run for {needed} s",
                    at=state.at("TimeoutSeconds"),
                    related=[function.at("Timeout", label=f"{needed} s at most")],
                    why="the function goes on, and a retry runs it a second time beside the first",
                    remediation=f"""
                        # in {state.name}
                        "TimeoutSeconds": {needed + 5}
                        # or in the template
                        {function.name}:
                          Properties:
                            Timeout: {max(int(given) - 1, 1)}
                        """,
                    fix=Fix(f"Wait for {needed + 5} s", (change,)) if change else None,
                    about=[*machine.about, function.name],
                )

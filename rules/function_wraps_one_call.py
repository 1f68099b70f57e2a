"""Function that a task runs does nothing but one call of a service."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    NotRead,
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
        Function,
    )

rule = Rule(
    id="WFL070",
    name="function-wraps-one-call",
    pillar=Pillar.COST,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    applies_to=StateMachine,
    summary="function that a task runs does nothing but one call of a service",
    rationale="""
        Step Functions calls over two hundred services itself. A function that only makes one such
        call adds a start, a package to keep up to date and a role to a step that needs none of
        them, and its code has to be read to see what the step does.
        """,
    remediation="""
        Call the service from the task with an SDK or an optimized integration, and remove the
        function.
        """,
    when_to_ignore="""
        The function reshapes the answer in a way that neither JSONata nor intrinsic functions can.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::Serverless::StateMachine
            Properties:
              Policies:
                - LambdaInvokePolicy: {FunctionName: !Ref Putting}
              Definition:
                StartAt: Put
                States:
                  Put:  # <-- 'Putting', which 'Put' runs, does nothing but 'sqs:SendMessage'
                    Type: Task
                    Resource: !GetAtt Putting.Arn
                    End: true
          Putting:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: index.handler
              InlineCode: |
                import boto3
                sqs = boto3.client("sqs")
                def handler(event, context):
                    sqs.send_message(QueueUrl="orders", MessageBody=event["id"])
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html",
    ),
)

_SHORT = 15  # lines of code
_BUSY = re.compile(r"\b(if|elif|else|for|while|try|except|switch|catch)\b")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for task in architecture.workflow_tasks(machine):
            function = task.function
            if function is None or len(architecture.invokers(function)) != 1:
                continue
            call = _only_call(function)
            if call:
                yield rule.finding(
                    f"'{function.name}', which '{task.state.name}' runs, does nothing but '{call}'",
                    at=task.state.at(label="runs a function"),
                    related=[function.at(label="makes one call")],
                    why="Step Functions can make the call itself",
                    remediation=f"""
                        # in {task.state.name}, with the parameters of the call
                        "Resource": "arn:aws:states:::aws-sdk:{_resource(call)}"
                        """,
                    about=[*machine.about, function.name],
                )


def _only_call(function: Function) -> str:
    """Return the action of the one call that a short function of a template makes; else nothing."""
    text = function.get("Code", "ZipFile")
    if not isinstance(text, str) or _BUSY.search(text):
        return ""
    lines = [line for line in text.splitlines() if line.strip() and line.strip()[0] not in "#/"]
    facts = function.source
    if len(lines) > _SHORT or isinstance(facts, NotRead) or not facts.is_complete:
        return ""
    calls = {(call.service, call.operation): call for call in facts.calls if not call.presigned}
    if len(calls) != 1 or facts.databases or facts.sleeps or facts.writes:
        return ""
    call = next(iter(calls.values()))
    return "" if call.in_loop else f"{call.service}:{call.operation}"


def _resource(call: str) -> str:
    service, _, operation = call.partition(":")
    names = {"stepfunctions": "sfn", "events": "eventbridge"}
    service = names.get(service, service.replace("-", ""))
    return f"{service}:{operation[:1].lower()}{operation[1:]}"

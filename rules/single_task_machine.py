"""State machine consists of one task that nothing guards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Pillar, Rule, Severity, StateMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="WFL057",
    name="single-task-machine",
    pillar=Pillar.COST,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    applies_to=StateMachine,
    summary="state machine consists of one task that nothing guards",
    rationale="""
        A state machine with a single task, without Retry, Catch or anything before or after it,
        adds an execution to pay and look after to what EventBridge, a pipe or a schedule can call
        themselves.
        """,
    remediation="""
        Call the target of the task directly.
        """,
    when_to_ignore="""
        The history of executions is wanted, or more states are to come.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:  # <-- 'Orders' consists of the one task 'Send'
            Type: AWS::Serverless::StateMachine
            Properties:

              Definition:
                StartAt: Send
                States:
                  Send:
                    Type: Task
                    Resource: arn:aws:states:::sqs:sendMessage
                    Parameters: {QueueUrl: !Ref Queue, MessageBody: hello}
                    End: true
          Queue:
            Type: AWS::SQS::Queue
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
    references=("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html",),
    aggregate="{count} state machines consist of one task that nothing guards: {names}",
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        states = list(machine.workflow.states()) if machine.workflow is not None else []
        if machine.stands_alone or len(states) != 1:
            continue
        only = states[0]
        call = only.call
        if call is None or call.suffix or only.retriers or only.catchers:
            continue
        yield rule.finding(
            f"'{machine.name}' consists of the one task '{only.name}', which nothing guards",
            at=machine.at(label="one task, neither Retry nor Catch"),
            related=[only.at(label="all it does")],
            why="an execution is paid for and looked after that does what a target does",
            remediation=f"Make what '{only.name}' calls the target of what starts {machine.name}.",
        )

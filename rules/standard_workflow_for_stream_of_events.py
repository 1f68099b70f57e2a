"""Standard workflow is started for every message or record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    Pillar,
    Pipe,
    Rule,
    Severity,
    StateMachine,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
        Workflow,
    )

rule = Rule(
    id="WFL058",
    name="standard-workflow-for-stream-of-events",
    pillar=Pillar.COST,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    applies_to=StateMachine,
    summary="a Standard workflow is started for every message or record",
    rationale="""
        A Standard workflow is paid for by state transition and starts a limited number of
        executions a second; an Express workflow is paid for by duration, and costs a fraction of
        that for short work that comes in great numbers and may be done twice.
        """,
    remediation="""
        Make it an Express workflow with a log, or start an Express workflow for the short part.
        """,
    when_to_ignore="""
        There are few messages, or the history of each execution is needed.
        """,
    bad="""
        Resources:
          Inbox:
            Type: AWS::SQS::Queue
            Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}}
          Dead:
            Type: AWS::SQS::Queue
          Pipe:
            Type: AWS::Pipes::Pipe
            Properties:
              RoleArn: arn:aws:iam::123456789012:role/pipe
              Source: !GetAtt Inbox.Arn
              Target: !Ref Orders
              TargetParameters:
                StepFunctionStateMachineParameters: {InvocationType: FIRE_AND_FORGET}
          Orders:  # <-- 'Orders' is a Standard workflow that 'Pipe' starts for every message
            Type: AWS::StepFunctions::StateMachine
            Properties:
              RoleArn: arn:aws:iam::123456789012:role/orders
              Definition:
                StartAt: Read
                States:
                  Read:
                    Type: Task
                    Resource: arn:aws:states:::dynamodb:getItem
                    Parameters: {TableName: orders, Key: {id: {S: "1"}}}
                    End: true
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html",
    ),
)

_LONG = 300  # seconds; an Express workflow ends then


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        workflow = machine.workflow
        if workflow is None or machine.stands_alone or machine.is_express is not False:
            continue
        starter = next(
            (
                edge
                for edge in architecture.incoming(machine, EdgeKind.STARTS, EdgeKind.FEEDS)
                if isinstance(edge.declared_by, Pipe)
            ),
            None,
        )
        if starter is None or not _is_short(architecture, machine, workflow):
            continue
        yield rule.finding(
            f"'{machine.name}' is a Standard workflow that '{starter.declared_by.name}' starts"
            " for every message",
            at=machine.at("StateMachineType", label="a Standard workflow"),
            related=[starter.at(label="starts it")],
            why="every state of every execution is paid for one by one",
            remediation=f"""
                {machine.name}:
                  Properties:
                    {"Type" if machine.is_sam else "StateMachineType"}: EXPRESS
                """,
        )


def _is_short(architecture: Architecture, machine: StateMachine, workflow: Workflow) -> bool:
    """Tell whether all that it does could be done, and done twice, in an Express workflow."""
    if any(state.is_distributed for state in workflow.states("Map")):
        return False
    for state in workflow.states("Wait"):
        seconds = state.seconds("Seconds")
        if not isinstance(seconds, (int, float)) or seconds > _LONG:
            return False
    for task in architecture.workflow_tasks(machine):
        function = task.function
        if task.call.suffix or task.call.is_callback or task.call.kind.value == "placeholder":
            return False
        if function is not None and not (
            isinstance(function.timeout, int) and function.timeout < _LONG
        ):
            return False
    return True

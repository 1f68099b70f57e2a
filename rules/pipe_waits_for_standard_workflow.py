"""Pipe wants to wait for a Standard workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
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
    )

rule = Rule(
    id="WFL066",
    name="pipe-waits-for-standard-workflow",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Pipe,
    summary="pipe wants to wait for a Standard workflow",
    rationale="""
        A pipe calls its target and waits for the answer unless InvocationType says
        FIRE_AND_FORGET. Only Express workflows can be waited for; with a Standard workflow as the
        target the pipe cannot be created.
        """,
    remediation="""
        Set InvocationType to FIRE_AND_FORGET, or make it an Express workflow.
        """,
    when_to_ignore="""
        Never: the pipe does not work this way.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::Serverless::StateMachine
            Properties:
              Logging:
                Level: ERROR
                Destinations:
                  - CloudWatchLogsLogGroup:
                      LogGroupArn: !GetAtt OrdersLogs.Arn
              Definition:
                StartAt: Done
                States:
                  Done:
                    Type: Succeed
          OrdersLogs:
            Type: AWS::Logs::LogGroup
            Properties:
              LogGroupName: /aws/vendedlogs/states/orders
              RetentionInDays: 30
          Inbox:
            Type: AWS::SQS::Queue
          Pipe:
            Type: AWS::Pipes::Pipe
            Properties:
              RoleArn: arn:aws:iam::123456789012:role/pipe
              Source: !GetAtt Inbox.Arn
              Target: !GetAtt Orders.Arn  # <-- 'Pipe' waits for 'Orders', a Standard workflow
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::Serverless::StateMachine
            Properties:
              Logging:
                Level: ERROR
                Destinations:
                  - CloudWatchLogsLogGroup:
                      LogGroupArn: !GetAtt OrdersLogs.Arn
              Type: EXPRESS
              Definition:
                StartAt: Done
                States:
                  Done:
                    Type: Succeed
          OrdersLogs:
            Type: AWS::Logs::LogGroup
            Properties:
              LogGroupName: /aws/vendedlogs/states/orders
              RetentionInDays: 30
          Inbox:
            Type: AWS::SQS::Queue
          Pipe:
            Type: AWS::Pipes::Pipe
            Properties:
              RoleArn: arn:aws:iam::123456789012:role/pipe
              Source: !GetAtt Inbox.Arn
              Target: !GetAtt Orders.Arn
        """,
    references=(
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-pipes-pipe-pipetargetstatemachineparameters.html",
    ),
)

_TYPE = ("TargetParameters", "StepFunctionStateMachineParameters", "InvocationType")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for pipe in architecture.all(Pipe):
        machine = pipe.target
        if (
            not isinstance(machine, StateMachine)
            or machine.is_express is not False
            or pipe.is_asynchronous is not False
        ):
            continue
        change = pipe.change(_TYPE, "FIRE_AND_FORGET")
        yield rule.finding(
            f"'{pipe.name}' waits for '{machine.name}', a Standard workflow",
            at=pipe.at("Target", label="waits for its target by default"),
            related=[machine.at("StateMachineType", label="a Standard workflow")],
            why="a pipe can wait for Express workflows only, and is refused",
            remediation=f"""
                {pipe.name}:
                  Properties:
                    TargetParameters:
                      StepFunctionStateMachineParameters:
                        InvocationType: FIRE_AND_FORGET
                """,
            fix=Fix("Do not wait for the workflow", (change,)) if change is not None else None,
        )

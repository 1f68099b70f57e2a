"""Log holds the data of tasks that handle secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
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
    id="WFL064",
    name="sensitive-data-in-workflow-log",
    pillar=Pillar.SECURITY,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="log holds the data of tasks that handle secrets",
    rationale="""
        With IncludeExecutionData the input and output of every state are logged. Where a task
        reads a secret, decrypts something or creates users, that goes into the log, where more
        people can read it and where it stays as long as the log is kept.
        """,
    remediation="""
        Set IncludeExecutionData to false, or keep such values out of the data of states.
        """,
    when_to_ignore="""
        The log is encrypted, kept for a short time and readable for few.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::Serverless::StateMachine
            Properties:
              Logging:
                Level: ALL
                IncludeExecutionData: true  # <-- the log of 'Orders' holds the data of 'Decrypt'
                Destinations:
                  - CloudWatchLogsLogGroup:
                      LogGroupArn: !GetAtt OrdersLogs.Arn
              Definition:
                StartAt: Decrypt
                States:
                  Decrypt:
                    Type: Task
                    Resource: arn:aws:states:::aws-sdk:kms:decrypt
                    Parameters: {CiphertextBlob.$: $.card}
                    End: true
          OrdersLogs:
            Type: AWS::Logs::LogGroup
            Properties:
              LogGroupName: /aws/vendedlogs/states/orders
              RetentionInDays: 30
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
        """,
    references=("https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html",),
)

_SENSITIVE = {"secretsmanager", "kms", "cognitoidentityprovider", "sts"}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        included = machine.get("LoggingConfiguration", "IncludeExecutionData")
        if included is not True or machine.has_log is not True:
            continue
        states = [
            task.state
            for task in architecture.workflow_tasks(machine)
            if task.call.service in _SENSITIVE or _decrypts(task)
        ]
        if not states:
            continue
        change = machine.change(("LoggingConfiguration", "IncludeExecutionData"), value=False)
        yield rule.finding(
            f"the log of '{machine.name}' holds the data of"
            f" {listed(state.name for state in states)}",
            at=machine.at("LoggingConfiguration", "IncludeExecutionData"),
            related=[state.at(label="handles what is to be kept secret") for state in states],
            why="who may read the log may read what these tasks return",
            remediation=f"""
                {machine.name}:
                  Properties:
                    {"Logging" if machine.is_sam else "LoggingConfiguration"}:
                      IncludeExecutionData: false
                """,
            fix=Fix("Log no data", (change,)) if change is not None else None,
        )


def _decrypts(task: WorkflowTask) -> bool:
    found = task.call.argument("WithDecryption")
    return task.call.service == "ssm" and found is not None and found.value is True

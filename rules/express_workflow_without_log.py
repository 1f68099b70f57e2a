"""An Express workflow keeps no record of its executions anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
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
    )

rule = Rule(
    id="WFL061",
    name="express-workflow-without-log",
    pillar=Pillar.OPERATIONS,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="an Express workflow keeps no record of its executions anywhere",
    rationale="""
        Step Functions keeps no history of the executions of an Express workflow: what is not
        logged is gone. Without a log nobody can tell which executions failed, at which state and
        with what.
        """,
    remediation="""
        Set a log level with a log group as destination, and let the role deliver logs.
        """,
    when_to_ignore="""
        Executions are of no interest once they have ended, failed or not.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:  # <-- 'Orders' keeps no record of its executions
            Type: AWS::Serverless::StateMachine
            Properties:
              Type: EXPRESS
              Definition:
                StartAt: Done
                States:
                  Done:
                    Type: Succeed
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
        """,
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        if machine.stands_alone or machine.is_express is not True or machine.has_log is not False:
            continue
        group = architecture.free_name(f"{machine.name}Logs", near=machine)
        yield rule.finding(
            f"'{machine.name}' keeps no record of its executions: it is an Express workflow"
            " without a log",
            at=machine.at("LoggingConfiguration", label="no log"),
            related=[machine.at("StateMachineType", label="an Express workflow")],
            why="Step Functions keeps no history of Express executions",
            remediation=f"""
                {machine.name}:
                  Properties:
                    {"Logging" if machine.is_sam else "LoggingConfiguration"}:
                      Level: ALL
                      IncludeExecutionData: false
                      Destinations:
                        - CloudWatchLogsLogGroup:
                            LogGroupArn: !GetAtt {group}.Arn
                {group}:
                  Type: AWS::Logs::LogGroup
                  Properties:
                    LogGroupName: !Sub /aws/vendedlogs/states/${{AWS::StackName}}-{machine.name}
                    RetentionInDays: 30
                """,
        )

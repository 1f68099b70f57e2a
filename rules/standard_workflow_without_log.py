"""A Standard workflow writes no log of its executions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Pillar, Rule, Severity, StateMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="WFL062",
    name="standard-workflow-without-log",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="a Standard workflow writes no log of its executions",
    rationale="""
        The history of a Standard execution is kept for 90 days and read one execution at a time. A
        log in CloudWatch can be searched over all executions, and alarms can be made of it.
        """,
    remediation="""
        Set the log level ERROR with a log group as destination.
        """,
    when_to_ignore="""
        The history of single executions is enough.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:  # <-- 'Orders' writes no log
            Type: AWS::Serverless::StateMachine
            Properties:

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
    aggregate="{count} Standard workflows write no log of their executions: {names}",
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        if machine.stands_alone or machine.is_express is not False or machine.has_log is not False:
            continue
        yield rule.finding(
            f"'{machine.name}' writes no log of its executions",
            at=machine.at("LoggingConfiguration", label="no log"),
            why="failures can only be looked up one execution at a time",
            remediation=f"""
                {machine.name}:
                  Properties:
                    {"Logging" if machine.is_sam else "LoggingConfiguration"}:
                      Level: ERROR
                      Destinations:
                        - CloudWatchLogsLogGroup:
                            LogGroupArn: !GetAtt <log group>.Arn
                """,
        )

"""Log group of a state machine takes room in the account's policy for log delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    LogGroup,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    Text,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
    )

rule = Rule(
    id="WFL063",
    name="workflow-log-fills-policy",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=StateMachine,
    summary="log group of a state machine takes room in the account's policy for log delivery",
    rationale="""
        Each log group outside of /aws/vendedlogs/ that a service delivers to is written into one
        resource policy of CloudWatch Logs, which has room for 5,120 characters. When it is full,
        the next state machine with a log cannot be created.
        """,
    remediation="""
        Let the name of the log group begin with /aws/vendedlogs/.
        """,
    when_to_ignore="""
        The account has few state machines with a log.
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
              LogGroupName: /orders  # <-- 'OrdersLogs' takes room in the policy
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
    references=("https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html",),
    aggregate="{count} log groups take room in the policy for log delivery: {names}",
)

_PREFIX = "/aws/vendedlogs/"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    seen: set[str] = set()
    for machine in architecture.all(StateMachine):
        destinations = machine.items("LoggingConfiguration", "Destinations")
        for item in [] if isinstance(destinations, Unknown) else destinations:
            part = item.get("CloudWatchLogsLogGroup") if isinstance(item, dict) else None
            arn = part.get("LogGroupArn") if isinstance(part, dict) else None
            group = architecture.node_of(arn, near=machine)
            if not isinstance(group, LogGroup) or group.id in seen:
                continue
            name = group.physical_name
            start = str(name.parts[0]) if isinstance(name, Text) else name
            if isinstance(start, Unknown) or (
                isinstance(start, str) and start.startswith((_PREFIX, "${"))
            ):
                continue
            seen.add(group.id)
            yield rule.finding(
                f"'{group.name}' takes room in the policy for log delivery, which has 5,120"
                " characters for all",
                at=group.at("LogGroupName", label=f"does not begin with {_PREFIX}"),
                related=[machine.at("LoggingConfiguration", label="logs there")],
                why="when the policy is full no further state machine with a log can be created",
                remediation=f"""
                    {group.name}:
                      Properties:
                        LogGroupName: !Sub {_PREFIX}states/${{AWS::StackName}}-{machine.name}
                    """,
            )

"""Rule waits for status events that an Express workflow never sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventRule,
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
    )

rule = Rule(
    id="WFL065",
    name="express-status-events-never-sent",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=EventRule,
    summary="rule waits for status events that an Express workflow never sends",
    rationale="""
        Step Functions sends an event to EventBridge whenever the status of a Standard execution
        changes. Executions of Express workflows send none, so that a rule on the status of one
        never matches.
        """,
    remediation="""
        Make an alarm on the metric ExecutionsFailed, or a metric filter on the log of the
        workflow.
        """,
    when_to_ignore="""
        Never: the rule cannot match.
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
          Failed:
            Type: AWS::Events::Rule
            Properties:
              EventPattern:
                source: [aws.states]
                detail-type: [Step Functions Execution Status Change]
                detail:
                  status: [FAILED]
                  stateMachineArn: [!Ref Orders]  # <-- 'Orders' is an Express workflow
              Targets: [{Id: tell, Arn: "arn:aws:sns:eu-west-1:123456789012:told"}]
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
              Type: STANDARD
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
          Failed:
            Type: AWS::Events::Rule
            Properties:
              EventPattern:
                source: [aws.states]
                detail-type: [Step Functions Execution Status Change]
                detail:
                  status: [FAILED]
                  stateMachineArn: [!Ref Orders]
              Targets: [{Id: tell, Arn: "arn:aws:sns:eu-west-1:123456789012:told"}]
        """,
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for event_rule in architecture.all(EventRule):
        pattern = event_rule.pattern
        sources = pattern.get("source") if isinstance(pattern, dict) else None
        detail = pattern.get("detail") if isinstance(pattern, dict) else None
        arns = detail.get("stateMachineArn") if isinstance(detail, dict) else None
        if sources != ["aws.states"] or not isinstance(arns, list) or not arns:
            continue
        machines = [architecture.node_of(arn, near=event_rule) for arn in arns]
        express = [m for m in machines if isinstance(m, StateMachine) and m.is_express is True]
        # Where it waits for another machine as well it does match now and then.
        if len(express) < len(machines):
            continue
        names = listed(machine.name for machine in express)
        verb = (
            "is an Express workflow and sends"
            if len(express) == 1
            else ("are Express workflows and send")
        )
        yield rule.finding(
            f"'{event_rule.title}' never matches: {names} {verb} no events",
            at=event_rule.at("EventPattern", "detail", "stateMachineArn"),
            related=[m.at("StateMachineType", label="an Express workflow") for m in express],
            why="only Standard workflows send events when their status changes",
            remediation=f"""
                {architecture.free_name(f"{express[0].name}Failures", near=event_rule)}:
                  Type: AWS::CloudWatch::Alarm
                  Properties:
                    Namespace: AWS/States
                    MetricName: ExecutionsFailed
                    Dimensions: [{{Name: StateMachineArn, Value: !Ref {express[0].name}}}]
                    Statistic: Sum
                    Period: 60
                    EvaluationPeriods: 1
                    Threshold: 1
                    ComparisonOperator: GreaterThanOrEqualToThreshold
                """,
            about=[event_rule.name],
        )

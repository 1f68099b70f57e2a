"""An application that nobody is told of when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Alarm, Confidence, Evidence, Function, Node, Pillar, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="OBS003",
    name="no-alarms",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    applies_to=Function,
    summary="no alarm watches the application",
    rationale="""
        Errors of asynchronous functions, messages in a dead-letter queue and throttled invocations
        reach nobody by themselves. Without a single alarm the first to notice is a user.
        """,
    remediation="""
        Begin with four: errors of the functions, messages in the dead-letter queues, failed
        executions of the state machines, and the age of the oldest message or record.
        """,
    when_to_ignore="""
        Another stack or a tool outside CloudWatch watches the application.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
          Ship:  # <-- no alarm watches the functions
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              LoggingConfig: {LogGroup: !Ref Logs}
              Events:
                Orders: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}
          Logs:
            Type: AWS::Logs::LogGroup
            Properties: {RetentionInDays: 30}
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              LoggingConfig: {LogGroup: !Ref Logs}
              Events:
                Orders: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}
          Logs:
            Type: AWS::Logs::LogGroup
            Properties: {RetentionInDays: 30}
          Failing:
            Type: AWS::CloudWatch::Alarm
            Properties:
              Namespace: AWS/Lambda
              MetricName: Errors
              Dimensions: [{Name: FunctionName, Value: !Ref Ship}]
              Statistic: Sum
              Period: 60
              EvaluationPeriods: 1
              Threshold: 0
              ComparisonOperator: GreaterThanThreshold
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics.html",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html",
    ),
)

_WATCHERS = (
    "AWS::CloudWatch::",
    "AWS::Synthetics::",
    "AWS::ApplicationInsights::",
    "AWS::DevOpsGuru::",
    "Datadog::",
    "NewRelic::",
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    # An alarm anywhere in the project shows that somebody thought of it.
    if architecture.all(Alarm) or any(
        node.type.startswith(_WATCHERS) and not node.type.endswith("Dashboard")
        for node in architecture.all(Node)
    ):
        return
    first: dict[str, Function] = {}
    deploying = architecture.deployment_functions()
    # By name: which one is named must not depend on their order in the file.
    for function in sorted(architecture.functions(), key=lambda each: each.name):
        invoked = any(
            edge.evidence is Evidence.DECLARED for edge in architecture.invokers(function)
        )
        if invoked and function.id not in deploying:
            first.setdefault(function.view.path(function.resource), function)
    for function in first.values():
        name = architecture.free_name(f"{function.name}Errors", near=function)
        yield rule.finding(
            "no alarm watches the functions, queues or workflows of this template",
            at=function.at(label="for one"),
            why="when it fails, the first to notice is a user",
            remediation=f"""
                {name}:
                  Type: AWS::CloudWatch::Alarm
                  Properties:
                    Namespace: AWS/Lambda
                    MetricName: Errors
                    Dimensions: [{{Name: FunctionName, Value: !Ref {function.name}}}]
                    Statistic: Sum
                    Period: 300
                    EvaluationPeriods: 1
                    Threshold: 0
                    ComparisonOperator: GreaterThanThreshold
                    TreatMissingData: notBreaching
                    AlarmActions: [<topic that tells somebody>]
                """,
        )

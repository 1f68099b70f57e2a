"""Task runs the latest code of a function that has an alias."""

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
        Function,
    )

rule = Rule(
    id="WFL069",
    name="unqualified-function-task",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="task runs the latest code of a function that has an alias",
    rationale="""
        Whoever gives a function an alias wants releases to go through it: gradually, and with a
        way back. A task that names the function without the alias runs what was deployed last, at
        once, in executions that began with the version before.
        """,
    remediation="""
        Name the alias in FunctionName or Resource.
        """,
    when_to_ignore="""
        The alias is for other callers only.
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
              Policies:
                - LambdaInvokePolicy: {FunctionName: !Ref Charging}
              Definition:
                StartAt: Charge
                States:
                  Charge:
                    Type: Task
                    Resource: arn:aws:states:::lambda:invoke
                    Parameters:
                      FunctionName: !GetAtt Charging.Arn  # <-- without its alias
                    End: true
          OrdersLogs:
            Type: AWS::Logs::LogGroup
            Properties:
              LogGroupName: /aws/vendedlogs/states/orders
              RetentionInDays: 30
          Charging:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: charging/
              AutoPublishAlias: live
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for task in architecture.workflow_tasks(machine):
            function, state = task.function, task.state
            edge = next((e for e in task.edges if e.target is function), None)
            if function is None or edge is None or edge.qualifier not in (None, "$LATEST"):
                continue
            if task.call.argument("Qualifier") is not None:
                continue
            aliases = architecture.aliases(function)
            # Prepared environments that are bypassed are another rule's business.
            if not aliases or _is_prepared(architecture, function):
                continue
            target = f"!Ref {function.name}.Alias" if function.is_sam else f"!Ref {aliases[0].name}"
            yield rule.finding(
                f"'{state.name}' runs '{function.name}' without its alias",
                at=edge.at(label="names the function alone"),
                related=[aliases[0].at(label="the alias")],
                why="a release reaches the task at once, whatever the alias says",
                remediation=f"""
                    # what {state.name} names, directly or by DefinitionSubstitutions
                    {target}
                    """,
                about=[*machine.about, function.name],
            )


def _is_prepared(architecture: Architecture, function: Function) -> bool:
    return function.snap_start == "PublishedVersions" or any(
        isinstance(version.provisioned, int) and version.provisioned > 0
        for version in architecture.versions(function)
    )

"""Role of the state machine allows services that none of its tasks calls."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Function,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    listed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import (
        Architecture,
        Finding,
        Node,
        RolePermissions,
        Statement,
    )

rule = Rule(
    id="WFL067",
    name="role-exceeds-tasks",
    pillar=Pillar.SECURITY,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    applies_to=StateMachine,
    summary="role of the state machine allows services that none of its tasks calls",
    rationale="""
        Permissions that no task uses are left over from earlier versions or copied from elsewhere.
        They do nothing for the state machine, and everything for whoever manages to change its
        definition.
        """,
    remediation="""
        Remove the statements.
        """,
    when_to_ignore="""
        The role is meant for later versions, or shared on purpose.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:  # <-- the role of 'Orders' allows 's3:DeleteObject'
            Type: AWS::Serverless::StateMachine
            Properties:
              Policies:
                - Statement:
                    - Effect: Allow
                      Action: s3:DeleteObject
                      Resource: "*"
              Definition:
                StartAt: Wait
                States:
                  Wait:
                    Type: Wait
                    Seconds: 5
                    End: true
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
                StartAt: Wait
                States:
                  Wait:
                    Type: Wait
                    Seconds: 5
                    End: true
          OrdersLogs:
            Type: AWS::Logs::LogGroup
            Properties:
              LogGroupName: /aws/vendedlogs/states/orders
              RetentionInDays: 30
        """,
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    ),
)

# For logs, traces, jobs, keys, networks and roles that a service needs besides the call itself.
_BESIDES = {"logs", "xray", "events", "states", "kms", "iam", "sts", "cloudwatch", "ec2", "ecr"}
_PREFIXES = {
    "sfn": "states",
    "eventbridge": "events",
    "bedrockruntime": "bedrock",
    "bedrockagent": "bedrock",
    "bedrockagentruntime": "bedrock",
    "cloudwatchlogs": "logs",
    "ses": "ses",
    "sesv2": "ses",
    "sagemakerruntime": "sagemaker",
    "elasticmapreduce": "elasticmapreduce",
    "rdsdata": "rds-data",
    "redshiftdata": "redshift-data",
    "cognitoidentityprovider": "cognito-idp",
    "cloudwatch": "cloudwatch",
    "apigateway": "execute-api",
}
_ALONE = {"lambda", "sqs", "sns", "dynamodb", "eventbridge", "sfn", "http", "apigateway"}
# What a job or call of one service needs of others: a query reads and writes its bucket.
_ALSO = {
    "athena": {"s3", "glue", "lakeformation"},
    "glue": {"s3"},
    "batch": {"ecs"},
    "codebuild": {"s3"},
    "bedrock": {"s3", "aws-marketplace", "lambda"},
    "sagemaker": {"s3"},
    "http": {"secretsmanager"},
    "rds-data": {"secretsmanager", "rds"},
    "redshift-data": {"secretsmanager", "redshift", "redshift-serverless"},
}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    shared = Counter(
        acting.id
        for machine in architecture.all(StateMachine)
        if (acting := architecture.node_of(machine.role, "role", machine)) is not None
    )
    for machine in architecture.all(StateMachine):
        tasks = architecture.workflow_tasks(machine)
        if machine.workflow is None or any(not task.call.service for task in tasks):
            continue
        if any(call.kind.value == "placeholder" for call in machine.workflow.calls()):
            continue
        role = architecture.role_permissions(machine.role, machine)
        # A role that others act in as well is for their sake.
        if role is None or shared[role.role.id] != 1 or _is_used(architecture, role.role):
            continue
        used = _services(machine)
        extra = [
            (statement, action)
            for statement in role.statements
            for action in statement.actions
            if statement.allows is True and _service(action) not in used
        ]
        if extra:
            yield _finding(machine, role, extra)


def _is_used(architecture: Architecture, role: Node) -> bool:
    """Tell whether a function acts in the role as well."""
    return any(
        architecture.node_of(function.role, "role", function) is role
        for function in architecture.all(Function)
    )


def _service(action: str) -> str:
    return action.partition(":")[0].lower()


def _services(machine: StateMachine) -> set[str]:
    used = set(_BESIDES)
    for call in machine.workflow.calls() if machine.workflow is not None else ():
        name = _PREFIXES.get(call.service, call.service)
        # Services that SDK integrations write without the hyphens of IAM.
        used |= {name, call.service, *_ALSO.get(name, ())}
    # Most other services read and write buckets in the name of whoever calls them.
    if not used <= _BESIDES | _ALONE:
        used.add("s3")
    return used


def _finding(
    machine: StateMachine,
    role: RolePermissions,
    extra: Sequence[tuple[Statement, str]],
) -> Finding:
    actions = [action for _, action in extra]
    statement = extra[0][0]
    return rule.finding(
        f"the role of '{machine.name}' allows {listed(actions)}, which no task of it does",
        at=machine.at(label="no task calls that service"),
        related=[statement.declared_by.at(*statement.path, label="allowed here")],
        why="who can change the definition can use what no task needs",
        remediation=f"Remove {listed(actions, 8)} from the policies of {role.role.name}.",
    )

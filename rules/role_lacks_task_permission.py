"""Role of the state machine does not allow what a task does."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
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
        NotJudged,
        RolePermissions,
        State,
        WorkflowTask,
    )

rule = Rule(
    id="WFL023",
    name="role-lacks-task-permission",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="role of the state machine does not allow what a task does",
    rationale="""
        A state machine calls services in its role. An action that no policy of the role allows
        makes the task fail with an access error at its first run; CloudFormation does not check
        it. A task that waits for a job with .sync needs to follow and stop the job as well.
        """,
    remediation="""
        Add a SAM policy template, a Connector or a statement for the missing actions.
        """,
    when_to_ignore="""
        The permission comes from a resource policy, or is attached outside of these files.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::Serverless::StateMachine
            Properties:

              Definition:
                StartAt: Charge
                States:
                  Charge:  # <-- may not do 'lambda:InvokeFunction', which 'Charge' needs
                    Type: Task
                    Resource: arn:aws:states:::lambda:invoke
                    Parameters:
                      FunctionName: !Ref Charging
                    End: true
          Charging:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: charging/
        """,
    good={
        "machine.asl.yaml": """
            StartAt: Wait
            States:
              Wait:
                Type: Wait
                Seconds: 60
                End: true
            """,
    },
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html",
    ),
)

_SERVICES = {
    "lambda": "lambda",
    "dynamodb": "dynamodb",
    "sns": "sns",
    "sqs": "sqs",
    "events": "events",
    "eventbridge": "events",
    "states": "states",
    "sfn": "states",
    "ecs": "ecs",
    "glue": "glue",
    "batch": "batch",
    "athena": "athena",
    "codebuild": "codebuild",
    "bedrock": "bedrock",
    "bedrockruntime": "bedrock",
    "comprehend": "comprehend",
    "rekognition": "rekognition",
    "textract": "textract",
    "transcribe": "transcribe",
    "translate": "translate",
    "polly": "polly",
    "secretsmanager": "secretsmanager",
    "kinesis": "kinesis",
    "scheduler": "scheduler",
}
"""The prefix of a service's actions; of others an API and its action may differ in name."""
_OTHERWISE = {
    "lambda:Invoke": ("lambda:InvokeFunction",),
    "sqs:SendMessageBatch": ("sqs:SendMessage",),
    "sns:PublishBatch": ("sns:Publish",),
    "bedrock:Converse": ("bedrock:InvokeModel",),
    "bedrock:CreateModelCustomizationJob": ("bedrock:CreateModelCustomizationJob",),
}
_WITHOUT = ("dynamodb:Execute", "dynamodb:Transact", "dynamodb:BatchExecute", "lambda:InvokeAsync")
_FOLLOWING = {
    "states:StartExecution": ("states:DescribeExecution",),
    "ecs:RunTask": ("ecs:DescribeTasks",),
    "batch:SubmitJob": ("batch:DescribeJobs",),
    "glue:StartJobRun": ("glue:GetJobRun",),
    "athena:StartQueryExecution": ("athena:GetQueryExecution",),
    "codebuild:StartBuild": ("codebuild:BatchGetBuilds",),
}
"""What .sync needs to see the end of a job."""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for machine in architecture.all(StateMachine):
        if machine.workflow is None or machine.stands_alone:
            continue
        needs = _needs(architecture, machine)
        if not needs:
            continue
        role = architecture.role_permissions(machine.role, machine)
        if role is None:
            yield rule.not_judged(machine, because="its role lies outside of these files")
            continue
        lacking = {action: states for action, states in needs.items() if role.may(action) is False}
        if lacking:
            yield _finding(machine, role, lacking)


def _needs(architecture: Architecture, machine: StateMachine) -> dict[str, list[State]]:
    """Return the actions that tasks need, with the states that need them."""
    needs: dict[str, list[State]] = {}
    for task in architecture.workflow_tasks(machine):
        # With credentials of its own a task acts in another role.
        if "Credentials" in task.state.data:
            continue
        for action in _actions(task):
            needs.setdefault(action, []).append(task.state)
    return needs


def _actions(task: WorkflowTask) -> tuple[str, ...]:
    call = task.call
    if task.runs_function and not call.action:
        return ("lambda:InvokeFunction",)
    if call.service == "http":
        return ("states:InvokeHTTPEndpoint",)
    prefix = _SERVICES.get(call.service)
    if prefix is None or not call.action or call.kind.value not in {"optimized", "sdk", "function"}:
        return ()
    action = f"{prefix}:{call.action[0].upper()}{call.action[1:]}"
    if action.startswith(_WITHOUT):
        return ()
    base = _OTHERWISE.get(action, (action,))
    return (*base, *_FOLLOWING.get(action, ())) if call.is_job else base


def _finding(
    machine: StateMachine, role: RolePermissions, lacking: dict[str, list[State]]
) -> Finding:
    states = list(dict.fromkeys(state for found in lacking.values() for state in found))
    names = [state.name for state in states]
    verb = "needs" if len(states) == 1 else "need"
    nothing = not role.statements
    return rule.finding(
        f"the role of '{machine.name}' may not do {listed(lacking)}, which {listed(names)} {verb}",
        at=states[0].at(label="fails for want of a permission"),
        related=[state.at(label="and this") for state in states[1:]]
        + [role.role.at(label="allows nothing at all" if nothing else "the role")],
        why="the task fails with an access error whenever it runs",
        remediation=_remediation(machine, role, list(lacking)),
        about=machine.about,
    )


def _remediation(machine: StateMachine, role: RolePermissions, actions: list[str]) -> str:
    shown = "\n".join(f"            - {action}" for action in actions)
    statement = f"""        - Effect: Allow
          Action:
{shown}
          Resource: <the ARN of what the task works on>
"""
    # Next to a role of its own SAM passes over the policies of a machine.
    if role.role.is_generated:
        head = f"{machine.name}:\n  Properties:\n    Policies:\n      - Statement:"
        return f"{head}\n{statement}"
    head = f"{role.role.name}:\n  Properties:\n    Policies:\n      - PolicyName: tasks"
    head += '\n        PolicyDocument:\n          Version: "2012-10-17"\n          Statement:'
    return f"{head}\n{indent(statement, '    ')}"

"""A durable function whose role may not save where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Function,
    ManagedPolicy,
    Pillar,
    Policy,
    Role,
    Rule,
    Severity,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged, Statement

rule = Rule(
    id="FUN035",
    name="durable-role-without-checkpoints",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="role of a durable function may not save checkpoints",
    rationale="""
        A durable function saves every step with `lambda:CheckpointDurableExecution` and reads it
        back with `lambda:GetDurableExecutionState`. The usual basic execution role allows neither,
        so that the first step fails. SAM adds the policy to the roles that it makes; to a role of
        one's own nobody does.
        """,
    remediation="""
        Attach the managed policy `AWSLambdaBasicDurableExecutionRolePolicy`, or allow the two
        actions on the function.
        """,
    when_to_ignore="""
        The permission comes from a policy outside these templates.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Order:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs24.x
              Handler: app.handler
              CodeUri: order/
              DurableConfig: {ExecutionTimeout: 600}
              Role: !GetAtt OrderRole.Arn
          OrderRole:  # <-- 'OrderRole' does not let 'Order' save its steps
            Type: AWS::IAM::Role
            Properties:
              AssumeRolePolicyDocument:
                Statement:
                  - Effect: Allow
                    Principal: {Service: lambda.amazonaws.com}
                    Action: sts:AssumeRole
              ManagedPolicyArns:
                - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Order:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs24.x
              Handler: app.handler
              CodeUri: order/
              DurableConfig: {ExecutionTimeout: 600}
              Role: !GetAtt OrderRole.Arn
          OrderRole:
            Type: AWS::IAM::Role
            Properties:
              AssumeRolePolicyDocument:
                Statement:
                  - Effect: Allow
                    Principal: {Service: lambda.amazonaws.com}
                    Action: sts:AssumeRole
              ManagedPolicyArns:
                - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicDurableExecutionRolePolicy
        """,
    references=("https://docs.aws.amazon.com/lambda/latest/dg/durable-getting-started-cli.html",),
)

_ACTION = "lambda:checkpointdurableexecution"
_MANAGED = (
    "AWSLambdaBasicDurableExecutionRolePolicy",
    "AdministratorAccess",
    "AWSLambda_FullAccess",
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.all(Function):
        if function.is_durable is not True:
            continue
        role = architecture.node_of(function.role, "role", function)
        if not isinstance(role, Role):
            yield rule.not_judged(function, because="its role is not in the templates")
            continue
        if role.is_generated:
            continue
        allowed = _allows(architecture, role)
        if allowed is None:
            yield rule.not_judged(function, because="a policy of its role is not in the templates")
        elif not allowed:
            yield rule.finding(
                f"'{role.name}' does not let '{function.name}' save its steps",
                at=role.at(),
                related=[function.at("DurableConfig", label="durable")],
                why="without lambda:CheckpointDurableExecution the first step fails",
                remediation=f"""
{role.name}:
  Properties:
    ManagedPolicyArns:
      - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicDurableExecutionRolePolicy
""",
            )


def _allows(architecture: Architecture, role: Role) -> bool | None:
    """Tell whether a role may save checkpoints; None where a policy cannot be read."""
    unread = False
    managed = role.managed_policies
    for value in [] if isinstance(managed, Unknown) else managed:
        text = str(value)
        if any(name in text for name in _MANAGED):
            return True
        own = isinstance(architecture.node_of(value, "policy", role), ManagedPolicy)
        unread = unread or not (own or ":aws:policy/" in text)
    statements: list[Statement] = list(role.statements())
    for policy in architecture.all(Policy):
        roles = policy.roles
        attached = [] if isinstance(roles, Unknown) else roles
        if any(architecture.node_of(item, "role", policy) is role for item in attached) or (
            isinstance(managed, list)
            and any(architecture.node_of(item, "policy", role) is policy for item in managed)
        ):
            statements += policy.statements()
    for statement in statements:
        if statement.allows is True and any(_covers(action) for action in statement.actions):
            return True
    return None if unread or isinstance(managed, Unknown) else False


def _covers(action: str) -> bool:
    word = action.lower()
    return word == _ACTION or (word.endswith("*") and _ACTION.startswith(word[:-1]))

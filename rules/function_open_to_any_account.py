"""A permission that lets a service invoke a function on behalf of anyone, or anyone themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Permission, Pillar, Rule, Severity, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="SEC004",
    name="function-open-to-any-account",
    pillar=Pillar.SECURITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Permission,
    summary="permission lets a service invoke a function for any account",
    rationale="""
        A service invokes a function in its own name, whoever asked it to. A permission that names
        the service and nothing else therefore holds for the buckets, topics, rules and APIs of
        every account: whoever knows the function's ARN can have it invoked with events of their
        own. A permission for `*` does not even need a service.
        """,
    remediation="""
        Add `SourceArn` with the resource that is to invoke the function, or `SourceAccount`.
        """,
    when_to_ignore="""
        The function is for everybody, and checks each event itself.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SNS::Topic
            Properties:
              Subscription:
                - {Protocol: lambda, Endpoint: !GetAtt Ship.Arn}
          ShipOrders:
            Type: AWS::Lambda::Permission
            Properties:
              FunctionName: !Ref Ship
              Action: lambda:InvokeFunction
              Principal: sns.amazonaws.com  # <-- lets sns.amazonaws.com invoke 'Ship'
          Ship:
            Type: AWS::Lambda::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              Role: arn:aws:iam::111122223333:role/ship
              Code: {S3Bucket: code, S3Key: ship.zip}
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SNS::Topic
            Properties:
              Subscription:
                - {Protocol: lambda, Endpoint: !GetAtt Ship.Arn}
          ShipOrders:
            Type: AWS::Lambda::Permission
            Properties:
              FunctionName: !Ref Ship
              Action: lambda:InvokeFunction
              Principal: sns.amazonaws.com
              SourceArn: !Ref Orders
          Ship:
            Type: AWS::Lambda::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              Role: arn:aws:iam::111122223333:role/ship
              Code: {S3Bucket: code, S3Key: ship.zip}
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    ),
)

# Services that invoke functions on behalf of resources which other accounts have as well, and say
# which. A load balancer needs the permission before it is there itself.
_SERVICES = {
    "apigateway": "SourceArn: !Sub arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:<API>/*",
    "config": "SourceAccount: !Ref AWS::AccountId",
    "events": "SourceArn: !GetAtt <rule>.Arn",
    "iot": "SourceArn: !GetAtt <topic rule>.Arn",
    "logs": "SourceArn: !GetAtt <log group>.Arn",
    "s3": "SourceAccount: !Ref AWS::AccountId",
    "ses": "SourceAccount: !Ref AWS::AccountId",
    "sns": "SourceArn: !Ref <topic>",
}
_NARROWING = ("SourceArn", "SourceAccount", "PrincipalOrgID", "EventSourceToken")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for permission in architecture.all(Permission):
        if permission.is_generated or any(permission.get(key) is not None for key in _NARROWING):
            continue
        action, principal = permission.get("Action"), permission.principal
        if isinstance(principal, Unknown) or not isinstance(action, str):
            yield rule.not_judged(permission, because="who may invoke what is not known")
            continue
        # What a function URL needs is told with the URL.
        by_url = permission.flag("InvokedViaFunctionUrl") is not False
        if by_url or action.lower() == "lambda:invokefunctionurl" or principal is None:
            continue
        service = principal.partition(".amazonaws.com")[0]
        if principal == "*" or service in _SERVICES:
            yield _finding(architecture, permission, principal, service)


def _finding(
    architecture: Architecture, permission: Permission, principal: str, service: str
) -> Finding:
    function, _ = architecture.function_of(permission.function, permission)
    name = f"'{function.name}'" if function is not None else "its function"
    anyone = principal == "*"
    return rule.finding(
        f"'{permission.name}' lets anyone invoke {name}"
        if anyone
        else f"'{permission.name}' lets {principal} invoke {name} for any account",
        at=permission.at("Principal", label="and nothing says on whose behalf"),
        related=[function.at(label="may be invoked")] if function is not None else [],
        why="whoever has an AWS account and knows the ARN runs the function"
        if anyone
        else "whoever knows the function's ARN can have the service invoke it with their events",
        remediation=f"""
            {permission.name}:
              Properties:
                {"PrincipalOrgID: <the organization>" if anyone else _SERVICES[service]}
            """,
    )

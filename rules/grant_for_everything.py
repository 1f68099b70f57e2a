"""A role that lets its function do something to everything, while the code names what it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Evidence, Facts, Function, Pillar, Rule, Severity, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Finding, Node, NotJudged, WideGrant

rule = Rule(
    id="SEC022",
    name="grant-for-everything",
    pillar=Pillar.SECURITY,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function may do to everything what its code does to a few things by name",
    rationale="""
        A statement for the resource `*`, or for all of a kind, holds for every table, bucket and
        queue of the account, those of other applications included. The code of the function says
        which it uses, so that the statement can say so as well; a mistake or a break-in then ends
        there.
        """,
    remediation="""
        Name the resources in the statement, or use a policy template of SAM.
        """,
    when_to_ignore="""
        The code is about to use more, or gets names from elsewhere in ways that were not seen.
        """,
    bad={
        "template.yaml": """
            Resources:
              Ship:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: ship/
                  Environment: {Variables: {ORDERS: !Ref Orders}}
                  Policies:
                    - Statement:
                        - Effect: Allow
                          Action: [dynamodb:GetItem, dynamodb:PutItem]
                          Resource: "*"  # <-- 'Ship' may do dynamodb:GetItem to everything
              Orders:
                Type: AWS::Serverless::SimpleTable
            """,
        "ship/app.py": """
            import os

            import boto3

            orders = boto3.resource("dynamodb").Table(os.environ["ORDERS"])

            def handler(event, context):
                return orders.get_item(Key={"id": event["id"]})
            """,
    },
    good={
        "template.yaml": """
            Resources:
              Ship:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: ship/
                  Environment: {Variables: {ORDERS: !Ref Orders}}
                  Policies:
                    - Statement:
                        - Effect: Allow
                          Action: dynamodb:GetItem
                          Resource: !GetAtt Orders.Arn
              Orders:
                Type: AWS::Serverless::SimpleTable
            """,
        "ship/app.py": """
            import os

            import boto3

            orders = boto3.resource("dynamodb").Table(os.environ["ORDERS"])

            def handler(event, context):
                return orders.get_item(Key={"id": event["id"]})
            """,
    },
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-permissions.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    ),
)

_SHOWN = 3
_BY_REF = ("AWS::SNS::Topic", "AWS::StepFunctions::StateMachine", "AWS::SecretsManager::Secret")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    # A role that several functions share is told of once.
    told: dict[object, list[tuple[Function, WideGrant]]] = {}
    for function in architecture.functions():
        for grant in architecture.wide_grants(function):
            place = grant.statement.declared_by.at(*grant.statement.resource_path)
            told.setdefault((place.path, place.span), []).append((function, grant))
    for found in told.values():
        yield _finding(found)


def _finding(found: Sequence[tuple[Function, WideGrant]]) -> Finding:
    function, grant = found[0]
    targets = {node.id: node for _, item in found for node in item.targets}
    actions = list(dict.fromkeys(action for _, item in found for action in item.actions))
    shown = ", ".join(actions[:_SHOWN])
    if len(actions) > _SHOWN:
        shown += f" and {len(actions) - _SHOWN} more"
    names = listed(node.title for node in targets.values())
    statement = grant.statement
    return rule.finding(
        f"{listed(each.name for each, _ in found)} may do {shown} to everything, "
        f"and does so to {names} only",
        at=statement.declared_by.at(*statement.resource_path, label="everything in the account"),
        related=[
            each.in_code(facts.handler_place, "the code that needs it")
            for each, _ in found
            for facts in [each.source]
            if isinstance(facts, Facts) and facts.handler_place is not None
        ],
        why="a mistake or a break-in reaches what belongs to others as well",
        evidence=Evidence.PROVED,
        remediation=f"Resource: [{', '.join(_arn(node) for node in targets.values())}]",
        about=[function.name],
    )


def _arn(node: Node) -> str:
    if not node.type:
        return f"<the ARN of {node.title}>"
    if node.type in _BY_REF:
        return f"!Ref {node.name}"
    return (
        f'!Sub "${{{node.name}.Arn}}/*"'
        if node.type == "AWS::S3::Bucket"
        else (f"!GetAtt {node.name}.Arn")
    )

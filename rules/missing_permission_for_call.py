"""A call in the code that no statement of the function's role allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Evidence, Function, Pillar, Rule, Severity, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged, RefusedCall

rule = Rule(
    id="SEC041",
    name="missing-permission-for-call",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function's code makes a call that its role does not allow",
    rationale="""
        A function may do what the policies of its role allow, and nothing else. A call beyond
        that is refused with AccessDenied, in every environment and from the first day on; the
        deployment notices nothing.
        """,
    remediation="""
        Grant the one action on the one resource, or take the call out.
        """,
    when_to_ignore="""
        A policy outside of the templates allows it, such as one of the resource itself.
        """,
    reads_code=True,
    bad={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Orders:
                Type: AWS::DynamoDB::Table
                Properties:
                  BillingMode: PAY_PER_REQUEST
                  AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
                  KeySchema: [{AttributeName: id, KeyType: HASH}]
              Save:  # <-- 'Save' calls PutItem on 'Orders', which its role does not allow
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: save/
                  Environment:
                    Variables:
                      TABLE: !Ref Orders
                  Policies:
                    - DynamoDBReadPolicy:
                        TableName: !Ref Orders
            """,
        "save/app.py": """
            import os
            import boto3

            table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

            def handler(event, context):
                table.put_item(Item={"id": event["id"]})
            """,
    },
    good={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Orders:
                Type: AWS::DynamoDB::Table
                Properties:
                  BillingMode: PAY_PER_REQUEST
                  AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
                  KeySchema: [{AttributeName: id, KeyType: HASH}]
              Save:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: save/
                  Environment:
                    Variables:
                      TABLE: !Ref Orders
                  Policies:
                    - DynamoDBWritePolicy:
                        TableName: !Ref Orders
            """,
        "save/app.py": """
            import os
            import boto3

            table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

            def handler(event, context):
                table.put_item(Item={"id": event["id"]})
            """,
    },
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.functions():
        refused = architecture.refused_calls(function)
        if isinstance(refused, Unknown):
            yield rule.not_judged(function, because="not all that its role allows is seen")
            continue
        groups: dict[tuple[str, str], list[RefusedCall]] = {}
        for item in refused:
            target = item.target.id if item.target is not None else item.call.target.text
            groups.setdefault((item.call.action.lower(), target), []).append(item)
        for items in groups.values():
            yield _finding(function, items)


def _finding(function: Function, items: list[RefusedCall]) -> Finding:
    first = items[0]
    call, target, near = first.call, first.target, first.near
    on = f" on '{target.title}'" if target is not None else ""
    calls = list(dict.fromkeys(item.call.place for item in items))
    return rule.finding(
        f"'{function.name}' calls {call.operation}{on}, which its role does not allow",
        at=function.at(label=f"its role does not allow {call.action}"),
        related=[
            *(function.in_code(place, f"calls {call.operation}") for place in calls),
            *(
                [near.declared_by.at(*near.resource_path, label="allows it on something else")]
                if near is not None
                else []
            ),
        ],
        why=f"the call is refused with AccessDenied: nothing grants {call.action}{on}",
        remediation=f"""
            # of '{function.name}' or its role
            - Effect: Allow
              Action: {call.action}
              Resource: {_resource(first)}
            """,
        # What is called by a name that only the code knows may have a policy of its own.
        confidence=Confidence.HIGH if target is not None else Confidence.MEDIUM,
        evidence=Evidence.PROVED,
        about=[function.name, call.action],
    )


def _resource(item: RefusedCall) -> str:
    target = item.target
    if target is None or not target.type:
        return "<its ARN>"
    if item.call.service == "s3" and "Object" in item.call.operation:
        whole = item.call.operation.startswith("List")
        return f"!GetAtt {target.name}.Arn" if whole else f"!Sub ${{{target.name}.Arn}}/*"
    if target.type in {"AWS::SNS::Topic", "AWS::StepFunctions::StateMachine"}:
        return f"!Ref {target.name}"
    return f"!GetAtt {target.name}.Arn"

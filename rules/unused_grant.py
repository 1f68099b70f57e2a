"""A permission that the code of its function makes no use of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EdgeKind, Evidence, Facts, Function, Pillar, Rule, Severity, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, NotJudged

rule = Rule(
    id="SEC042",
    name="unused-grant",
    pillar=Pillar.SECURITY,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function may do something that its code never does",
    rationale="""
        A permission that nobody needs is one that somebody else may use: code that is broken
        into, a dependency that has been taken over, a mistake. It also shows connections between
        resources that do not exist.
        """,
    remediation="""
        Grant what the code does: read access to what is only read, nothing on what is not used.
        """,
    when_to_ignore="""
        Code that is not at hand makes the call, such as a library or an extension.
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
              Show:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: show/
                  Environment:
                    Variables:
                      TABLE: !Ref Orders
                  Policies:
                    - DynamoDBCrudPolicy:  # <-- 'Show' may write to 'Orders', and its code
                        TableName: !Ref Orders
            """,
        "show/app.py": """
            import os
            import boto3

            table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

            def handler(event, context):
                return table.get_item(Key={"id": event["id"]})
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
              Show:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: show/
                  Environment:
                    Variables:
                      TABLE: !Ref Orders
                  Policies:
                    - DynamoDBReadPolicy:
                        TableName: !Ref Orders
            """,
        "show/app.py": """
            import os
            import boto3

            table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

            def handler(event, context):
                return table.get_item(Key={"id": event["id"]})
            """,
    },
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
        "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-templates.html",
    ),
    aggregate="{count} functions may do something that their code never does: {names}",
)

_DOES = {
    EdgeKind.INVOKES: "invoke",
    EdgeKind.PUBLISHES: "send to",
    EdgeKind.STARTS: "start",
    EdgeKind.READS: "read from",
    EdgeKind.WRITES: "write to",
}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    # What one function may do with one thing is told of at once.
    found: dict[tuple[str, str], list[tuple[Edge, list[Function]]]] = {}
    for edge, functions in architecture.unused_grants():
        place = edge.at()
        key = (f"{place.path}:{place.span}", edge.target.id)
        found.setdefault(key, []).append((edge, functions))
    for items in found.values():
        edge, functions = items[0]
        does = " and ".join(dict.fromkeys(_DOES[each.kind] for each, _ in items))
        code = [
            function.in_code(facts.handler_place, "never does so")
            for function in functions
            for facts in [function.source]
            if isinstance(facts, Facts) and facts.handler_place is not None
        ]
        yield rule.finding(
            f"{listed(each.name for each in functions)} may {does} '{edge.target.title}', "
            f"and its code never does",
            at=edge.at(label="grants it"),
            related=code,
            why="what nobody needs is of use only to somebody who should not have it",
            remediation=f"""
                # take away from {listed(each.name for each in functions)}:
                {", ".join(dict.fromkeys(action for each, _ in items for action in each.actions))}
                """,
            evidence=Evidence.GRANTED,
            about=[functions[0].name, edge.target.title],
        )

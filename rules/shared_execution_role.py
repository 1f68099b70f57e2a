"""A role that several functions act in, and that lets each do what only another needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Evidence, Pillar, Role, Rule, Severity, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Finding, Function, Node, NotJudged

rule = Rule(
    id="SEC021",
    name="shared-execution-role",
    pillar=Pillar.SECURITY,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=Role,
    summary="functions with different needs share one role",
    rationale="""
        A role that several functions share holds what any of them needs, so that each may do what
        only its neighbours have to do: a flaw in the least of them opens all that the
        role opens. With every new function the role grows, and nobody dares to take anything out.
        """,
    remediation="""
        Give each function a role of its own. SAM makes one where a function has `Policies` instead
        of `Role`.
        """,
    when_to_ignore="""
        The functions are one piece of software that is deployed in several parts.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::DynamoDB::Table
            Properties: {KeySchema: []}
          Bills:
            Type: AWS::DynamoDB::Table
            Properties: {KeySchema: []}
          Everything:  # <-- 'Everything' is shared by 2 functions
            Type: AWS::IAM::Role
            Properties:
              AssumeRolePolicyDocument: {}
              Policies:
                - PolicyName: tables
                  PolicyDocument:
                    Statement:
                      - Effect: Allow
                        Action: [dynamodb:GetItem, dynamodb:PutItem]
                        Resource: [!GetAtt Orders.Arn, !GetAtt Bills.Arn]
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Role: !GetAtt Everything.Arn
              Environment: {Variables: {TABLE: !Ref Orders}}
          Bill:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: bill/
              Role: !GetAtt Everything.Arn
              Environment: {Variables: {TABLE: !Ref Bills}}
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::DynamoDB::Table
            Properties: {KeySchema: []}
          Bills:
            Type: AWS::DynamoDB::Table
            Properties: {KeySchema: []}
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Policies: [DynamoDBCrudPolicy: {TableName: !Ref Orders}]
              Environment: {Variables: {TABLE: !Ref Orders}}
          Bill:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: bill/
              Policies: [DynamoDBCrudPolicy: {TableName: !Ref Bills}]
              Environment: {Variables: {TABLE: !Ref Bills}}
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    ),
    aggregate="{count} roles are shared by functions with different needs: {names}",
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    sharing: dict[str, list[Function]] = {}
    for function in architecture.functions():
        role = architecture.node_of(function.role, "role", function)
        if isinstance(role, Role):
            sharing.setdefault(role.id, []).append(function)
    for id_, functions in sharing.items():
        role = architecture.node(id_)
        if len(functions) > 1 and isinstance(role, Role):
            found = _difference(architecture, functions)
            if found is not None:
                yield _finding(role, functions, *found)


def _difference(
    architecture: Architecture, functions: Sequence[Function]
) -> tuple[Function, Function, Node] | None:
    """Return a function, another, and what is granted to both and named by the first alone."""
    granted = {edge.target.id for edge in architecture.grants(functions[0])}
    used = [(function, _used(architecture, function, granted)) for function in functions]
    for first, own in used:
        for other, others in used:
            # A function that names nothing may have its names from anywhere.
            if other is first or not others:
                continue
            for id_, node in own.items():
                if id_ not in others:
                    return first, other, node
    return None


def _used(architecture: Architecture, function: Function, granted: set[str]) -> dict[str, Node]:
    """Return what a function's environment or code names of what its role grants."""
    if isinstance(function.environment, Unknown):
        return {}
    edges = [
        *architecture.environment_references(function),
        *(edge for edge in architecture.calls(function) if edge.evidence is Evidence.PROVED),
    ]
    return {edge.target.id: edge.target for edge in edges if edge.target.id in granted}


def _finding(
    role: Role, functions: Sequence[Function], first: Function, other: Function, node: Node
) -> Finding:
    return rule.finding(
        f"'{role.name}' is shared by {len(functions)} functions: '{other.name}' may use "
        f"'{node.name}', which only others such as '{first.name}' name",
        at=role.at(label=f"shared by {len(functions)} functions"),
        related=[function.at("Role", label="acts in this role") for function in functions[:8]],
        evidence=Evidence.GRANTED,
        why="a flaw in one function opens what all the others need",
        remediation=f"""
            {other.name}:
              Properties:
                {
            "Policies: []  # what this function needs, instead of Role"
            if other.is_sam
            else "Role: <a role of its own, with what this function needs>"
        }
            """,
    )

"""A deployment of a REST API that does not wait for what it deploys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    ApiDeployment,
    Change,
    Confidence,
    Fix,
    Pillar,
    RestApi,
    Rule,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Data,
        Finding,
        Node,
        Route,
    )

rule = Rule(
    id="API006",
    name="deployment-before-methods",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=ApiDeployment,
    summary="deployment of a REST API does not wait for its methods",
    rationale="""
        A deployment is a picture of the API at the moment when it is made. CloudFormation makes
        resources that do not name each other side by side: without `DependsOn`, the deployment may
        come first, and fails because the API has no methods yet, or goes live without some of
        them.
        """,
    remediation="""
        Name the methods in the deployment's `DependsOn`.
        """,
    when_to_ignore="""
        The deployment is renamed whenever the API changes and the first failure was retried.
        """,
    bad="""
        Resources:
          Api:
            Type: AWS::ApiGateway::RestApi
            Properties: {Name: orders}
          Get:
            Type: AWS::ApiGateway::Method
            Properties:
              RestApiId: !Ref Api
              ResourceId: !GetAtt Api.RootResourceId
              HttpMethod: GET
              AuthorizationType: AWS_IAM
              Integration: {Type: MOCK}
          Deployment:  # <-- 'Deployment' does not wait for 'Get'
            Type: AWS::ApiGateway::Deployment
            Properties: {RestApiId: !Ref Api, StageName: live}
        """,
    good="""
        Resources:
          Api:
            Type: AWS::ApiGateway::RestApi
            Properties: {Name: orders}
          Get:
            Type: AWS::ApiGateway::Method
            Properties:
              RestApiId: !Ref Api
              ResourceId: !GetAtt Api.RootResourceId
              HttpMethod: GET
              AuthorizationType: AWS_IAM
              Integration: {Type: MOCK}
          Deployment:
            Type: AWS::ApiGateway::Deployment
            DependsOn: Get
            Properties: {RestApiId: !Ref Api, StageName: live}
        """,
    references=(
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-deployment.html",
    ),
)

_MOST = 1_000
"""Resources that are followed from one deployment."""
_SHOWN = 5


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for deployment in architecture.all(ApiDeployment):
        api = architecture.node_of(deployment.get("RestApiId"))
        if deployment.is_generated or not isinstance(api, RestApi) or api.get("Body") is not None:
            continue
        owner = deployment.resource.owner
        methods = [route for route in api.routes if route.type and route.resource.owner == owner]
        if not methods:
            continue
        waited = _waits_for(architecture, deployment)
        missing = [route.name for route in methods if route.name not in waited]
        if missing and len(missing) == len(methods):
            yield _finding(deployment, missing, methods)


def _waits_for(architecture: Architecture, start: Node) -> set[str]:
    """Return the logical ids that CloudFormation makes before a resource."""
    found: set[str] = set()
    pending = [start]
    while pending and len(found) < _MOST:
        resource = pending.pop().resource
        named = _named(resource.properties) | _names(resource.attributes.get("DependsOn"))
        for name in named - found:
            found.add(name)
            node = architecture.node(f"{start.resource.owner}#{name}")
            if node is not None:
                pending.append(node)
    return found


def _named(data: object) -> set[str]:
    """Return the logical ids that references in a property name."""
    found: set[str] = set()
    pending = [data]
    for _ in range(_MOST):
        if not pending:
            break
        item = pending.pop()
        if isinstance(item, list):
            pending += item
        elif isinstance(item, dict):
            for key, value in item.items():
                if key == "Ref" and isinstance(value, str):
                    found.add(value)
                elif key == "Fn::GetAtt":
                    name = value[0] if isinstance(value, list) and value else value
                    found.add(str(name).partition(".")[0])
                elif key == "Fn::Sub":
                    text = value[0] if isinstance(value, list) and value else value
                    found |= {
                        part.partition("}")[0].partition(".")[0]
                        for part in str(text).split("${")[1:]
                    }
                else:
                    pending.append(value)
    return found


def _names(value: object) -> set[str]:
    if isinstance(value, str):
        return {value}
    return {item for item in value if isinstance(item, str)} if isinstance(value, list) else set()


def _finding(deployment: ApiDeployment, missing: list[str], methods: list[Route]) -> Finding:
    shown = ", ".join(f"'{name}'" for name in missing[:_SHOWN])
    more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
    names = "\n".join(f"    - {name}" for name in missing)
    return rule.finding(
        f"'{deployment.name}' does not wait for {shown}{more}",
        at=deployment.at(label="made as soon as the API exists"),
        related=[route.at(label="may be made later") for route in methods[:_SHOWN]],
        why="a deployment that is made before the methods fails, or leaves them out",
        remediation=f"{deployment.name}:\n  DependsOn:\n{names}",
        fix=_fix(deployment, missing),
    )


def _fix(deployment: ApiDeployment, missing: list[str]) -> Fix | None:
    place = deployment.at()
    written = deployment.resource.attributes.get("DependsOn")
    before = written if isinstance(written, list) else [] if written is None else [written]
    if len(place.pointer) != 2 or not all(isinstance(name, str) for name in before):
        return None
    names: list[Data] = [*(str(name) for name in before), *missing]
    change = Change(place.path, (*place.pointer, "DependsOn"), names)
    return Fix("Wait for the methods", (change,))

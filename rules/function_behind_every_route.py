"""One function that answers all the routes of an API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    Function,
    HttpApi,
    Pillar,
    RestApi,
    Route,
    Rule,
    Severity,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="API012",
    name="function-behind-every-route",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    applies_to=Function,
    summary="one function answers many unrelated routes",
    rationale="""
        A function that routes requests itself needs the permissions, the memory and the time of its
        most demanding route for all of them, is deployed for each change, and shows one metric
        for everything. For a small service that is a fair trade; it is worth a decision.
        """,
    remediation="""
        Give each resource of the API a function of its own, or keep the one on purpose and say so.
        """,
    when_to_ignore="""
        It is a web framework on purpose.
        """,
    aggregate="{count} functions answer many unrelated routes: {names}",
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Shop:  # <-- 'Shop' answers every route of its API
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: shop/
              Events:
                All:
                  Type: HttpApi
                  Properties: {Path: "/{proxy+}", Method: ANY}
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: orders/
              Events:
                Read:
                  Type: HttpApi
                  Properties: {Path: "/orders/{id}", Method: GET}
                Write:
                  Type: HttpApi
                  Properties: {Path: /orders, Method: POST}
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/concepts-event-driven-architectures.html",
    ),
    options={"routes": 8, "resources": 3},
)

_ADAPTERS = ("AWS_LAMBDA_EXEC_WRAPPER", "AWS_LWA_PORT", "PORT")
"""Variables of adapters that run a web framework on purpose."""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    most = architecture.option(rule, "routes")
    apart = architecture.option(rule, "resources")
    for function in architecture.all(Function):
        routes = {
            edge.declared_by.id: edge.declared_by
            for edge in architecture.incoming(function, EdgeKind.INVOKES)
            if isinstance(edge.declared_by, Route)
            and isinstance(edge.declared_by.api, (RestApi, HttpApi))
            and not edge.declared_by.is_preflight
        }
        if not routes or _is_adapter(function):
            continue
        paths = [route.route_path for route in routes.values()]
        known = [path for path in paths if isinstance(path, str)]
        first = {path.strip("/").partition("/")[0] for path in known}
        catches = any(_catches_all(route) for route in routes.values())
        if catches and first <= {"{proxy+}", "", "$default"}:
            message = f"'{function.name}' answers every route of its API"
        elif len(known) >= most and len(first) >= apart:
            message = f"'{function.name}' answers {len(known)} routes of {len(first)} resources"
        else:
            continue
        yield rule.finding(
            message,
            at=function.at(),
            related=[route.at(label="a route of it") for route in list(routes.values())[:3]],
            why="all routes share its permissions, memory, timeout and deployments",
            remediation="Split it by resource, with one function for each first path segment, "
            "or ignore this with the reason for one function.",
        )


def _catches_all(route: Route) -> bool:
    path = route.route_path
    return path == "$default" or (
        route.method == "ANY" and isinstance(path, str) and path.endswith("{proxy+}")
    )


def _is_adapter(function: Function) -> bool:
    """Tell whether a web framework is run on purpose."""
    variables = function.environment
    if isinstance(variables, Unknown) or any(name in variables for name in _ADAPTERS):
        return True
    layers = function.layers
    return isinstance(layers, list) and any("LambdaAdapter" in str(layer) for layer in layers)

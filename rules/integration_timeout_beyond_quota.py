"""An integration timeout that API Gateway refuses, or only takes after a quota was raised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    HttpApi,
    Pillar,
    RestApi,
    Route,
    Rule,
    Severity,
    WebSocketApi,
    limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Change, Finding, Integration

rule = Rule(
    id="API003",
    name="integration-timeout-beyond-quota",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Route,
    summary="integration timeout is outside what API Gateway accepts",
    rationale="""
        An HTTP or WebSocket API takes integration timeouts up to a fixed limit and refuses the
        deployment beyond it. A REST API with Regional or private endpoints may wait longer, but
        only in an account whose quota was raised, which may cost part of its throttle limit; an
        edge-optimized one may not.
        """,
    remediation="""
        Set the timeout within the limit, or take the long work off the request's path.
        """,
    when_to_ignore="""
        The account's quota was raised; the configuration can say so: `api-timeout`.
        """,
    bad="""
        Resources:
          Api:
            Type: AWS::ApiGatewayV2::Api
            Properties: {Name: orders, ProtocolType: HTTP}
          Report:
            Type: AWS::ApiGatewayV2::Integration
            Properties:
              ApiId: !Ref Api
              IntegrationType: HTTP_PROXY
              IntegrationMethod: GET
              IntegrationUri: https://report.example.com
              PayloadFormatVersion: "1.0"
              TimeoutInMillis: 60000  # <-- 'GET /report' asks for 60000 ms, HTTP APIs take 30000
          ReportRoute:
            Type: AWS::ApiGatewayV2::Route
            Properties:
              ApiId: !Ref Api
              RouteKey: GET /report
              AuthorizationType: AWS_IAM
              Target: !Sub integrations/${Report}
        """,
    good="""
        Resources:
          Api:
            Type: AWS::ApiGatewayV2::Api
            Properties: {Name: orders, ProtocolType: HTTP}
          Report:
            Type: AWS::ApiGatewayV2::Integration
            Properties:
              ApiId: !Ref Api
              IntegrationType: HTTP_PROXY
              IntegrationMethod: GET
              IntegrationUri: https://report.example.com
              PayloadFormatVersion: "1.0"
              TimeoutInMillis: 30000
          ReportRoute:
            Type: AWS::ApiGatewayV2::Route
            Properties:
              ApiId: !Ref Api
              RouteKey: GET /report
              AuthorizationType: AWS_IAM
              Target: !Sub integrations/${Report}
        """,
    references=(
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html",
    ),
)

_MILLISECONDS = 1_000
_LIMITS = {
    "REST": "rest-integration-wait",
    "HTTP": "http-integration-wait",
    "WEBSOCKET": "websocket-integration-wait",
}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    seen: set[tuple[str, tuple[str | int, ...]]] = set()
    for route in architecture.all(Route):
        api = route.api
        if not isinstance(api, (RestApi, HttpApi, WebSocketApi)):
            continue
        for integration in route.integrations:
            # Routes may share one integration.
            key = (integration.declared_by.id, integration.timeout_path)
            written = integration.timeout_ms
            # A streamed answer has a limit of its own, of minutes.
            if key in seen or not isinstance(written, int) or integration.streamed is not False:
                continue
            seen.add(key)
            most = int(limit(_LIMITS[api.protocol]).value * _MILLISECONDS)
            least = int(limit("rest-integration-wait-minimum").value * _MILLISECONDS)
            if least <= written <= most:
                continue
            yield from _finding(architecture, route, integration, most if written > most else least)


def _finding(
    architecture: Architecture, route: Route, integration: Integration, bound: int
) -> Iterator[Finding]:
    api, written = route.api, integration.timeout_ms
    severity, confidence, word, hint = Severity.ERROR, Confidence.HIGH, "", ""
    if isinstance(api, RestApi) and isinstance(written, int) and written > bound:
        raised = architecture.facts.api_timeout
        types = api.endpoint_types
        edge = isinstance(types, tuple) and "EDGE" in types
        if not edge:
            if raised is not None and written <= raised * _MILLISECONDS:
                return
            # The quota can be raised, which the files do not tell.
            severity, hint = Severity.INFO, "  # or have the account's quota raised"
            word = " without a raised quota"
        elif api.get("EndpointConfiguration") is None:
            # Nothing says that it is edge-optimized but the default.
            severity, confidence = Severity.WARNING, Confidence.MEDIUM
    protocol = "WebSocket" if api and api.protocol == "WEBSOCKET" else (api.protocol if api else "")
    key = integration.timeout_path[-1]
    yield rule.finding(
        f"'{route.label}' asks for {written} ms, {protocol} APIs take {bound}{word}",
        at=integration.declared_by.at(*integration.timeout_path, label=f"{written} ms"),
        related=[route.at(label="the route that waits")]
        if integration.declared_by is not route
        else [],
        why=f"API Gateway refuses an integration timeout beyond {bound} ms{word}",
        severity=severity,
        confidence=confidence,
        fix=_fix(
            f"Set {key} to {bound}",
            integration.declared_by.change((*integration.timeout_path,), bound),
        ),
        remediation=f"{key}: {bound}{hint}",
    )


def _fix(title: str, change: Change | None) -> Fix | None:
    return Fix(title, changes=(change,), safe=False) if change is not None else None

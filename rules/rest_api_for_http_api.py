"""A REST API that uses nothing that an HTTP API lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Node,
    Pillar,
    RestApi,
    Rule,
    Severity,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, Integration, Route

rule = Rule(
    id="API011",
    name="rest-api-for-http-api",
    pillar=Pillar.COST,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=RestApi,
    summary="REST API uses nothing that an HTTP API lacks",
    rationale="""
        An HTTP API answers sooner than a REST API and costs less than a third for each request. It
        has no API keys, request validation, caching, mapping templates, resource policies,
        private endpoints, canaries or X-Ray; who uses none of these pays for nothing.
        """,
    remediation="""
        Declare it as `AWS::Serverless::HttpApi` (events of type `HttpApi`). The events that the
        functions get look different unless the payload format stays "1.0", and the address changes.
        """,
    when_to_ignore="""
        Clients are bound to the address, or a firewall or a usage plan is to come.
        """,
    aggregate="{count} REST APIs use nothing that an HTTP API lacks: {names}",
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Api:  # <-- 'Api' uses nothing that an HTTP API lacks
            Type: AWS::Serverless::Api
            Properties:
              StageName: live
          Orders:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: orders/
              Events:
                Get:
                  Type: Api
                  Properties: {RestApiId: !Ref Api, Path: /orders, Method: get}
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Api:
            Type: AWS::Serverless::Api
            Properties:
              StageName: live
              TracingEnabled: true
          Orders:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: orders/
              Events:
                Get:
                  Type: Api
                  Properties: {RestApiId: !Ref Api, Path: /orders, Method: get}
        """,
    references=(
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html",
    ),
)

_OWN = (
    "ApiKeySourceType", "Policy", "MinimumCompressionSize", "BinaryMediaTypes", "BodyS3Location",
    "CloneFrom",
)  # fmt: skip
"""Properties of a REST API that ask for something an HTTP API lacks, or hide what it does."""
_BODY = (
    "x-amazon-apigateway-policy",
    "x-amazon-apigateway-request-validator",
    "x-amazon-apigateway-request-validators",
    "x-amazon-apigateway-gateway-responses",
    "x-amazon-apigateway-binary-media-types",
)
_OPERATION = ("x-amazon-apigateway-request-validator", "RequestValidatorId", "RequestModels")
_STAGE = ("CanarySetting", "ClientCertificateId")
_ELSEWHERE = frozenset(
    {
        "AWS::ApiGateway::GatewayResponse",
        "AWS::ApiGateway::RequestValidator",
        "AWS::ApiGateway::Model",
        "AWS::ApiGateway::UsagePlan",
        "AWS::ApiGateway::ApiKey",
        "AWS::WAFv2::WebACLAssociation",
        "AWS::WAFRegional::WebACLAssociation",
    }
)
"""Resources beside an API that only a REST API can use."""
_PASSED_ON = frozenset({"AWS_PROXY", "HTTP_PROXY"})


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    if any(node.type in _ELSEWHERE for node in architecture.all(Node)):
        return
    for api in architecture.all(RestApi):
        if not api.routes or _needs(api) or not all(_is_plain(route) for route in api.routes):
            continue
        yield rule.finding(
            f"{_named(api)} uses nothing that an HTTP API lacks",
            at=api.at(),
            why="an HTTP API does the same for less than a third of the price of a request",
            remediation="Type: AWS::Serverless::HttpApi  # and events of type HttpApi"
            if api.is_sam
            else "Type: AWS::ApiGatewayV2::Api  # with ProtocolType: HTTP",
        )


def _named(api: RestApi) -> str:
    return "the implicit API" if api.is_generated else f"'{api.name}'"


def _needs(api: RestApi) -> bool:
    """Tell whether an API or a stage of it has what only REST APIs have, or may have."""
    if any(api.get(key) is not None for key in _OWN):
        return True
    body = api.get("Body")
    if isinstance(body, Unknown) or (
        isinstance(body, dict) and any(body.get(key) is not None for key in _BODY)
    ):
        return True
    # The default is edge-optimized; what is written is meant.
    if api.get("EndpointConfiguration") is not None and api.endpoint_types != ("REGIONAL",):
        return True
    for stage in api.stages:
        settings = stage.items("MethodSettings")
        used = (
            any(stage.get(key) is not None for key in _STAGE)
            or stage.tracing is not False
            or stage.caches is not False
            or isinstance(settings, Unknown)
            or any(
                not isinstance(item, dict)
                or item.get("LoggingLevel", "OFF") != "OFF"
                or item.get("DataTraceEnabled")
                or item.get("CachingEnabled")
                for item in settings
            )
        )
        if used:
            return True
    return False


def _is_plain(route: Route) -> bool:
    """Tell whether a route does what HTTP APIs can do as well."""
    if route.is_preflight:
        return True
    authorization = route.authorization
    if isinstance(authorization.kind, Unknown) or authorization.api_key is not False:
        return False
    if any(route.get(key) is not None for key in _OPERATION):
        return False
    required = route.get("RequestParameters")
    if isinstance(required, dict) and True in required.values():
        return False
    return route.integration is not None and _is_passed_on(route.integration)


def _is_passed_on(integration: Integration) -> bool:
    return (
        integration.type in _PASSED_ON
        and integration.timeout_ms is None
        and integration.streamed is False
        and not integration.asynchronous
    )

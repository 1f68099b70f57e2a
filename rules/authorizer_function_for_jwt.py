"""A Lambda authorizer that seems to check what the API can check itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Authorizer,
    Confidence,
    EdgeKind,
    Function,
    HttpApi,
    Pillar,
    Rule,
    Severity,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, Value

rule = Rule(
    id="API014",
    name="authorizer-function-for-jwt",
    pillar=Pillar.COST,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    applies_to=Authorizer,
    summary="function authorizes for an HTTP API what looks like a JWT",
    rationale="""
        HTTP APIs check tokens of Cognito and of any OpenID provider themselves, for nothing and
        without a function that may be slow, cold or wrong.
        """,
    remediation="""
        Use a JWT authorizer with the issuer and the audience.
        """,
    when_to_ignore="""
        The function decides by more than the token's signature, audience and scopes.
        """,
    aggregate="{count} authorizers seem to check what an HTTP API checks itself: {names}",
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Api:
            Type: AWS::Serverless::HttpApi
            Properties:
              Auth:
                DefaultAuthorizer: Ask
                Authorizers:
                  Ask:  # <-- 'Ask' asks 'Check', which knows an issuer of tokens
                    FunctionArn: !GetAtt Check.Arn
                    AuthorizerPayloadFormatVersion: "2.0"
                    Identity:
                      Headers: [Authorization]
          Check:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: check/
              Environment:
                Variables: {ISSUER: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a1"}
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Api:
            Type: AWS::Serverless::HttpApi
            Properties:
              Auth:
                DefaultAuthorizer: Users
                Authorizers:
                  Users:
                    IdentitySource: $request.header.Authorization
                    JwtConfiguration: {issuer: "https://login.example.com", audience: [orders]}
        """,
    references=(
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html",
    ),
)

_ISSUERS = (
    "cognito-idp.",
    ".auth0.com",
    ".okta.com",
    "login.microsoftonline.com",
    "/.well-known/jwks.json",
    "/.well-known/openid-configuration",
)
_SOURCE = "$request.header.authorization"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for authorizer in architecture.all(Authorizer):
        api = authorizer.api
        if authorizer.kind != "lambda" or not isinstance(api, HttpApi):
            continue
        if _sources(authorizer) != [_SOURCE]:
            continue
        for edge in architecture.outgoing(api, EdgeKind.INVOKES):
            function = edge.target
            if edge.declared_by is not authorizer or not isinstance(function, Function):
                continue
            variables = function.environment
            issuers = (
                [name for name, value in variables.items() if _is_issuer(value)]
                if isinstance(variables, dict)
                else []
            )
            if issuers:
                yield rule.finding(
                    f"'{authorizer.name}' asks '{function.name}', which knows an issuer of tokens",
                    at=authorizer.at(),
                    related=[function.at("Environment", label=f"the issuer in '{issuers[0]}'")],
                    why="an HTTP API checks JWTs itself, without a function",
                    remediation="JwtConfiguration: {issuer: …, audience: […]}",
                )


def _sources(authorizer: Authorizer) -> list[str]:
    """Return what the authorizer's answer depends on, in lower case."""
    for path in (("x-amazon-apigateway-authorizer", "identitySource"), ("IdentitySource",)):
        found = authorizer.items(*path)
        if isinstance(found, list) and found:
            return [str(item).lower() for item in found]
    return []


def _is_issuer(value: Value) -> bool:
    parts = value.parts if isinstance(value, Text) else (value,)
    return any(isinstance(part, str) and mark in part for part in parts for mark in _ISSUERS)

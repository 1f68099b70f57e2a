"""A Lambda authorizer that is asked for every single request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Authorizer,
    Confidence,
    HttpApi,
    Pillar,
    RestApi,
    Rule,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="API009",
    name="authorizer-without-cache",
    pillar=Pillar.PERFORMANCE,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=Authorizer,
    summary="answers of a Lambda authorizer are not cached",
    rationale="""
        With a time to live of zero the authorizer runs before every request: each waits for two
        functions, both are paid for, and both take from the same concurrency.
        """,
    remediation="""
        Cache the answers for some minutes, with the identity sources as the key.
        """,
    when_to_ignore="""
        The answer depends on more than the identity sources, or a withdrawn right has to count at
        once.
        """,
    aggregate="{count} authorizers are asked for every single request: {names}",
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Api:
            Type: AWS::Serverless::HttpApi
            Properties:
              Auth:
                DefaultAuthorizer: Ask
                Authorizers:
                  Ask:  # <-- 'Ask' is asked for every single request
                    FunctionArn: !GetAtt Check.Arn
                    AuthorizerPayloadFormatVersion: "2.0"
                    Identity:
                      Headers: [Authorization]
                      ReauthorizeEvery: 0
          Check:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: check/
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Api:
            Type: AWS::Serverless::HttpApi
            Properties:
              Auth:
                DefaultAuthorizer: Ask
                Authorizers:
                  Ask:
                    FunctionArn: !GetAtt Check.Arn
                    AuthorizerPayloadFormatVersion: "2.0"
                    Identity:
                      Headers: [Authorization]
                      ReauthorizeEvery: 300
          Check:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: check/
        """,
    references=(
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for authorizer in architecture.all(Authorizer):
        # Of a WebSocket API only the connection is authorized, and nothing is ever cached.
        if authorizer.kind != "lambda" or not isinstance(authorizer.api, (RestApi, HttpApi)):
            continue
        if authorizer.cache_seconds == 0:
            yield rule.finding(
                f"'{authorizer.name}' is asked for every single request",
                at=authorizer.at(*authorizer.cache_path, label="answers are not kept"),
                why="every request waits for the authorizer first, which is paid for as well",
                remediation="ReauthorizeEvery: 300"
                if authorizer.is_sam
                else "AuthorizerResultTtlInSeconds: 300",
            )

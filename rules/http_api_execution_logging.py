"""Execution logs that are asked of an HTTP API, which has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    ApiStage,
    Confidence,
    Fix,
    HttpApi,
    Pillar,
    Rule,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Change, Finding

rule = Rule(
    id="API007",
    name="http-api-execution-logging",
    pillar=Pillar.OPERATIONS,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=ApiStage,
    summary="stage of an HTTP API asks for execution logs",
    rationale="""
        HTTP APIs write access logs only. API Gateway refuses a stage of one that sets a logging
        level or data tracing: "Execution logs are not supported on protocolType HTTP".
        """,
    remediation="""
        Remove LoggingLevel and DataTraceEnabled, and set AccessLogSettings.
        """,
    when_to_ignore="""
        Never: the deployment is refused.
        """,
    bad="""
        Resources:
          Api:
            Type: AWS::ApiGatewayV2::Api
            Properties: {Name: orders, ProtocolType: HTTP}
          Live:
            Type: AWS::ApiGatewayV2::Stage
            Properties:
              ApiId: !Ref Api
              StageName: live
              AutoDeploy: true
              DefaultRouteSettings:
                LoggingLevel: INFO  # <-- 'Live' asks for execution logs of the HTTP API 'Api'
        """,
    good="""
        Resources:
          Api:
            Type: AWS::ApiGatewayV2::Api
            Properties: {Name: orders, ProtocolType: HTTP}
          Live:
            Type: AWS::ApiGatewayV2::Stage
            Properties:
              ApiId: !Ref Api
              StageName: live
              AutoDeploy: true
              DefaultRouteSettings: {DetailedMetricsEnabled: true}
              AccessLogSettings:
                DestinationArn: arn:aws:logs:eu-west-1:123456789012:log-group:orders
                Format: $context.requestId $context.status
        """,
    references=(
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html",
    ),
)

_LEVELS = frozenset({"ERROR", "INFO"})


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for stage in architecture.all(ApiStage):
        if not isinstance(stage.api, HttpApi):
            continue
        places: list[tuple[str, ...]] = [("DefaultRouteSettings",)]
        routes = stage.mapping("RouteSettings")
        places += [("RouteSettings", key) for key in (routes if isinstance(routes, dict) else ())]
        for place in places:
            path = _asked(stage, place)
            if path is not None:
                yield rule.finding(
                    f"'{stage.name}' asks for execution logs of the HTTP API '{stage.api.name}'",
                    at=stage.at(*path, label="not supported for HTTP APIs"),
                    why="API Gateway refuses the stage; HTTP APIs write access logs only",
                    fix=_fix(f"Remove {path[-1]}", stage.removal(*path)),
                    remediation=f"Remove {'.'.join(path)} and set AccessLogSettings instead.",
                    about=[stage.name, *place],
                )


def _asked(stage: ApiStage, place: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the property that asks for execution logs."""
    level = stage.get(*place, "LoggingLevel")
    if isinstance(level, str) and level.upper() in _LEVELS:
        return (*place, "LoggingLevel")
    return (*place, "DataTraceEnabled") if stage.get(*place, "DataTraceEnabled") is True else None


def _fix(title: str, change: Change | None) -> Fix | None:
    return Fix(title, changes=(change,), safe=True) if change is not None else None

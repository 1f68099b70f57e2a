"""A stage that writes whole requests and answers into its log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    ApiStage,
    Confidence,
    Fix,
    Pillar,
    RestApi,
    Rule,
    Severity,
    WebSocketApi,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Change, Finding

rule = Rule(
    id="API008",
    name="api-logs-whole-requests",
    pillar=Pillar.SECURITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=ApiStage,
    summary="stage writes whole requests and answers into its log",
    rationale="""
        Data tracing logs bodies, headers and query strings of every request: passwords, personal
        data and tokens end up in CloudWatch Logs, for as long as the log is kept, readable by
        whoever may read logs. AWS advises against it in production.
        """,
    remediation="""
        Turn data tracing off; an access log with chosen fields is enough to find out who called.
        """,
    when_to_ignore="""
        The API carries nothing personal, or the stage is for debugging.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Api:
            Type: AWS::Serverless::Api
            Properties:
              StageName: live
              MethodSettings:
                - HttpMethod: "*"
                  ResourcePath: "/*"
                  DataTraceEnabled: true  # <-- 'Api' logs whole requests
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Api:
            Type: AWS::Serverless::Api
            Properties:
              StageName: live
              MethodSettings:
                - HttpMethod: "*"
                  ResourcePath: "/*"
                  LoggingLevel: ERROR
                  DataTraceEnabled: false
        """,
    references=(
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-stage-methodsetting.html",
    ),
    options={
        "debugging_stages": (
            "alpha",
            "debug",
            "dev",
            "develop",
            "development",
            "local",
            "sandbox",
            "test",
            "testing",
        )
    },
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    debugging = architecture.option(rule, "debugging_stages", tuple)
    for stage in architecture.all(ApiStage):
        if not isinstance(stage.api, (RestApi, WebSocketApi)):
            continue
        for path in _places(stage):
            if stage.flag(*path, "DataTraceEnabled") is not True:
                continue
            # Without execution logs there is nothing to add the data to.
            if stage.get(*path, "LoggingLevel") == "OFF":
                continue
            name = stage.get("StageName")
            named = isinstance(name, str) and name.lower() in debugging
            # Who decides it by a condition means some of the stages only.
            chosen = "Fn::If" in stage.at(*path, "DataTraceEnabled").pointer
            yield rule.finding(
                f"'{stage.name}' logs whole requests and answers",
                at=stage.at(*path, "DataTraceEnabled", label="bodies, headers, query strings"),
                why="personal data and tokens of every caller end up in CloudWatch Logs",
                severity=Severity.INFO if named or chosen else Severity.WARNING,
                fix=_fix(
                    "Turn data tracing off",
                    stage.change(
                        (
                            *path,
                            "DataTraceEnabled",
                        ),
                        value=False,
                    ),
                ),
                remediation="DataTraceEnabled: false",
                about=[stage.name],
            )
            break


def _places(stage: ApiStage) -> list[tuple[str | int, ...]]:
    """Return where settings of methods or routes stand."""
    methods = stage.items("MethodSettings")
    routes = stage.mapping("RouteSettings")
    places: list[tuple[str | int, ...]] = [("DefaultRouteSettings",)]
    places += [
        ("MethodSettings", index)
        for index, _ in enumerate(methods if isinstance(methods, list) else ())
    ]
    places += [("RouteSettings", key) for key in (routes if isinstance(routes, dict) else ())]
    return places


def _fix(title: str, change: Change | None) -> Fix | None:
    return Fix(title, changes=(change,), safe=False) if change is not None else None

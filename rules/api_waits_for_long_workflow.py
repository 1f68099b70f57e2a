"""An Express workflow that may take longer than the API that waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    Pillar,
    Route,
    Rule,
    Severity,
    StateMachine,
    Unknown,
    limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="API010",
    name="api-waits-for-long-workflow",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=StateMachine,
    summary="workflow that an API waits for may take longer than the API waits",
    rationale="""
        An API that starts a workflow and waits gives up with its own limit, half a minute at most,
        while an Express workflow may take five. The client gets an error and the workflow goes
        on; whoever tries again starts a second one.
        """,
    remediation="""
        Start it with `StartExecution`, answer at once, and let the client ask for the outcome; or
        bound the tasks so that their sum fits.
        """,
    when_to_ignore="""
        The long way through the workflow is one that API calls never take.
        """,
    bad="""
        Resources:
          Api:
            Type: AWS::ApiGatewayV2::Api
            Properties: {Name: orders, ProtocolType: HTTP}
          Order:
            Type: AWS::ApiGatewayV2::Route
            Properties:
              ApiId: !Ref Api
              RouteKey: POST /orders
              AuthorizationType: AWS_IAM
              Target: !Sub integrations/${Start}
          Start:
            Type: AWS::ApiGatewayV2::Integration
            Properties:
              ApiId: !Ref Api
              IntegrationType: AWS_PROXY
              IntegrationSubtype: StepFunctions-StartSyncExecution
              PayloadFormatVersion: "1.0"
              CredentialsArn: arn:aws:iam::123456789012:role/api
              RequestParameters:
                StateMachineArn: !Ref Checkout  # <-- 'Checkout' may take 120 s but 'POST /orders'
                Input: $request.body
          Checkout:
            Type: AWS::StepFunctions::StateMachine
            Properties:
              RoleArn: arn:aws:iam::123456789012:role/checkout
              StateMachineType: EXPRESS
              Definition:
                StartAt: Pause
                States:
                  Pause: {Type: Wait, Seconds: 120, Next: Done}
                  Done: {Type: Succeed}
        """,
    good="""
        Resources:
          Api:
            Type: AWS::ApiGatewayV2::Api
            Properties: {Name: orders, ProtocolType: HTTP}
          Order:
            Type: AWS::ApiGatewayV2::Route
            Properties:
              ApiId: !Ref Api
              RouteKey: POST /orders
              AuthorizationType: AWS_IAM
              Target: !Sub integrations/${Start}
          Start:
            Type: AWS::ApiGatewayV2::Integration
            Properties:
              ApiId: !Ref Api
              IntegrationType: AWS_PROXY
              IntegrationSubtype: StepFunctions-StartSyncExecution
              PayloadFormatVersion: "1.0"
              CredentialsArn: arn:aws:iam::123456789012:role/api
              RequestParameters:
                StateMachineArn: !Ref Checkout
                Input: $request.body
          Checkout:
            Type: AWS::StepFunctions::StateMachine
            Properties:
              RoleArn: arn:aws:iam::123456789012:role/checkout
              StateMachineType: EXPRESS
              Definition:
                StartAt: Pause
                States:
                  Pause: {Type: Wait, Seconds: 5, Next: Done}
                  Done: {Type: Succeed}
        """,
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-express-synchronous.html",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html",
    ),
)

_KEYS = {"REST": "rest-integration-wait", "HTTP": "http-integration-wait"}
_MILLISECONDS = 1_000


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        if machine.is_express is not True or machine.workflow is None:
            continue
        for edge in architecture.incoming(machine, EdgeKind.STARTS):
            route = edge.declared_by
            synchronous = any(a.lower() == "states:startsyncexecution" for a in edge.actions)
            if not synchronous or not isinstance(route, Route):
                continue
            seconds = _waits(route)
            longest, states = architecture.longest_run(machine)
            whole = machine.workflow.timeout
            if isinstance(whole, (int, float)):
                longest = min(longest, whole)
            if seconds is not None and longest > seconds:
                yield rule.finding(
                    f"'{machine.name}' may take {longest:g} s but '{route.label}' waits "
                    f"{seconds:g} s",
                    at=edge.at(label="starts it and waits"),
                    related=[state.at(label="takes a part of it") for state in states[:5]],
                    why="the client gets an error while the workflow goes on, and may try again",
                    remediation="Start it with StartExecution, answer with the execution's ARN, "
                    "and let the client ask for the outcome.",
                    about=[machine.name, route.label],
                )


def _waits(route: Route) -> float | None:
    """Return how long a route waits, in seconds."""
    key = _KEYS.get(route.api.protocol) if route.api else None
    if key is None or route.integration is None:
        return None
    written = route.integration.timeout_ms
    if isinstance(written, Unknown):
        return None
    return limit(key).value if written is None else written / _MILLISECONDS

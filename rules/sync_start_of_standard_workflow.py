"""A Standard state machine that somebody wants to start and wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    Evidence,
    Function,
    Mode,
    Pillar,
    Rule,
    Severity,
    StateMachine,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding

rule = Rule(
    id="API004",
    name="sync-start-of-standard-workflow",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="workflow of the Standard type is started with StartSyncExecution",
    rationale="""
        Only Express workflows can be started and waited for. Step Functions refuses
        `StartSyncExecution` for a Standard one, so every request fails.
        """,
    remediation="""
        Make the state machine an Express one where it ends within five minutes and may run without
        a recorded history; else start it with `StartExecution` and let the client ask again.
        """,
    when_to_ignore="""
        Never: the call cannot succeed.
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
                StateMachineArn: !Ref Checkout  # <-- 'Api' waits for 'Checkout', a Standard
                Input: $request.body
          Checkout:
            Type: AWS::StepFunctions::StateMachine
            Properties:
              RoleArn: arn:aws:iam::123456789012:role/checkout
              DefinitionString: '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
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
              DefinitionString: '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
        """,
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        if machine.is_express is not False:
            continue
        for edge in architecture.incoming(machine, EdgeKind.STARTS):
            if _waits(edge):
                yield _finding(machine, edge)


def _waits(edge: Edge) -> bool:
    """Tell whether an edge starts a machine with StartSyncExecution."""
    # A grant says what may be called, not that it is; pipes have a rule of their own.
    calls = any(action.lower() == "states:startsyncexecution" for action in edge.actions)
    return calls and edge.mode is Mode.SYNCHRONOUS and edge.evidence >= Evidence.PROVED


def _finding(machine: StateMachine, edge: Edge) -> Finding:
    key = "Type" if machine.is_sam else "StateMachineType"
    severity = Severity.WARNING if isinstance(edge.source, Function) else Severity.ERROR
    return rule.finding(
        f"'{edge.source.title}' waits for '{machine.name}', a Standard state machine",
        at=edge.at(label=edge.via or "StartSyncExecution"),
        related=[machine.at("StateMachineType", label="Standard, which is started and left alone")],
        why="Step Functions refuses StartSyncExecution for Standard workflows, always",
        severity=severity,
        evidence=edge.evidence,
        remediation=f"""
{machine.name}:
  Properties:
    {key}: EXPRESS  # ends within five minutes, logs instead of a history
# or start it with StartExecution and answer at once
""",
    )

"""Task calls an API of API Gateway without saying who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
        State,
    )

rule = Rule(
    id="WFL049",
    name="api-called-without-authorization",
    pillar=Pillar.SECURITY,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=StateMachine,
    summary="task calls an API of API Gateway without saying who it is",
    rationale="""
        Unless AuthType says otherwise an apigateway:invoke task calls the API like anybody on the
        internet, so that the API has to be open to anybody. With IAM_ROLE the call is signed with
        the role of the state machine, or with RESOURCE_POLICY admitted by the API's policy.
        """,
    remediation="""
        Set AuthType to IAM_ROLE, protect the method with AWS_IAM and allow execute-api:Invoke.
        """,
    when_to_ignore="""
        The API is meant for everybody.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Ask
            States:
              Ask:  # <-- 'Ask' calls an API without authorization
                Type: Task
                Resource: arn:aws:states:::apigateway:invoke
                Parameters:
                  ApiEndpoint: ${Api}.execute-api.eu-west-1.amazonaws.com
                  Method: GET
                End: true
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Charge
            States:
              Charge:
                Type: Task
                Resource: arn:aws:states:::lambda:invoke
                Parameters:
                  FunctionName: ${Function}
                  Payload.$: $
                ResultSelector:
                  paid.$: $.Payload.paid
                Retry:
                  - ErrorEquals:
                      - Lambda.ServiceException
                      - Lambda.AWSLambdaException
                      - Lambda.SdkClientException
                      - Lambda.TooManyRequestsException
                    MaxAttempts: 5
                    JitterStrategy: FULL
                Catch:
                  - ErrorEquals: [States.ALL]
                    Next: Failed
                End: true
              Failed:
                Type: Fail
                Error: NotDone
                Cause: the work could not be done
            """,
    },
    references=("https://docs.aws.amazon.com/step-functions/latest/dg/connect-api-gateway.html",),
)

_PROOFS = {"authorization", "x-api-key"}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for task in architecture.workflow_tasks(machine):
            call, state = task.call, task.state
            if call.service != "apigateway" or call.action != "invoke":
                continue
            kind = call.argument("AuthType")
            if not isinstance(call.arguments, dict) or not (
                kind is None or kind.value == "NO_AUTH"
            ):
                continue
            if _has_proof(state):
                continue
            place = state.workflow.at(kind.pointer) if kind else state.at(label="no AuthType")
            yield rule.finding(
                f"'{state.name}' calls an API without authorization",
                at=place,
                related=[state.at("Resource", label="an API of API Gateway")],
                why="the API has to be open to anybody for this call to succeed",
                remediation=f"""
                    # in {state.arguments_pointer[-1]} of {state.name}
                    "AuthType": "IAM_ROLE"
                    """,
                about=machine.about,
            )


def _has_proof(state: State) -> bool:
    for _, item in walk(state.arguments):
        if isinstance(item, dict) and any(
            key.removesuffix(".$").lower() in _PROOFS or key == "Headers.$" for key in item
        ):
            return True
    return False

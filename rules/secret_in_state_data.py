"""Secret becomes part of the data of an execution."""

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
        WorkflowTask,
    )

rule = Rule(
    id="WFL048",
    name="secret-in-state-data",
    pillar=Pillar.SECURITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="secret becomes part of the data of an execution",
    rationale="""
        What a task returns is input and output of states: it stands in the history of the
        execution for 90 days, readable for whoever may describe executions, and in the log where
        execution data are logged.
        """,
    remediation="""
        Let the function that needs the secret fetch it itself; for HTTP tasks keep it in a
        connection of EventBridge.
        """,
    when_to_ignore="""
        The value is no secret.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Key
            States:
              Key:  # <-- 'Key' puts a secret into the data of the execution
                Type: Task
                Resource: arn:aws:states:::aws-sdk:secretsmanager:getSecretValue
                Parameters: {SecretId: api-key}
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
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html",
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html",
    ),
)

_SECRETS = {"getSecretValue", "batchGetSecretValue", "getRandomPassword"}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for task in architecture.workflow_tasks(machine):
            state = task.state
            if not _reads_secret(task) or not _is_kept(state):
                continue
            yield rule.finding(
                f"'{state.name}' puts a secret into the data of the execution",
                at=state.at(label="returns a secret"),
                related=[state.at("Resource", label="what it calls")],
                why="it can be read in the history of the execution, and in logs with data",
                remediation="Fetch it in the function that uses it, or in a connection"
                " (AWS::Events::Connection) of an HTTP task.",
                about=machine.about,
            )


def _reads_secret(task: WorkflowTask) -> bool:
    call = task.call
    if call.service == "secretsmanager":
        return call.action in _SECRETS
    decrypts = call.argument("WithDecryption")
    return call.service == "ssm" and decrypts is not None and decrypts.value is True


def _is_kept(state: State) -> bool:
    if state.is_jsonata:
        output = state.data.get("Output", "$states.result")
        texts = [item for _, item in walk([output, state.data.get("Assign")])]
        return any(isinstance(item, str) and "$states.result" in item for item in texts)
    return state.data.get("ResultPath", "$") is not None

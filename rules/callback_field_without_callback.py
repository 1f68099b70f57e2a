"""Task passes its token or expects heartbeats but waits for no callback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    mentions_token,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
    )

rule = Rule(
    id="WFL021",
    name="callback-field-without-callback",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=StateMachine,
    summary="task passes its token or expects heartbeats but waits for no callback",
    rationale="""
        Only tasks that end in .waitForTaskToken, and activities, wait for somebody else. Any other
        task goes on with the answer of the service: its token is worth nothing to whoever gets it,
        and nobody sends the heartbeats that HeartbeatSeconds waits for.
        """,
    remediation="""
        Add .waitForTaskToken to the Resource, or leave the field out.
        """,
    when_to_ignore="""
        The token is only written down, to tell runs apart.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Ask
            States:
              Ask:
                Type: Task
                Resource: arn:aws:states:::sqs:sendMessage
                HeartbeatSeconds: 60  # <-- 'Ask' expects heartbeats but waits for nobody
                Parameters:
                  QueueUrl: ${Queue}
                  MessageBody.$: $.order
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
    references=("https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html",),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for task in architecture.workflow_tasks(machine):
            state, call = task.state, task.call
            # A nested execution may hand the token of this one on to somebody else.
            if (
                call.suffix
                or call.kind.value not in {"optimized", "sdk", "function"}
                or call.action == "startExecution"
            ):
                continue
            if mentions_token(state):
                place = state.workflow.at(state.arguments_pointer, label="holds the token")
                fact = "passes its token but waits for no callback"
            elif state.heartbeat is not None:
                place = state.at("HeartbeatSeconds")
                fact = "expects heartbeats but waits for nobody"
            else:
                continue
            yield rule.finding(
                f"'{state.name}' {fact}",
                at=place,
                related=[state.at("Resource", label="goes on with the service's answer")],
                why="the state machine goes on at once, and nobody can call back",
                remediation=f"""
                    # in {state.name}, if it is to wait
                    "Resource": "{call.resource}.waitForTaskToken"
                    # else leave the token and HeartbeatSeconds out
                    """,
                about=machine.about,
            )

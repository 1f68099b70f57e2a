"""Task waits for a callback but gives its token to nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    passes_token,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
    )

rule = Rule(
    id="WFL020",
    name="task-token-not-passed",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="task waits for a callback but gives its token to nobody",
    rationale="""
        A task that ends in .waitForTaskToken goes on when somebody calls SendTaskSuccess or
        SendTaskFailure with the token of that very run. The token is in the context object only
        while the task is started; who is not handed it cannot answer, and the task waits until it
        times out, a year later if nothing says otherwise.
        """,
    remediation="""
        Pass $$.Task.Token, or {% $states.context.Task.Token %} in JSONata, in the arguments.
        """,
    when_to_ignore="""
        Never: nobody else can know the token.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Ask
            States:
              Ask:
                Type: Task
                Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken  # <-- 'Ask'
                TimeoutSeconds: 600
                Parameters:
                  QueueUrl: ${Queue}
                  MessageBody.$: $.order
                End: true
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Ask
            States:
              Ask:
                Type: Task
                Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
                TimeoutSeconds: 600
                Parameters:
                  QueueUrl: ${Queue}
                  MessageBody:
                    order.$: $.order
                    token.$: $$.Task.Token
                Retry:
                  - ErrorEquals: [Sqs.SdkClientException]
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
            state = task.state
            if task.call.suffix != ".waitForTaskToken" or passes_token(state) is not False:
                continue
            field, value = "token.$", "$$.Task.Token"
            if state.is_jsonata:
                field, value = "token", "{% $states.context.Task.Token %}"
            yield rule.finding(
                f"'{state.name}' does not pass its token to whoever is to call back",
                at=state.at("Resource", label="waits for a callback"),
                related=[state.workflow.at(state.arguments_pointer, label="what it passes")],
                why="without the token nobody can end the task, and it waits until it times out",
                remediation=f"""
                    # in {state.arguments_pointer[-1]} of {state.name}, where its receiver looks
                    "{field}": "{value}"
                    """,
                about=machine.about,
            )

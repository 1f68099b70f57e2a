"""Task waits for a callback without any limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    listed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import (
        Architecture,
        Finding,
        State,
    )

rule = Rule(
    id="WFL024",
    name="callback-without-timeout",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="task waits for a callback without any limit",
    rationale="""
        A task that ends in .waitForTaskToken, or that a worker of an activity takes, goes on when
        somebody calls back. If nobody does, because a message was lost or a worker died, the
        execution stays where it is for up to a year, and nothing says so.
        """,
    remediation="""
        Set TimeoutSeconds on the task, HeartbeatSeconds where a worker can send signs of life, and
        catch States.Timeout.
        """,
    when_to_ignore="""
        Somebody looks at executions that do not end, and a decision may take any time.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Ask
            States:
              Ask:  # <-- 'Ask' waits for a callback without any limit
                Type: Task
                Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
                Parameters:
                  QueueUrl: ${Queue}
                  MessageBody: {token.$: $$.Task.Token}
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
                TimeoutSeconds: 3600
                Parameters:
                  QueueUrl: ${Queue}
                  MessageBody: {token.$: $$.Task.Token}
                Retry:
                  - ErrorEquals: [States.TaskFailed]
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html",
    ),
)

_AN_HOUR = 3600
"""Seconds; a first guess, which is why the fix is not safe."""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        workflow = machine.workflow
        if workflow is None or workflow.timeout is not None or machine.is_express is True:
            continue
        states = [
            task.state
            for task in architecture.workflow_tasks(machine)
            if task.call.is_callback and task.state.timeout is None and task.state.heartbeat is None
        ]
        if not states:
            continue
        verb = "waits" if len(states) == 1 else "wait"
        yield rule.finding(
            f"{listed(state.name for state in states)} {verb} for a callback without any limit",
            at=states[0].at(label="no TimeoutSeconds, no HeartbeatSeconds"),
            related=[state.at(label="nor has this") for state in states[1:]],
            why="if nobody calls back the execution stays there for up to a year",
            remediation=f"""
                # in {states[0].name}; HeartbeatSeconds as well where there are heartbeats
                "TimeoutSeconds": {_AN_HOUR}
                # and a Catch of States.Timeout with a state that tells of it
                """,
            fix=_fix(states),
            about=machine.about,
        )


def _fix(states: Sequence[State]) -> Fix | None:
    made = [state.change("TimeoutSeconds", value=_AN_HOUR) for state in states]
    changes = tuple(change for change in made if change is not None)
    title = "Give up after an hour; set what the other side may take"
    return Fix(title, changes) if len(changes) == len(made) else None

"""Every error is retried although doing it again has an effect of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Queue,
    Rule,
    Severity,
    StateMachine,
    Topic,
    listed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
        WorkflowTask,
    )

rule = Rule(
    id="WFL031",
    name="retry-repeats-effect",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=StateMachine,
    summary="every error is retried although doing it again has an effect of its own",
    rationale="""
        A task may fail after the service has done its work: a timeout, a lost answer. To retry on
        every error then sends the message, starts the execution or posts the request a second
        time. Errors that are raised before anything was done, such as throttling, are safe to
        retry.
        """,
    remediation="""
        Name the transient errors of the service, or give the call what makes it idempotent: a
        name, a deduplication id, a condition.
        """,
    when_to_ignore="""
        The receiver recognises what it has already seen.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Send
            States:
              Send:
                Type: Task
                Resource: arn:aws:states:::sqs:sendMessage
                Parameters: {QueueUrl: "${Queue}", MessageBody: hello}
                Retry:  # <-- 'Send' retries every error
                  - ErrorEquals: [States.ALL]
                    JitterStrategy: FULL
                End: true
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Send
            States:
              Send:
                Type: Task
                Resource: arn:aws:states:::sqs:sendMessage
                Parameters: {QueueUrl: "${Queue}", MessageBody: hello}
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
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
    ),
)

_IDEMPOTENT_BY = {
    "sqs:sendMessage": "MessageDeduplicationId",
    "sns:publish": "MessageDeduplicationId",
    "states:startExecution": "Name",
    "sfn:startExecution": "Name",
    "ecs:runTask": "ClientToken",
    "events:putEvents": "",
    "http:invoke": "",
}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        states = [
            task.state
            for task in architecture.workflow_tasks(machine)
            if any("States.ALL" in entry.errors for entry in task.state.retriers) and _repeats(task)
        ]
        if not states:
            continue
        verb = "retries" if len(states) == 1 else "retry"
        yield rule.finding(
            f"{listed(state.name for state in states)} {verb} every error,"
            " also those after the work was done",
            at=states[0].at("Retry", label="States.ALL"),
            related=[state.at("Retry", label="here as well") for state in states[1:]],
            why="what was done before the answer was lost is done a second time",
            remediation=f"""
                # in {states[0].name}: errors that are raised before anything is done
                "ErrorEquals": ["<Service>.SdkClientException", "<Service>.ThrottlingException"]
                """,
            about=machine.about,
        )


def _repeats(task: WorkflowTask) -> bool:
    call = task.call
    if call.service == "dynamodb" and call.action == "updateItem":
        return _counts(task)
    if task.label not in _IDEMPOTENT_BY or call.is_job:
        return False
    if call.service == "http":
        method = call.argument("Method")
        return method is not None and method.value == "POST"
    key = _IDEMPOTENT_BY[task.label]
    queues = [target for target in task.targets if isinstance(target, (Queue, Topic))]
    if any(target.is_fifo is True for target in queues):
        return False
    return not (key and call.argument(key) is not None)


def _counts(task: WorkflowTask) -> bool:
    """Tell whether an update adds to what is there, with no condition that stops a second one."""
    update = task.call.argument("UpdateExpression")
    text = update.value if update is not None else None
    if not isinstance(text, str) or task.call.argument("ConditionExpression") is not None:
        return False
    return re.search(r"(?i)\bADD\b|=[^,]*[+-]\s*:", text) is not None

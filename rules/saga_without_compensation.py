"""Step after another that changed something has no way back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    caught_by,
    following,
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
    id="WFL034",
    name="saga-without-compensation",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    applies_to=StateMachine,
    summary="step after another that changed something has no way back",
    rationale="""
        When two steps change two things and the second fails for good, the first change stays:
        money is taken and nothing is sent. A Catch on the later step leads to states that take the
        earlier changes back, the last one first.
        """,
    remediation="""
        Catch errors of the later steps and lead them to states that undo the earlier ones.
        """,
    when_to_ignore="""
        The steps are idempotent and the execution is run again until it succeeds.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Reserve
            States:
              Reserve:
                Type: Task
                Resource: arn:aws:states:::dynamodb:updateItem
                Parameters: {TableName: "${Stock}", Key: {id: {S.$: $.id}}}
                Catch:
                  - ErrorEquals: [States.ALL]
                    Next: RollbackStock
                Next: Charge
              Charge:  # <-- 'Charge' may fail after 'Reserve' has changed something
                Type: Task
                Resource: arn:aws:states:::dynamodb:putItem
                Parameters: {TableName: "${Payments}", Item: {id: {S.$: $.id}}}
                End: true
              RollbackStock:
                Type: Fail
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
        "https://docs.aws.amazon.com/prescriptive-guidance/latest/cloud-design-patterns/saga-orchestration.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
    ),
)

_BACKWARDS = re.compile(r"(?i)cancel|refund|roll ?-?back|compensat|revert|undo|release|restore")
_MOST_TASKS = 100  # of one machine that are compared with each other
_TELLING = {"sns", "events", "eventbridge", "logs", "cloudwatch", "states", "sfn"}
# What a function does is not known; its name may say that it changes something.
_FORWARDS = re.compile(
    r"(?i)\b(charge|pay|book|reserve|create|update|write|save|store|ship|delete|insert|register"
    r"|allocate|place|deduct|debit|credit|withdraw|deposit|provision|purchase|buy)"
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        workflow = machine.workflow
        # Where nothing is caught at all another rule says so.
        if workflow is None or not any(state.data.get("Catch") for state in workflow.states()):
            continue
        tasks = [task for task in architecture.workflow_tasks(machine) if _matters(task)]
        pair = _pair(tasks)
        if pair is None:
            continue
        first, second = pair
        back = next((s for s in workflow.states() if _BACKWARDS.search(s.name)), None)
        places = [first.state.at(label="changes something before")]
        if back is not None:
            places.append(back.at(label="a way back that it does not take"))
        undo = back.name if back else f"<state that undoes {first.state.name}>"
        yield rule.finding(
            f"'{second.state.name}' may fail after '{first.state.name}' has changed something",
            at=second.state.at(label="no Catch"),
            related=places,
            severity=Severity.INFO if back is None else Severity.WARNING,
            why="what was changed before stays as it is, and nothing takes it back",
            remediation=f"""
                # in {second.state.name}
                "Catch": [{{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error",
                           "Next": "{undo}"}}]
                """,
            about=machine.about,
        )


def _matters(task: WorkflowTask) -> bool:
    if task.runs_function and not _FORWARDS.search(task.state.name):
        return False
    return (
        task.changes_something
        and task.call.service not in _TELLING
        and not _BACKWARDS.search(task.state.name)
    )


def _pair(tasks: list[WorkflowTask]) -> tuple[WorkflowTask, WorkflowTask] | None:
    after: dict[WorkflowTask, set[State]] = {}
    what = {task: _what(task) for task in tasks[:_MOST_TASKS]}
    for second, its in what.items():
        if caught_by(second.state) is not None:
            continue
        for first, other in what.items():
            if first.state.scope is not second.state.scope or its == other:
                continue
            if first not in after:
                after[first] = following(first.state)
            if second.state in after[first]:
                return first, second
    return None


def _what(task: WorkflowTask) -> tuple[str, ...]:
    """Return what a task works on: its targets, or how the definition writes them."""
    written = tuple(target.written for target in task.call.targets())
    return tuple(target.id for target in task.targets) or written or (task.call.resource,)

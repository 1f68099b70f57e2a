"""Failure of one branch or item stops all the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    caught_by,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
        State,
    )

rule = Rule(
    id="WFL037",
    name="one-failure-stops-all",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="failure of one branch or item stops all the others",
    rationale="""
        When one branch of a Parallel state or one item of an inline Map fails for good, Step
        Functions stops the others wherever they are, and the whole state fails. What they had half
        done stays half done.
        """,
    remediation="""
        Catch errors within the branch or the item and hand them on as data, or catch them on the
        state and take back what was done.
        """,
    when_to_ignore="""
        The branches only read, or are of no worth without one another.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Each
            States:
              Each:  # <-- the first item of 'Each' that fails stops all others
                Type: Map
                MaxConcurrency: 5
                ItemProcessor:
                  StartAt: Write
                  States:
                    Write:
                      Type: Task
                      Resource: arn:aws:states:::dynamodb:putItem
                      Parameters: {TableName: "${Table}", Item: {id: {S.$: $.id}}}
                      End: true
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        workflow = machine.workflow
        if workflow is None:
            continue
        changing = {
            task.state for task in architecture.workflow_tasks(machine) if task.changes_something
        }
        said: set[State] = set()
        for state in workflow.states("Map", "Parallel"):
            # What is inside of one that stops all is stopped with it.
            word = "" if said.intersection(state.enclosing()) else _stops(state, changing)
            if not word:
                continue
            said.add(state)
            yield rule.finding(
                f"the first {word} of '{state.name}' that fails stops all others",
                at=state.at(label="nothing catches, here or inside"),
                why="what the others had half done stays half done",
                remediation=f"""
                    # in the tasks inside of {state.name}
                    "Catch": [{{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error",
                               "Next": "<state that ends the {word} with its error as data>"}}]
                    """,
                about=machine.about,
            )


def _stops(state: State, changing: set[State]) -> str:
    """Return what it is of which one stops the others; empty where something catches."""
    if state.is_distributed or caught_by(state) is not None or "Retry" in state.data:
        return ""
    inside = list(state.within())
    if any(one.catchers or (state.type == "Map" and one.retriers) for one in inside):
        return ""
    if state.type == "Map":
        return "item" if state.concurrency != 1 and changing.intersection(inside) else ""
    branches = [
        scope for scope in state.scopes if any(one in changing for one in scope.states.values())
    ]
    return "branch" if len(branches) > 1 else ""

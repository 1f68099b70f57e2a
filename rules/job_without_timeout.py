"""Task waits for a job without any limit."""

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
    id="WFL026",
    name="job-without-timeout",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="task waits for a job without any limit",
    rationale="""
        A task that ends in .sync waits until the job has ended. A job that hangs keeps the
        execution, and what the job runs on, for as long as the quota of a year allows.
        """,
    remediation="""
        Set TimeoutSeconds somewhat above the longest run of the job, on the task or on the state
        machine.
        """,
    when_to_ignore="""
        The job has a timeout of its own.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Convert
            States:
              Convert:  # <-- 'Convert' waits for a job without any limit
                Type: Task
                Resource: arn:aws:states:::glue:startJobRun.sync
                Parameters: {JobName: convert}
                End: true
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Convert
            States:
              Convert:
                Type: Task
                Resource: arn:aws:states:::glue:startJobRun.sync
                TimeoutSeconds: 7200
                Parameters: {JobName: convert}
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-stuck-execution.html",
    ),
)

_TWO_HOURS = 7200
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
            if task.call.is_job and task.state.timeout is None
        ]
        if not states:
            continue
        verb = "waits for a job" if len(states) == 1 else "wait for jobs"
        yield rule.finding(
            f"{listed(state.name for state in states)} {verb} without any limit",
            at=states[0].at(label="no TimeoutSeconds"),
            related=[state.at(label="nor has this") for state in states[1:]],
            why="a job that hangs keeps the execution for up to a year",
            remediation=f"""
                # in {states[0].name}, or beside StartAt for the whole execution
                "TimeoutSeconds": {_TWO_HOURS}
                """,
            fix=_fix(states),
            about=machine.about,
        )


def _fix(states: Sequence[State]) -> Fix | None:
    made = [state.change("TimeoutSeconds", value=_TWO_HOURS) for state in states]
    changes = tuple(change for change in made if change is not None)
    title = "Give up after two hours; set what the job may take"
    return Fix(title, changes) if len(changes) == len(made) else None

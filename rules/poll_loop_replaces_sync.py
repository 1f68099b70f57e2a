"""Loop asks again and again for what Step Functions can wait for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    find_loops,
    listed,
    runs_as,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from advisor import (
        Architecture,
        Finding,
        State,
        WorkflowTask,
    )

rule = Rule(
    id="WFL044",
    name="poll-loop-replaces-sync",
    pillar=Pillar.COST,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="loop asks again and again for what Step Functions can wait for",
    rationale="""
        Where an integration has .sync, Step Functions follows the job itself and goes on when it
        has ended: without a loop, without an event per question in the history, without paying for
        state transitions while nothing happens.
        """,
    remediation="""
        Put .sync behind the action that starts the job, and remove the loop.
        """,
    when_to_ignore="""
        The loop does more than to wait, such as to report progress.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Run
            States:
              Run:
                Type: Task
                Resource: arn:aws:states:::glue:startJobRun
                Parameters: {JobName: convert}
                ResultPath: $.run
                Next: Pause
              Pause:  # <-- the loop of 'Pause', 'Look' and 'Ready' waits for what 'Run' has started
                Type: Wait
                Seconds: 30
                Next: Look
              Look:
                Type: Task
                Resource: arn:aws:states:::aws-sdk:glue:getJobRun
                Parameters: {JobName: convert, RunId.$: $.run.JobRunId}
                ResultPath: $.state
                Next: Ready
              Ready:
                Type: Choice
                Choices:
                  - Variable: $.state.JobRun.JobRunState
                    StringEquals: SUCCEEDED
                    Next: Done
                Default: Pause
              Done:
                Type: Succeed
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Run
            States:
              Run:
                Type: Task
                Resource: arn:aws:states:::glue:startJobRun.sync
                TimeoutSeconds: 3600
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html",
    ),
    supersedes=("loop-fills-history",),
)

_STARTS = {
    ("athena", "startQueryExecution"): "arn:aws:states:::athena:startQueryExecution.sync",
    ("batch", "submitJob"): "arn:aws:states:::batch:submitJob.sync",
    ("codebuild", "startBuild"): "arn:aws:states:::codebuild:startBuild.sync",
    ("codebuild", "startBuildBatch"): "arn:aws:states:::codebuild:startBuildBatch.sync",
    ("databrew", "startJobRun"): "arn:aws:states:::databrew:startJobRun.sync",
    ("ecs", "runTask"): "arn:aws:states:::ecs:runTask.sync",
    ("glue", "startJobRun"): "arn:aws:states:::glue:startJobRun.sync",
    ("mediaconvert", "createJob"): "arn:aws:states:::mediaconvert:createJob.sync",
    ("sagemaker", "createTrainingJob"): "arn:aws:states:::sagemaker:createTrainingJob.sync",
    ("sagemaker", "createTransformJob"): "arn:aws:states:::sagemaker:createTransformJob.sync",
    ("sagemaker", "createProcessingJob"): "arn:aws:states:::sagemaker:createProcessingJob.sync",
    ("states", "startExecution"): "arn:aws:states:::states:startExecution.sync:2",
    ("sfn", "startExecution"): "arn:aws:states:::states:startExecution.sync:2",
    ("emrserverless", "startJobRun"): "arn:aws:states:::emr-serverless:startJobRun.sync",
}
_ASKS = ("get", "describe", "batchGet", "list")
_STATUS = re.compile(r"(?i)status|state|poll|check|is_?(ready|done|complete)|progress")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        workflow = machine.workflow
        if workflow is None or machine.is_express is True:
            continue
        tasks = {task.state: task for task in architecture.workflow_tasks(machine)}
        for loop in find_loops(workflow):
            if not loop.waits or not loop.choices or runs_as(loop.scope, "STANDARD") != "STANDARD":
                continue
            inside = [tasks[state] for state in loop.states if state in tasks]
            started = _started(tasks.values(), inside)
            if started is not None:
                yield _finding(machine, loop.states, loop.waits[0], started)
            elif _asks_function(inside, len(loop.states)):
                yield _by_function(machine, loop.states, loop.waits[0], inside[0])


def _started(tasks: Iterable[WorkflowTask], inside: Sequence[WorkflowTask]) -> WorkflowTask | None:
    """Return the task whose job a loop asks for, where there is a way to wait for it."""
    services = {t.call.service for t in inside if t.call.action.startswith(_ASKS)}
    services |= {_TWINS.get(service, service) for service in services}
    for task in tasks:
        call = task.call
        if (call.service, call.action) in _STARTS and not call.suffix and call.service in services:
            return task
    return None


_TWINS = {"sfn": "states", "states": "sfn", "emr-serverless": "emrserverless"}


def _asks_function(inside: Sequence[WorkflowTask], size: int) -> bool:
    one = len(inside) == 1 and size <= 4
    return one and inside[0].runs_function and bool(_STATUS.search(inside[0].state.name))


def _finding(
    machine: StateMachine, states: tuple[State, ...], wait: State, started: WorkflowTask
) -> Finding:
    resource = _STARTS[started.call.service, started.call.action]
    return rule.finding(
        f"the loop of {listed(state.name for state in states)} waits for what"
        f" '{started.state.name}' has started",
        at=wait.at(label="waits and asks again"),
        related=[started.state.at("Resource", label="starts the job and goes on")],
        why="every round is paid for and leaves events in a history that ends at 25,000",
        remediation=f"""
            # in {started.state.name}, instead of the loop
            "Resource": "{resource}",
            "TimeoutSeconds": 3600
            """,
        about=machine.about,
    )


def _by_function(
    machine: StateMachine, states: tuple[State, ...], wait: State, task: WorkflowTask
) -> Finding:
    return rule.finding(
        f"the loop of {listed(state.name for state in states)} asks a function"
        " whether something has ended",
        at=wait.at(label="waits and asks again"),
        related=[task.state.at(label="a function that asks for a status")],
        severity=Severity.INFO,
        why="every round runs a function and leaves events in the history",
        remediation="""
            Let the service wait (.sync), let whoever does the work call back
            (.waitForTaskToken), or ask the service without a function (aws-sdk).
            """,
        about=machine.about,
    )

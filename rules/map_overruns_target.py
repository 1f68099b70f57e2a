"""Map works on more items at a time than what it calls can take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    Unknown,
    limit,
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
    id="WFL041",
    name="map-overruns-target",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="a Map works on more items at a time than what it calls can take",
    rationale="""
        An inline Map without MaxConcurrency works on up to 40 items at a time, a distributed one
        on up to 10,000. A function with reserved concurrency, a database with a number of
        connections or the account's own concurrency answers that with throttling, for this Map and
        for everybody else.
        """,
    remediation="""
        Set MaxConcurrency to what the target can take.
        """,
    when_to_ignore="""
        The number of items is small for certain.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Each
            States:
              Each:  # <-- 'Each' may run 'Charge' 10000 times at once
                Type: Map
                ToleratedFailurePercentage: 5
                ItemReader:
                  Resource: arn:aws:states:::s3:getObject
                  ReaderConfig: {InputType: CSV, CSVHeaderLocation: FIRST_ROW}
                  Parameters: {Bucket: "${Bucket}", Key: orders.csv}
                ItemBatcher: {MaxItemsPerBatch: 100}
                ResultWriter:
                  Resource: arn:aws:states:::s3:putObject
                  Parameters: {Bucket: "${Bucket}", Prefix: results}
                ItemProcessor:
                  ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}
                  StartAt: Charge
                  States:
                    Charge:
                      Type: Task
                      Resource: arn:aws:states:::lambda:invoke
                      Parameters: {FunctionName: "${Function}", Payload.$: $}
                      OutputPath: $.Payload
                      Retry:
                        - ErrorEquals: [States.TaskFailed]
                          JitterStrategy: FULL
                      End: true
                End: true
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Each
            States:
              Each:
                Type: Map
                MaxConcurrency: 10
                ToleratedFailurePercentage: 5
                ItemReader:
                  Resource: arn:aws:states:::s3:getObject
                  ReaderConfig: {InputType: CSV, CSVHeaderLocation: FIRST_ROW}
                  Parameters: {Bucket: "${Bucket}", Key: orders.csv}
                ItemBatcher: {MaxItemsPerBatch: 100}
                ResultWriter:
                  Resource: arn:aws:states:::s3:putObject
                  Parameters: {Bucket: "${Bucket}", Prefix: results}
                ItemProcessor:
                  ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}
                  StartAt: Charge
                  States:
                    Charge:
                      Type: Task
                      Resource: arn:aws:states:::lambda:invoke
                      Parameters: {FunctionName: "${Function}", Payload.$: $}
                      OutputPath: $.Payload
                      Retry:
                        - ErrorEquals: [States.TaskFailed]
                          JitterStrategy: FULL
                      End: true
                End: true
            """,
    },
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html",
    ),
)

_INLINE = limit("inline-map-concurrency")
_DISTRIBUTED = limit("distributed-map-concurrency")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        tasks = {task.state: task for task in architecture.workflow_tasks(machine)}
        for state in machine.workflow.states("Map") if machine.workflow else ():
            wide = _width(state)
            if wide is None:
                continue
            for inside in state.within():
                task = tasks.get(inside)
                most = _most(architecture, task, state) if task is not None else None
                if task is not None and most is not None and most[0] < wide:
                    yield _finding(machine, state, task, wide, most)
                    break


def _width(state: State) -> int | None:
    """Return how many items a Map works on at a time at most; None where not known."""
    given = state.concurrency
    ceiling = int((_DISTRIBUTED if state.is_distributed else _INLINE).value)
    if isinstance(given, Unknown):
        return None
    return min(int(given), ceiling) if given else ceiling


def _most(architecture: Architecture, task: WorkflowTask, state: State) -> tuple[int, str] | None:
    """Return how many calls at a time a task's target takes, and why; None where not known."""
    function = task.function
    if function is not None:
        reserved = function.reserved_concurrency
        if isinstance(reserved, int):
            return reserved, f"'{function.name}' has {reserved} reserved"
        if isinstance(reserved, Unknown):
            return None
    if task.runs_function and state.is_distributed:
        quota = architecture.facts.concurrency
        return quota, f"the account has {quota} for all functions"
    return None


def _finding(
    machine: StateMachine, state: State, task: WorkflowTask, wide: int, most: tuple[int, str]
) -> Finding:
    inside = task.state
    function = task.function
    related = [inside.at(label="what each item runs")]
    if function is not None:
        related.append(function.at("ReservedConcurrentExecutions", label="what it runs"))
    change = state.change("MaxConcurrency", value=max(most[0] // 2, 1))
    return rule.finding(
        f"'{state.name}' may run '{inside.name}' {wide} times at once, but {most[1]}",
        at=state.at("MaxConcurrency", label=f"{wide} items at a time"),
        related=related,
        why="calls beyond that are throttled, here and wherever else functions are needed",
        remediation=f"""
            # in {state.name}
            "MaxConcurrency": {max(most[0] // 2, 1)}
            """,
        fix=Fix("Limit the items at a time", (change,)) if change is not None else None,
        about=machine.about,
    )

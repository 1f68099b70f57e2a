"""First failed item ends a distributed Map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    Pillar,
    Rule,
    Severity,
    StateMachine,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
        State,
    )

rule = Rule(
    id="WFL038",
    name="distributed-map-without-tolerance",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="first failed item ends a distributed Map",
    rationale="""
        A distributed Map is made for thousands of items, of which a few are always bad. Unless it
        tolerates a number or a share of failures, the first child execution that fails stops all
        others, and what is left is not done.
        """,
    remediation="""
        Set ToleratedFailurePercentage or ToleratedFailureCount, and look at the failed items in
        the results.
        """,
    when_to_ignore="""
        A single failure makes the whole run worthless.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Each
            States:
              Each:  # <-- first failed item ends 'Each'
                Type: Map
                MaxConcurrency: 10
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
    references=("https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html",),
)

_FIELDS = ("ToleratedFailureCount", "ToleratedFailurePercentage")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for state in machine.workflow.states("Map") if machine.workflow else ():
            fields = (*_FIELDS, *(f"{name}Path" for name in _FIELDS))
            if not state.is_distributed or any(name in state.data for name in fields):
                continue
            # Where every item catches its own errors no child execution fails.
            if all(_is_safe(one) for one in state.within()):
                continue
            change = state.change("ToleratedFailurePercentage", value=5)
            yield rule.finding(
                f"the first failed item ends '{state.name}': it tolerates no failure",
                at=state.at(label="a distributed Map without tolerance"),
                why="one bad item among thousands stops all that are left",
                remediation=f"""
                    # in {state.name}
                    "ToleratedFailurePercentage": 5
                    """,
                fix=Fix("Tolerate 5 % failed items", (change,)) if change is not None else None,
                about=machine.about,
            )


def _is_safe(state: State) -> bool:
    if state.type == "Fail":
        return False
    if state.type not in {"Task", "Map", "Parallel"}:
        return True
    return any("States.ALL" in catcher.errors for catcher in state.catchers)

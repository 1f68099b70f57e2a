"""Every row of a file is an execution and a function call of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Pillar, Rule, Severity, StateMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="WFL040",
    name="distributed-map-without-batches",
    pillar=Pillar.COST,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=StateMachine,
    summary="every row of a file is an execution and a function call of its own",
    rationale="""
        A distributed Map over the rows of a file starts a child execution for each row, and each
        of them a function. A batch of a hundred rows costs one start instead of a hundred, and the
        function can work on them together.
        """,
    remediation="""
        Add an ItemBatcher, and let the function take the list in Items.
        """,
    when_to_ignore="""
        Each row is long work of its own.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Each
            States:
              Each:  # <-- 'Each' starts an execution for every row
                Type: Map
                MaxConcurrency: 10
                ToleratedFailurePercentage: 5
                ItemReader:
                  Resource: arn:aws:states:::s3:getObject
                  ReaderConfig: {InputType: CSV, CSVHeaderLocation: FIRST_ROW}
                  Parameters: {Bucket: "${Bucket}", Key: orders.csv}
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html",
    ),
)

_TABLES = {"CSV", "PARQUET"}
_ROWS = {"CSV", "JSON", "JSONL", "PARQUET"}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        running = {
            task.state for task in architecture.workflow_tasks(machine) if task.runs_function
        }
        for state in machine.workflow.states("Map") if machine.workflow else ():
            reader = state.data.get("ItemReader")
            config = reader.get("ReaderConfig") if isinstance(reader, dict) else None
            kind = config.get("InputType") if isinstance(config, dict) else None
            if not state.is_distributed or "ItemBatcher" in state.data or str(kind) not in _ROWS:
                continue
            inside = next((one for one in state.within() if one in running), None)
            if inside is None:
                continue
            item = "row" if kind in _TABLES else "item"
            yield rule.finding(
                f"'{state.name}' starts an execution for every {item}, "
                f"and '{inside.name}' a function",
                at=state.at(label="a distributed Map without ItemBatcher"),
                related=[inside.at(label=f"runs once for every {item}")],
                why=f"every {item} pays for a start of its own",
                remediation=f"""
                    # in {state.name}
                    "ItemBatcher": {{"MaxItemsPerBatch": 100}}
                    """,
                about=machine.about,
            )

"""Results of a distributed Map are gathered in the state's output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
        State,
    )

rule = Rule(
    id="WFL039",
    name="distributed-map-keeps-results",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="results of a distributed Map are gathered in the state's output",
    rationale="""
        Without a ResultWriter the results of all child executions become the output of the Map,
        which like every payload has at most 256 KiB. Beyond that the state fails with
        States.DataLimitExceeded, after all items have been worked on, and States.ALL does not
        catch it.
        """,
    remediation="""
        Write the results to S3 with a ResultWriter, or drop them with "ResultPath": null.
        """,
    when_to_ignore="""
        The number of items and the size of their results are small for certain.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Each
            States:
              Each:  # <-- 'Each' gathers the results of all items
                Type: Map
                MaxConcurrency: 10
                ToleratedFailurePercentage: 5
                ItemReader:
                  Resource: arn:aws:states:::s3:getObject
                  ReaderConfig: {InputType: CSV, CSVHeaderLocation: FIRST_ROW}
                  Parameters: {Bucket: "${Bucket}", Key: orders.csv}
                ItemBatcher: {MaxItemsPerBatch: 100}
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html",
    ),
)

_FEW = 100  # items, whose results fit


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for state in machine.workflow.states("Map") if machine.workflow else ():
            if not state.is_distributed or "ResultWriter" in state.data or not _is_kept(state):
                continue
            yield rule.finding(
                f"'{state.name}' gathers the results of all items in its output",
                at=state.at(label="a distributed Map without ResultWriter"),
                why="beyond 256 KiB it fails with States.DataLimitExceeded, which States.ALL"
                " does not catch",
                remediation=_remediation(state),
                about=machine.about,
            )


def _is_kept(state: State) -> bool:
    reader = state.data.get("ItemReader")
    config = reader.get("ReaderConfig") if isinstance(reader, dict) else None
    most = config.get("MaxItems") if isinstance(config, dict) else None
    if isinstance(most, int) and most <= _FEW:
        return False
    if not state.is_jsonata:
        return state.data.get("ResultPath", "$") is not None
    return "Output" not in state.data or any(
        isinstance(item, str) and "$states.result" in item for _, item in walk(dict(state.data))
    )


def _remediation(state: State) -> str:
    arguments = "Arguments" if state.is_jsonata else "Parameters"
    return f"""
# in {state.name}
"ResultWriter": {{
  "Resource": "arn:aws:states:::s3:putObject",
  "{arguments}": {{"Bucket": "<bucket>", "Prefix": "results"}}
}}
"""

"""Express workflow waits for a job, a callback or a distributed Map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Pillar, Rule, Severity, StateMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="WFL011",
    name="express-unsupported-pattern",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="a job, a callback or a distributed Map is waited for in an Express workflow",
    rationale="""
        Executions of an Express workflow last five minutes at most and leave no record to come
        back to: they can neither wait for a job (.sync), for a callback (.waitForTaskToken) or the
        worker of an activity, nor run a distributed Map. The same holds for the child executions
        of a distributed Map whose ExecutionType is EXPRESS.
        """,
    remediation="""
        Make the state machine a Standard workflow, or start a Standard workflow for that part of
        the work and do not wait for it.
        """,
    when_to_ignore="""
        Never: the service does not create such a state machine.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::Serverless::StateMachine
            Properties:
              Type: EXPRESS
              Definition:
                StartAt: Convert
                States:
                  Convert:
                    Type: Task
                    Resource: arn:aws:states:::glue:startJobRun.sync  # <-- 'Convert' waits
                    Parameters:
                      JobName: convert
                    End: true
        """,
    good={
        "machine.asl.yaml": """
            StartAt: Convert
            States:
              Convert:
                Type: Task
                Resource: arn:aws:states:::glue:startJobRun.sync
                TimeoutSeconds: 3600
                Parameters:
                  JobName: convert
                Retry:
                  - ErrorEquals: [Glue.ThrottlingException]
                    JitterStrategy: FULL
                Catch:
                  - ErrorEquals: [States.ALL]
                    Next: Failed
                End: true
              Failed:
                Type: Fail
                Error: NotConverted
                Cause: the job failed
            """,
    },
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for fault in architecture.definition_faults(machine, "express"):
            inside = fault.state is not None and any(
                around.is_distributed for around in fault.state.enclosing()
            )
            yield rule.finding(
                fault.message,
                at=fault.place,
                related=[] if inside else [machine.at("StateMachineType", label="its type")],
                why=f"Step Functions refuses the definition: {fault.code}",
                remediation=_inner() if inside else _outer(machine),
                about=machine.about,
            )


def _inner() -> str:
    return """
# in the ItemProcessor of the Map
"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
"""


def _outer(machine: StateMachine) -> str:
    return f"""
{machine.name}:
  Properties:
    {"Type" if machine.is_sam else "StateMachineType"}: STANDARD
"""

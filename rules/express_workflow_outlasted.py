"""Express workflow holds work that takes longer than five minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    limit,
    longest_wait,
    retry_seconds,
    runs_as,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
        Location,
        Workflow,
    )

rule = Rule(
    id="WFL018",
    name="express-workflow-outlasted",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="an Express workflow holds work that takes longer than five minutes",
    rationale="""
        An execution of an Express workflow ends after five minutes with States.Timeout, whatever
        it is doing. A wait, a row of retries or a function that may take longer cannot come to its
        end there.
        """,
    remediation="""
        Make it a Standard workflow, or shorten what takes so long.
        """,
    when_to_ignore="""
        The long part is not reached in practice, such as the last retries of a rare error.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::Serverless::StateMachine
            Properties:
              Type: EXPRESS
              Definition:
                StartAt: Pause
                States:
                  Pause:
                    Type: Wait
                    Seconds: 600  # <-- 'Pause' waits 600 s
                    End: true
        """,
    good={
        "machine.asl.yaml": """
            StartAt: Pause
            States:
              Pause:
                Type: Wait
                Seconds: 600
                End: true
            """,
    },
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html",
    ),
)

_LIMIT = limit("express-workflow-wait")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    most = int(_LIMIT.value)
    for machine in architecture.all(StateMachine):
        workflow = machine.workflow
        if workflow is None or machine.is_express is not True:
            continue
        said = False
        for place, fact in _facts(architecture, machine, workflow, most):
            said = True
            yield _finding(machine, place, fact, most)
        total = longest_wait(workflow)
        if total > most and not said:
            place = machine.at("StateMachineType", label="its type")
            yield _finding(machine, place, f"the Wait states on one way take {total:g} s", most)


def _facts(
    architecture: Architecture, machine: StateMachine, workflow: Workflow, most: int
) -> Iterator[tuple[Location, str]]:
    whole = workflow.timeout
    if isinstance(whole, (int, float)) and whole > most:
        yield (
            workflow.at(("TimeoutSeconds",)),
            f"the state machine times out after {whole:g} s only",
        )
    for state in workflow.states("Wait", "Task", "Map", "Parallel"):
        if runs_as(state.scope, "EXPRESS") != "EXPRESS":
            continue
        seconds = state.seconds("Seconds") if state.type == "Wait" else None
        if isinstance(seconds, (int, float)) and seconds > most:
            yield state.at("Seconds"), f"'{state.name}' waits {seconds:g} s"
        delays = retry_seconds(state)
        if delays is not None and delays > most:
            yield state.at("Retry"), f"the retries of '{state.name}' wait {delays:.0f} s together"
    for task in architecture.workflow_tasks(machine):
        function = task.function
        timeout = function.timeout if function is not None else None
        if function is not None and isinstance(timeout, int) and timeout > most:
            yield (
                task.state.at(label=f"runs '{function.name}'"),
                f"'{function.name}', which '{task.state.name}' runs, may take {timeout} s",
            )


def _finding(machine: StateMachine, place: Location, fact: str, most: int) -> Finding:
    return rule.finding(
        f"{fact}, but an Express workflow ends after {most} s",
        at=place,
        related=[machine.at("StateMachineType", label="an Express workflow")],
        why="the execution fails with States.Timeout before this has ended",
        remediation=f"""
            {machine.name}:
              Properties:
                {"Type" if machine.is_sam else "StateMachineType"}: STANDARD
            # or keep what takes long below {most} s
            """,
        about=machine.about,
    )

"""Definition of the state machine is missing or is no state machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    definition_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
    )

rule = Rule(
    id="WFL001",
    name="broken-definition",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="definition of the state machine is missing or is no state machine",
    rationale="""
        A state machine is created from its definition. Where the file does not exist under exactly
        that name, or what it holds is no state machine, the deployment stops. File systems of
        macOS and Windows find a file under a name with other capitals, those of Linux, on which
        builds run, do not.
        """,
    remediation="""
        Name the file as it is called on the disk, and give the definition a StartAt and States.
        """,
    when_to_ignore="""
        The file is made by a step of the build that runs before the deployment.
        """,
    bad={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Orders:
                Type: AWS::Serverless::StateMachine
                Properties:
                  DefinitionUri: statemachine/Orders.asl.yaml  # <-- there is 'statemachine/
            """,
        "statemachine/orders.asl.yaml": """
            StartAt: Accept
            States:
              Accept:
                Type: Succeed
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Accept
            States:
              Accept:
                Type: Succeed
            """,
    },
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html",
        "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        yield from _file(machine)
        for fault in architecture.definition_faults(machine, "shape"):
            yield rule.finding(
                fault.message,
                at=fault.place,
                why=f"Step Functions refuses the definition: {fault.code}",
                remediation="""
                    {"StartAt": "<name of the first state>", "States": {"<name>": {"Type": …}}}
                    """,
                about=machine.about,
            )


def _file(machine: StateMachine) -> Iterator[Finding]:
    file = definition_file(machine)
    if machine.problem and not (file and file.is_read):
        key = file.key if file else "DefinitionString"
        yield rule.finding(
            f"the definition of '{machine.name}' cannot be read: {machine.problem}",
            at=machine.at(key),
            why="Step Functions creates no state machine from a text that is no JSON",
            remediation="Mend the text at the place that the message names.",
        )
    elif file is not None and not file.exists:
        hint = f"; there is '{file.instead}'" if file.instead else ""
        change = machine.change((file.key,), file.instead) if file.instead else None
        yield rule.finding(
            f"'{machine.name}' takes its definition from '{file.written}',"
            f" which does not exist{hint}",
            at=machine.at(file.key, label="no such file"),
            why="the deployment stops where the definition is packaged",
            remediation=f"""
                {machine.name}:
                  Properties:
                    {file.key}: {file.instead or "<path of the definition, from this template>"}
                """,
            fix=Fix(f"Name the file '{file.instead}'", (change,)) if change else None,
        )

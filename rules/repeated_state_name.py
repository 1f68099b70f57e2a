"""Name of a state or label is used twice or is not allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Pillar, Rule, Severity, StateMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="WFL012",
    name="repeated-state-name",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="name of a state or label is used twice or is not allowed",
    rationale="""
        Names of states have 1 to 80 characters and are unique in the whole definition, branches of
        Parallel states and processors of Map states included. Labels of distributed Maps are
        unique as well, and short enough for an ARN.
        """,
    remediation="""
        Give one of the two another name, and follow it in the transitions of its scope.
        """,
    when_to_ignore="""
        Never: the service does not create such a state machine.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Both
            States:
              Both:
                Type: Parallel
                Branches:
                  - StartAt: Work
                    States:
                      Work: {Type: Succeed}
                  - StartAt: Work
                    States:
                      Work: {Type: Succeed}  # <-- state 'Work' is there twice
                End: true
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Both
            States:
              Both:
                Type: Parallel
                Branches:
                  - StartAt: Count
                    States:
                      Count: {Type: Succeed}
                  - StartAt: Weigh
                    States:
                      Weigh: {Type: Succeed}
                End: true
            """,
    },
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html",
        "https://states-language.net/spec.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for fault in architecture.definition_faults(machine, "name"):
            name = fault.state.name if fault.state else fault.field
            yield rule.finding(
                fault.message,
                at=fault.place,
                related=fault.related,
                why=f"Step Functions refuses the definition: {fault.code}",
                remediation=f"Rename '{name[:80]}' here and in the transitions of its scope.",
                about=machine.about,
            )

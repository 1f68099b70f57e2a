"""Field of a state is unknown, missing or has a value that is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Pillar, Rule, Severity, StateMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="WFL005",
    name="invalid-state-field",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="field of a state is unknown, missing or has a value that is refused",
    rationale="""
        Each type of state has fields of its own, each with a range of values. Step Functions
        checks them when the state machine is created and refuses the definition; CloudFormation
        then rolls the stack back.
        """,
    remediation="""
        Correct the field that the message names; the reference of the state's type lists them all.
        """,
    when_to_ignore="""
        Never for an error: the service does not create such a state machine.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Pause
            States:
              Pause:
                Type: Wait
                Seconds: -5  # <-- 'Seconds' of 'Pause' is -5
                End: true
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Pause
            States:
              Pause:
                Type: Wait
                Seconds: 5
                End: true
            """,
    },
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html",
        "https://states-language.net/spec.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for fault in architecture.definition_faults(machine, "field"):
            kind = fault.state.type if fault.state else ""
            yield rule.finding(
                fault.message,
                at=fault.place,
                related=fault.related,
                severity=Severity.ERROR if fault.is_error else Severity.WARNING,
                why=f"Step Functions refuses the definition: {fault.code}"
                if fault.is_error
                else "Step Functions accepts it, and it does not do what it says",
                remediation=f"Correct or remove '{fault.field}'"
                + (f"; the fields of a {kind} state are listed in its reference." if kind else "."),
                about=machine.about,
            )

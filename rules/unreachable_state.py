"""No transition leads to the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Pillar, Rule, Severity, StateMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="WFL003",
    name="unreachable-state",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="no transition leads to the state",
    rationale="""
        A state that nothing leads to never runs, and Step Functions does not accept a definition
        that holds one: what is left over is either a forgotten transition or a state that is no
        longer needed.
        """,
    remediation="""
        Lead a transition to the state, or remove it.
        """,
    when_to_ignore="""
        Never: the service does not create a state machine with such a state.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Charge
            States:
              Charge:
                Type: Succeed
              Refund:  # <-- state 'Refund' cannot be reached
                Type: Fail
                Error: Refunded
                Cause: the order was taken back
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Charge
            States:
              Charge:
                Type: Pass
                Result: {paid: false}
                Next: Refund
              Refund:
                Type: Fail
                Error: Refunded
                Cause: the order was taken back
            """,
    },
    references=(
        "https://states-language.net/spec.html",
        "https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for fault in architecture.definition_faults(machine, "unreachable"):
            state = fault.state
            yield rule.finding(
                fault.message,
                at=fault.place,
                why=f"Step Functions refuses the definition: {fault.code}",
                remediation=f"""
                    # in the state that comes before it, or in a rule or catcher of that state
                    "Next": "{state.name if state else ""}"
                    # or remove the state
                    """,
                about=machine.about,
            )

"""State does not say what follows, or nothing ends the scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Pillar, Rule, Severity, StateMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Fault, Finding

rule = Rule(
    id="WFL004",
    name="state-without-way-out",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="state does not say what follows, or nothing ends the scope",
    rationale="""
        Every state but Choice, Succeed and Fail says with Next what follows or with End that
        nothing does; exactly one of the two. Every scope, the machine, a branch and the processor
        of a Map, has a state that ends it.
        """,
    remediation="""
        Add "Next" with the name of a state, or "End": true.
        """,
    when_to_ignore="""
        Never: the service does not create such a state machine.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Charge
            States:
              Charge:  # <-- 'Charge' has neither 'Next' nor 'End'
                Type: Pass
                Result: {paid: true}
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Charge
            States:
              Charge:
                Type: Pass
                Result: {paid: true}
                End: true
            """,
    },
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-states.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for fault in architecture.definition_faults(machine, "ending"):
            yield rule.finding(
                fault.message,
                at=fault.place,
                why=f"Step Functions refuses the definition: {fault.code}",
                remediation=_remediation(fault),
                about=machine.about,
            )


def _remediation(fault: Fault) -> str:
    if fault.state is None:
        return 'Give the last state "End": true instead of "Next", or add a state of type Succeed.'
    others = [name for name in fault.state.scope.states if name != fault.state.name]
    return f"""
# in {fault.state.name}, one of the two
"Next": "{others[0] if others else "<name of the next state>"}"
"End": true
"""

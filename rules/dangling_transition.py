"""Transition names a state that does not exist in its scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    listed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Fault,
        Finding,
    )

rule = Rule(
    id="WFL002",
    name="dangling-transition",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="transition names a state that does not exist in its scope",
    rationale="""
        StartAt, Next, Default and the Next of choice rules and catchers name a state beside the
        one that they stand in. A branch of a Parallel state and the processor of a Map state are
        scopes of their own: no transition leads into or out of one. In YAML an unquoted Yes, No,
        On or Off is no name but a boolean.
        """,
    remediation="""
        Name a state of the same scope, or add the one that is missing; put names that YAML takes
        for booleans into quotes.
        """,
    when_to_ignore="""
        Never: the service does not create a state machine with such a transition.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Charge
            States:
              Charge:
                Type: Pass
                Result: {paid: true}
                Next: Shipp  # <-- names 'Shipp', which does not exist; there is 'Ship'
              Ship:
                Type: Succeed
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Charge
            States:
              Charge:
                Type: Pass
                Result: {paid: true}
                Next: Ship
              Ship:
                Type: Succeed
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
        for fault in architecture.definition_faults(machine, "target"):
            change = fault.change(fault.suggestion) if fault.suggestion else None
            yield rule.finding(
                fault.message,
                at=fault.place,
                why=f"Step Functions refuses the definition: {fault.code}",
                remediation=_remediation(fault),
                fix=Fix(f"Go on with '{fault.suggestion}'", (change,)) if change else None,
                about=machine.about,
            )


def _remediation(fault: Fault) -> str:
    if fault.suggestion:
        return f'"{fault.field}": "{fault.suggestion}"'
    scope = fault.state.scope if fault.state else fault.workflow.scopes[0]
    names = [name for name in scope.states if not fault.state or name != fault.state.name]
    if fault.code != "MISSING_TRANSITION_TARGET":
        return "Put the name into quotes here and wherever else it stands."
    return (
        f"Name one of the states of this scope: {listed(names, 8)}."
        if names
        else ("Add the state that is named to this scope.")
    )

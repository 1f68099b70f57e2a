"""JSONata expression does not parse or names what does not exist there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Pillar, Rule, Severity, StateMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="WFL007",
    name="invalid-jsonata-expression",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="JSONata expression does not parse or names what does not exist there",
    rationale="""
        Step Functions parses every expression between {% and %} when the state machine is created.
        Data are reached by $states.input, $states.result, $states.errorOutput in catchers and
        $states.context, and by the names of variables; the top level of an expression has no input
        of its own, so that a bare name, $ and $$ mean nothing there.
        """,
    remediation="""
        Start from $states.input or a variable.
        """,
    when_to_ignore="""
        Never for an error: the service does not create such a state machine.
        """,
    bad={
        "machine.asl.yaml": """
            QueryLanguage: JSONata
            StartAt: Prepare
            States:
              Prepare:
                Type: Pass
                Output:
                  id: "{% order.id %}"  # <-- 'id' of 'Prepare'
                End: true
            """,
    },
    good={
        "machine.asl.yaml": """
            QueryLanguage: JSONata
            StartAt: Prepare
            States:
              Prepare:
                Type: Pass
                Output:
                  id: "{% $states.input.order.id %}"
                End: true
            """,
    },
    references=("https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html",),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for fault in architecture.definition_faults(machine, "jsonata"):
            yield rule.finding(
                fault.message,
                at=fault.place,
                severity=Severity.ERROR if fault.is_error else Severity.WARNING,
                why=f"Step Functions refuses the definition: {fault.code}"
                if fault.is_error
                else "the expression fails or gives nothing when the state runs",
                remediation=f"""
                    "{fault.field}": "{{% $states.input.<name> %}}"
                    """,
                about=machine.about,
            )

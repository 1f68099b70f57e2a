"""JSONPath or intrinsic function is malformed where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Pillar, Rule, Severity, StateMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Fault, Finding

rule = Rule(
    id="WFL006",
    name="invalid-path-expression",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="JSONPath or intrinsic function is malformed where it stands",
    rationale="""
        In JSONPath states a key that ends in .$ and fields such as InputPath hold a path or an
        intrinsic function, and fields that name one place take a reference path, which selects
        exactly one value. Step Functions parses them when the state machine is created.
        """,
    remediation="""
        Correct the path: it starts with $, $$ or the name of a variable; a literal text stands
        under a key without .$.
        """,
    when_to_ignore="""
        Never for an error: the service does not create such a state machine.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Prepare
            States:
              Prepare:
                Type: Pass
                Parameters:
                  id.$: order.id  # <-- 'id.$' of 'Prepare', 'order.id'
                End: true
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Prepare
            States:
              Prepare:
                Type: Pass
                Parameters:
                  id.$: $.order.id
                End: true
            """,
    },
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for fault in architecture.definition_faults(machine, "path"):
            yield rule.finding(
                fault.message,
                at=fault.place,
                severity=Severity.ERROR if fault.is_error else Severity.WARNING,
                why=f"Step Functions refuses the definition: {fault.code}"
                if fault.is_error
                else "the state fails with States.IntrinsicFailure when it runs",
                remediation=_remediation(fault),
                about=machine.about,
            )


def _remediation(fault: Fault) -> str:
    field = fault.field
    if field.endswith(".$"):
        return f"""
# a value of the input
"{field}": "$.name"
# or a literal text
"{field.removesuffix(".$")}": "…"
"""
    return f'"{field}": "$.name"'

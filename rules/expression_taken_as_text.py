"""Path or expression is passed on as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Pillar, Rule, Severity, StateMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Fault, Finding

rule = Rule(
    id="WFL013",
    name="expression-taken-as-text",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="path or expression is passed on as plain text",
    rationale="""
        In JSONPath states a value is evaluated only under a key that ends in .$, in JSONata states
        only between {% and %}. Anything else goes to the service as it stands: the task works on a
        resource that is called $.id, and nothing fails before somebody looks at the result.
        """,
    remediation="""
        Add .$ to the key, or put the expression between {% and %}.
        """,
    when_to_ignore="""
        The text is meant literally, such as a path for a database to evaluate.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Prepare
            States:
              Prepare:
                Type: Pass
                Parameters:
                  id: $.order.id  # <-- passes the text '$.order.id' on as it is
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
        "https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for fault in architecture.definition_faults(machine, "undelimited"):
            yield rule.finding(
                fault.message,
                at=fault.place,
                why="whoever receives it sees the text itself instead of a value of the execution",
                remediation=_remediation(fault),
                about=machine.about,
            )


def _remediation(fault: Fault) -> str:
    state = fault.state
    if state is not None and state.is_jsonata:
        return f'"{fault.field.removesuffix(".$")}": "{{% … %}}"'
    if fault.code == "PASS_RESULT_IS_STATIC":
        return "Write it under Parameters instead of Result."
    return f'"{fault.field}.$": "$.…"'

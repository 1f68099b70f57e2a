"""Field belongs to the other query language than its state uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Pillar, Rule, Severity, StateMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Fault, Finding

rule = Rule(
    id="WFL008",
    name="mixed-query-languages",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="field belongs to the other query language than its state uses",
    rationale="""
        A state reads and shapes its data with JSONPath (InputPath, Parameters, ResultSelector,
        ResultPath, OutputPath, …Path) or with JSONata (Arguments, Output, Condition, Items), never
        with both. Its own QueryLanguage decides, else that of the state machine, else it is
        JSONPath; a JSONata state machine has no JSONPath states.
        """,
    remediation="""
        Give the state the language of its fields, or write the field in the state's language.
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
                Output:  # <-- 'Output' of 'Prepare' is a field of JSONata
                  id: 7
                End: true
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Prepare
            States:
              Prepare:
                Type: Pass
                QueryLanguage: JSONata
                Output:
                  id: 7
                End: true
            """,
    },
    references=("https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html",),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for fault in architecture.definition_faults(machine, "language"):
            state = fault.state
            other = "JSONPath" if state is not None and state.is_jsonata else "JSONata"
            yield rule.finding(
                fault.message,
                at=fault.place,
                severity=Severity.ERROR if fault.is_error else Severity.WARNING,
                why=f"Step Functions refuses the definition: {fault.code}"
                if fault.is_error
                else "the field is of no effect in this language",
                remediation=_remediation(fault, other),
                about=machine.about,
            )


_TWINS = {
    "Parameters": "Arguments",
    "ItemsPath": "Items",
    "Variable": "Condition",
    "SecondsPath": "Seconds",
    "TimestampPath": "Timestamp",
    "ResultPath": "Output or Assign",
    "ResultSelector": "Output or Assign",
    "OutputPath": "Output",
    "InputPath": "Arguments or Output",
    "Result": "Output",
    "Arguments": "Parameters",
    "Output": "ResultSelector, ResultPath or OutputPath",
    "Items": "ItemsPath",
    "Condition": "Variable and a comparison",
}


def _remediation(fault: Fault, other: str) -> str:
    twin = _TWINS.get(fault.field)
    way = f"# or say it with {twin}" if twin else "# or leave the field out"
    if fault.workflow.language.value == "JSONata" and other == "JSONPath":
        return way.replace("# or s", "S").replace("# or l", "L")
    return f"""
# in the state, where all of its fields are of that language
"QueryLanguage": "{other}"
{way}
"""

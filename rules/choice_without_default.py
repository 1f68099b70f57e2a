"""Input that no rule of a Choice expects ends the execution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    is_exhaustive,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Data,
        Finding,
        State,
    )

rule = Rule(
    id="WFL045",
    name="choice-without-default",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="input that no rule of a Choice expects ends the execution",
    rationale="""
        A Choice without Default fails with States.NoChoiceMatched when none of its rules is true.
        A Choice has neither Retry nor Catch, so that the execution ends there, with an error that
        says nothing about the input.
        """,
    remediation="""
        Add a Default, if only to a Fail state that says what was not expected.
        """,
    when_to_ignore="""
        The rules cover every input there can be.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Kind
            States:
              Kind:  # <-- 'Kind' has no Default
                Type: Choice
                Choices:
                  - Variable: $.kind
                    StringEquals: order
                    Next: Done
              Done:
                Type: Succeed
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Kind
            States:
              Kind:
                Type: Choice
                Choices:
                  - Variable: $.kind
                    StringEquals: order
                    Next: Done
                Default: Failed
              Done:
                Type: Succeed
              Failed:
                Type: Fail
                Error: UnknownKind
                Cause: the kind is none of those known
            """,
    },
    references=("https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html",),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for state in machine.workflow.states("Choice") if machine.workflow else ():
            if not state.data.get("Choices") or is_exhaustive(state):
                continue
            name = _name(state)
            yield rule.finding(
                f"'{state.name}' has no Default for input that none of its rules expects",
                at=state.at(label="no Default"),
                why="the execution fails with States.NoChoiceMatched, which a Choice cannot catch",
                remediation=f"""
                    # in {state.name}
                    "Default": "{name}"
                    # beside it
                    "{name}": {{"Type": "Fail", "Error": "UnexpectedInput",
                                   "Cause": "no rule of {state.name} expects this input"}}
                    """,
                fix=_fix(state),
                about=machine.about,
            )


def _name(state: State) -> str:
    """Return a name that no state of the machine has."""
    taken = {one.name for one in state.workflow.states()}
    return "Unexpected" if "Unexpected" not in taken else f"{state.name} got something unexpected"


def _fix(state: State) -> Fix | None:
    """Return what makes it end in a state of its own, which says what happened."""
    name = _name(state)
    fail: dict[str, Data] = {
        "Type": "Fail",
        "Error": "UnexpectedInput",
        "Cause": f"no rule of {state.name} expects this input",
    }
    default = state.change("Default", value=name)
    addition = state.workflow.change((*state.scope.pointer, "States", name), fail)
    if default is None or addition is None:
        return None
    return Fix(f"Fail in a state of its own, '{name}'", (default, addition))

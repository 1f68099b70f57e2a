"""Variable is read in the state that assigns it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    following,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
        State,
    )

rule = Rule(
    id="WFL068",
    name="variable-read-too-early",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="variable is read in the state that assigns it",
    rationale="""
        All expressions of a state are evaluated before its variables get their new values. Output,
        Arguments and the other variables of the same Assign see what a variable was before, which
        is nothing where no earlier state assigned it: the execution fails.
        """,
    remediation="""
        Read the variable in the next state, or repeat the expression that it is assigned.
        """,
    when_to_ignore="""
        Never where no earlier state assigns it.
        """,
    bad={
        "machine.asl.yaml": """
            QueryLanguage: JSONata
            StartAt: Sum
            States:
              Sum:
                Type: Pass
                Assign:
                  total: "{% $states.input.net * 1.2 %}"
                Output: "{% $total %}"  # <-- 'Sum' reads '$total', which it assigns itself
                End: true
            """,
    },
    good={
        "machine.asl.yaml": """
            QueryLanguage: JSONata
            StartAt: Sum
            States:
              Sum:
                Type: Pass
                Assign:
                  total: "{% $states.input.net * 1.2 %}"
                Next: Tell
              Tell:
                Type: Pass
                Output: "{% $total %}"
                End: true
            """,
    },
    references=("https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html",),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        workflow = machine.workflow
        if workflow is None:
            continue
        assigned = Counter(name for state in workflow.states() for name in _assigned(state))
        for state in workflow.states():
            own = state.data.get("Assign")
            if not state.is_jsonata or not isinstance(own, dict):
                continue
            for name in own:
                pointer = _read(state, name) if assigned[name] == 1 else None
                if pointer is not None and state not in following(state):
                    yield _finding(machine, state, name, pointer)


def _assigned(state: State) -> set[str]:
    names: set[str] = set()
    for pointer, item in walk(dict(state.data)):
        inside = any(key in pointer for key in ("States", "Branches"))
        if pointer[-1:] == ("Assign",) and not inside and isinstance(item, dict):
            names.update(name.removesuffix(".$") for name in item)
    return names


def _read(state: State, name: str) -> tuple[str | int, ...] | None:
    """Return where a state reads a variable."""
    quoted = re.escape(name)
    reads = re.compile(rf"\${quoted}(?![\w(])")
    # A name that the expression itself binds hides the variable.
    binds = re.compile(rf"\${quoted}\s*:=|function\s*\([^)]*\${quoted}\b")
    for field in ("Output", "Arguments", "Assign", "Items", "Condition"):
        for pointer, item in walk(state.data.get(field)):
            if not isinstance(item, str) or not item.startswith("{%"):
                continue
            if reads.search(item) and not binds.search(item):
                return (field, *pointer)
    return None


def _finding(
    machine: StateMachine, state: State, name: str, pointer: tuple[str | int, ...]
) -> Finding:
    return rule.finding(
        f"'{state.name}' reads '${name}', which it assigns itself",
        at=state.at(*pointer, label="evaluated before the assignment"),
        related=[state.at("Assign", name, label="assigned here, for the next state")],
        why="no state before it assigns the variable, so that there is nothing to read",
        remediation=f"Repeat the expression of '{name}' here, or read it in the next state.",
        about=machine.about,
    )

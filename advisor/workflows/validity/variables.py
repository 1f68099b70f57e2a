"""Variables that states of an inner scope assign although they belong to an outer one.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.documents.location import Pointer
    from advisor.workflows.model import Scope, State
    from advisor.workflows.placeholders import Asl
    from advisor.workflows.validity.problem import Report


def check_variables(report: Report) -> None:
    """Check that no scope assigns a variable of a scope around it."""
    outer: dict[Scope, dict[str, State]] = {}
    for scope in report.workflow.scopes:
        own: dict[str, State] = {}
        for state in scope.states.values():
            for pointer, name in assigned(state):
                own.setdefault(name, state)
                _judge(report, state, pointer, name=name, outer=outer)
        outer[scope] = own


def assigned(state: State) -> Iterator[tuple[Pointer, str]]:
    """Yield every variable that a state assigns, in its rules and catchers too."""
    yield from _names(state.data.get("Assign"), (*state.pointer, "Assign"))
    for key in ("Choices", "Catch"):
        entries = state.data.get(key)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict):
                yield from _names(entry.get("Assign"), (*state.pointer, key, index, "Assign"))


def _names(data: Asl, pointer: Pointer) -> Iterator[tuple[Pointer, str]]:
    for key in data if isinstance(data, dict) else ():
        yield (*pointer, key), key.removesuffix(".$")


def _judge(
    report: Report,
    state: State,
    pointer: Pointer,
    *,
    name: str,
    outer: dict[Scope, dict[str, State]],
) -> None:
    owner = state.scope.owner
    while owner is not None:
        first = outer.get(owner.scope, {}).get(name)
        # What the state around it assigns when it is done is recorded as accepted.
        if first is not None and first is not owner:
            report.warning(
                pointer,
                f"'{state.name}' assigns '{name}', a variable of the scope around"
                f" that '{first.name}' assigns",
                on_key=True,
                related=(first.pointer,),
                topic="variable",
            )
            return
        owner = owner.scope.owner

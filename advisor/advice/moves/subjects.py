"""What a finding is about, as nodes of the graph, and what the code around a call tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.advice.patterns.places import Places
from advisor.architecture.nodes.functions import Function
from advisor.architecture.nodes.workflows import StateMachine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.advice.patterns.survey import Survey
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.documents.location import Location
    from advisor.rules.finding import Finding
    from advisor.workflows.model import State

_KEPT = re.compile(r"(?:(?<![=!<>])=|\breturn|\byield|=>|\w\()\s*(?:await\s+)?\(*\Z")
"""How a line begins that goes on with what follows: assigns it, returns it, hands it on."""
_OPEN = ("(", "[", "{", ",", "=", "\\", "+", "&", "|", "?", ".", "return", "=>")
_LONGEST = 2_000
"""Characters of a line of code that are looked at."""


class Subjects:
    """Finds the nodes that findings name."""

    def __init__(self, survey: Survey, sources: Mapping[str, str]) -> None:
        self.survey = survey
        self._places = Places(survey.architecture)
        self._sources = sources
        self._lines: dict[str, list[str]] = {}

    def functions(self, finding: Finding) -> list[Function]:
        """Return the functions that make up a finding's identity, in its order."""
        found = (self._places.named(name, finding.location.path) for name in finding.about)
        return [node for node in found if isinstance(node, Function)]

    def nodes(self, place: Location) -> list[Node]:
        """Return the nodes that a place belongs to."""
        return self._places.at(place)

    def machine(self, place: Location) -> StateMachine | None:
        """Return the state machine that a place lies in."""
        found = (node for node in self.nodes(place) if isinstance(node, StateMachine))
        return next(found, None)

    def state(self, place: Location) -> State | None:
        """Return the state that a place lies in."""
        machine = self.machine(place)
        if machine is None or machine.workflow is None:
            return None
        inside = None
        for state in machine.workflow.states():
            at = state.at()
            if at.path == place.path and place.pointer[: len(at.pointer)] == at.pointer:
                inside = state
        return inside

    def uses_answer(self, edge: Edge) -> bool | None:
        """Tell whether code goes on with what a call gives back; None where that is not clear."""
        place = edge.place
        if place is None:
            return None
        if place.path not in self._lines:
            self._lines[place.path] = self._sources.get(place.path, "").splitlines()
        lines = self._lines[place.path]
        start, end = place.span.start, place.span.end
        if not 0 < start.line <= end.line <= len(lines):
            return None
        before = lines[start.line - 1][: start.column - 1][:_LONGEST].strip()
        after = lines[end.line - 1][end.column - 1 :][:_LONGEST].strip()
        after = after.removeprefix(".promise()")
        if _KEPT.search(before) or after.startswith("["):
            return True
        above = next((line.strip() for line in reversed(lines[: start.line - 1]) if line.strip()),
                     "")  # fmt: skip
        if before in {"", "await"} and after in {"", ";"} and not above.endswith(_OPEN):
            return False
        return None


__all__ = ["Subjects"]

"""Findings of several scenarios made one list: each with the conditions under which it holds."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Protocol

from advisor.records import replace
from advisor.rules.identity import key

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.documents.location import Location
    from advisor.rules.finding import Finding
    from advisor.rules.identity import Key
    from advisor.templates.resource import Resource

_MOST_LITERALS = 4  # a longer `when` tells a reader nothing
_MOST_CONDITIONS = 16  # conditions of the templates of one finding that are combined

Literal = tuple[str, bool]


class Scenario(Protocol):
    """One consistent set of assumptions, by the truth of each condition."""

    @property
    def conditions(self) -> Mapping[tuple[str, str], bool]:
        """The truth of each condition by path of its template and name."""
        ...


def merged(
    scenarios: Sequence[tuple[Scenario, Architecture]], found: Sequence[Sequence[Finding]]
) -> list[Finding]:
    """Return each finding once, with the conditions under which it holds where not always."""
    first: dict[Key, Finding] = {}
    holds: dict[Key, set[int]] = {}
    for index, findings in enumerate(found):
        for finding in findings:
            identity = key(finding)
            first.setdefault(identity, finding)
            holds.setdefault(identity, set()).add(index)
    if len(scenarios) == 1:
        return list(first.values())
    subjects = _Subjects(scenarios)
    everywhere = len(scenarios)
    return [
        finding
        if len(holds[identity]) == everywhere
        else replace(finding, when=_when(finding, holds[identity], scenarios, subjects))
        for identity, finding in first.items()
    ]


class _Subjects:
    """Which resources exist in which scenario, by the path and id that locations give."""

    def __init__(self, scenarios: Sequence[tuple[Scenario, Architecture]]) -> None:
        self._scenarios = scenarios
        self._known: list[set[tuple[str, str | None]]] = []
        self._named: dict[tuple[str, str | None], set[str]] = {}
        self.answers: dict[object, tuple[Literal, ...]] = {}
        """Conditions found before, by the templates and the scenarios asked about."""

    def conditions(self, places: Iterable[Location]) -> set[tuple[str, str]]:
        """Return the conditions, by path and name, that decide about the resources of places."""
        if not self._named:
            # SAM makes several resources of one, and each has some of its properties.
            seen: set[int] = set()
            for _, architecture in self._scenarios:
                for node in architecture.nodes():
                    if id(node.resource) not in seen:
                        seen.add(id(node.resource))
                        names = self._named.setdefault(node.key[:2], set())
                        names |= _conditions_in(node.resource)
        return {
            (place.path, name)
            for place in places
            for name in self._named.get((place.path, place.resource), ())
        }

    def having(self, path: str, resource: str | None) -> set[int]:
        """Return the numbers of the scenarios in which a resource exists; all if it is none."""
        every = set(range(len(self._scenarios)))
        if resource is None:
            return every
        if not self._known:
            self._known = [_ids(architecture) for _, architecture in self._scenarios]
        return {index for index in every if (path, resource) in self._known[index]} or every


def _conditions_in(resource: Resource) -> set[str]:
    """Return the conditions that decide about a resource or a property of it."""
    found = set(resource.conditions)
    pending: list[object] = [resource.properties]
    while pending:
        data = pending.pop()
        if isinstance(data, dict):
            argument = data.get("Fn::If")
            if isinstance(argument, list) and argument and isinstance(argument[0], str):
                found.add(argument[0])
            pending.extend(data.values())
        elif isinstance(data, list):
            pending.extend(data)
    return found


def _ids(architecture: Architecture) -> set[tuple[str, str | None]]:
    return {node.key[:2] for node in architecture.nodes()}


def _when(
    finding: Finding,
    holds: set[int],
    scenarios: Sequence[tuple[Scenario, Architecture]],
    subjects: _Subjects,
) -> tuple[Literal, ...]:
    relevant = subjects.having(finding.location.path, finding.location.resource) | holds
    if relevant == holds:
        return ()
    places = (finding.location, *finding.related)
    # Conditions of the resources themselves explain best; others only where these do not.
    near = frozenset(subjects.conditions(places))
    paths = frozenset(place.path for place in places)
    asked = (near, paths, frozenset(holds), frozenset(relevant))
    if asked not in subjects.answers:
        tables = [scenario.conditions for scenario, _ in scenarios]

        def told(names: Container[tuple[str, str]]) -> tuple[Literal, ...]:
            seen = {i: {k: v for k, v in tables[i].items() if k in names} for i in relevant}
            return smallest(dict(sorted(seen.items())), holds)

        of_paths = {name for name in tables[0] if name[0] in paths}
        subjects.answers[asked] = told(near) or told(of_paths)
    return subjects.answers[asked]


def smallest(
    truths: Mapping[int, Mapping[tuple[str, str], bool]], holds: set[int]
) -> tuple[Literal, ...]:
    """Return the fewest conditions that are true of `holds` alone, of as many of them as can be.

    `truths` are the conditions of each scenario to tell apart. Empty where none do.
    """
    names = list(dict.fromkeys(name for table in truths.values() for name in table))
    # Sets of scenarios are bits of a number; a condition that is the same everywhere tells
    # nothing apart.
    every = sum(1 << index for index in truths)
    wanted = sum(1 << index for index in truths if index in holds)
    bits = {
        (name, truth): sum(1 << i for i, table in truths.items() if table.get(name) is truth)
        for name in names
        for truth in (True, False)
    }
    literals = [key for key, chosen in bits.items() if chosen & wanted and chosen != every]
    few = literals[: 2 * _MOST_CONDITIONS]
    for size in range(1, _MOST_LITERALS + 1):
        best: tuple[tuple[tuple[str, str], bool], ...] = ()
        covered = 0
        for chosen in combinations(few, size):
            both = every
            for literal in chosen:
                both &= bits[literal]
            if both & wanted == both and both.bit_count() > covered:
                best, covered = chosen, both.bit_count()
        if best:
            return tuple((name[1], truth) for name, truth in best)
    return _enough(bits, every, wanted)


def _enough(
    bits: Mapping[tuple[tuple[str, str], bool], int], every: int, wanted: int
) -> tuple[Literal, ...]:
    """Return all that is true of one of the scenarios without what is not needed."""

    def outside(literals: Sequence[tuple[tuple[str, str], bool]]) -> bool:
        both = every
        for literal in literals:
            both &= bits[literal]
        return bool(both & ~wanted)

    left = wanted
    while left:
        one = left & -left
        left ^= one
        needed = [key for key, chosen in bits.items() if chosen & one]
        if outside(needed):
            continue
        for literal in list(needed):
            rest = [other for other in needed if other != literal]
            if not outside(rest):
                needed = rest
        return tuple((name[1], truth) for name, truth in needed)
    return ()

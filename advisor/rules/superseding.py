"""Lets a rule that knows more silence a weaker one about the same thing."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.documents.location import Location, Pointer
    from advisor.rules.finding import Finding
    from advisor.rules.registry import Registry

Subject = tuple[str, str | None]


def without_weaker(findings: Sequence[Finding], registry: Registry) -> list[Finding]:
    """Return the findings of one scenario without those of which a stronger rule has spoken.

    Two findings are about the same thing where their files and resources are the same, and the
    same state or operation where the stronger one is about such a part.
    """
    spoken: dict[str, dict[Subject, list[Pointer]]] = defaultdict(lambda: defaultdict(list))
    for finding in findings:
        for word in finding.rule.supersedes:
            rule = registry.get(word)
            if rule is None:
                continue
            place = finding.location
            for resource in {place.resource, *finding.about}:
                spoken[rule.name][place.path, resource].append(_part(place))
    if not spoken:
        return list(findings)
    return [finding for finding in findings if not _is_silenced(finding, spoken)]


def _is_silenced(finding: Finding, spoken: dict[str, dict[Subject, list[Pointer]]]) -> bool:
    subjects = spoken.get(finding.rule.name)
    if subjects is None:
        return False
    place = finding.location
    part = _part(place)
    parts = subjects.get((place.path, place.resource), ())
    return any(not stronger or stronger == part for stronger in parts)


def _part(place: Location) -> Pointer:
    """Return the pointer of the state or API operation that a place lies in; () for neither."""
    pointer = place.pointer
    for index in range(len(pointer) - 2, -1, -1):
        if pointer[index] == "States":
            return pointer[: index + 2]
        if pointer[index] == "paths":
            return pointer[: index + 3]
    # Of a file that is one state machine nothing but the place tells what a finding is about.
    return pointer if place.resource is None else ()

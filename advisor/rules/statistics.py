"""Counts for each rule how many of the things that it judges meet it, and how many do not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from advisor.architecture.nodes.external import External

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes import Node
    from advisor.documents.location import Location, Pointer
    from advisor.rules.finding import Finding, NotJudged
    from advisor.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class RuleStatistics:
    """Of the things that a rule applies to: how many meet it, do not, or could not be judged."""

    met: int = 0
    not_met: int = 0
    not_judged: int = 0

    @property
    def applies(self) -> int:
        """How many things the rule applies to."""
        return self.met + self.not_met + self.not_judged


class _State(IntEnum):
    """How one thing fares; over scenarios the worst counts."""

    MET = 0
    NOT_JUDGED = 1
    NOT_MET = 2


_Subject = tuple[str, str | None, "Pointer"]


class Tally:
    """Collects over all scenarios what each rule said of each thing."""

    def __init__(self) -> None:
        self._states: dict[str, dict[_Subject, _State]] = {}
        self._places: tuple[Architecture, dict[Node, Location]] | None = None

    def add(
        self,
        rule: Rule,
        architecture: Architecture,
        findings: Iterable[Finding],
        not_judged: Iterable[NotJudged],
    ) -> None:
        """Add what a rule said in one scenario."""
        kinds = rule.applies_to if isinstance(rule.applies_to, tuple) else (rule.applies_to,)
        nodes = [n for kind in kinds for n in architecture.all(kind) if not isinstance(n, External)]
        if not nodes:
            return
        states = self._states.setdefault(rule.id, {})
        at_resource: dict[tuple[str, str | None], list[_Subject]] = {}
        for node in nodes:
            place = self._place(architecture, node)
            subject = (place.path, place.resource, place.pointer)
            states.setdefault(subject, _State.MET)
            at_resource.setdefault(subject[:2], []).append(subject)
        for item in not_judged:
            for subject in _meant(item.location, at_resource):
                states[subject] = max(states[subject], _State.NOT_JUDGED)
        for finding in findings:
            for subject in _meant(finding.location, at_resource):
                states[subject] = _State.NOT_MET

    def statistics(
        self, rules: Iterable[Rule], failed: Collection[str]
    ) -> dict[str, RuleStatistics]:
        """Return the counts by id; of a rule that failed nothing is known to be met."""
        found: dict[str, RuleStatistics] = {}
        for rule in rules:
            states = list(self._states.get(rule.id, {}).values())
            met = states.count(_State.MET)
            unsure = states.count(_State.NOT_JUDGED)
            if rule.name in failed:
                met, unsure = 0, unsure + met
            found[rule.id] = RuleStatistics(met, states.count(_State.NOT_MET), unsure)
        return found

    def _place(self, architecture: Architecture, node: Node) -> Location:
        """Return the place of a node, asked for once for all rules."""
        if self._places is None or self._places[0] is not architecture:
            self._places = (architecture, {})
        known = self._places[1]
        if node not in known:
            known[node] = node.at()
        return known[node]


def _meant(
    place: Location, at_resource: dict[tuple[str, str | None], list[_Subject]]
) -> Sequence[_Subject]:
    """Return the things that a place belongs to: the innermost where one lies in another."""
    subjects = at_resource.get((place.path, place.resource), [])
    if len(subjects) < 2:
        return subjects
    around = [s for s in subjects if place.pointer[: len(s[2])] == s[2]]
    deepest = max((len(s[2]) for s in around), default=0)
    return [s for s in around if len(s[2]) == deepest] or subjects

"""Counts for each rule how many of the things that it judges meet it, and how many do not."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from advisor.architecture.nodes.external import External
from advisor.records import field, record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes import Node
    from advisor.documents.location import Location, Pointer
    from advisor.rules.finding import Finding, NotJudged
    from advisor.rules.rule import Rule


@record(frozen=True)
class RuleStatistics:
    """Of the things that a rule applies to: how many meet it, do not, or could not be judged."""

    met: int = 0
    not_met: int = 0
    not_judged: int = 0

    @property
    def applies(self) -> int:
        """How many things the rule applies to."""
        return self.met + self.not_met + self.not_judged


class _State(Enum):
    """How a thing fares that does not meet a rule; over scenarios the worst counts."""

    NOT_JUDGED = auto()
    NOT_MET = auto()


_Subject = tuple[str, str | None, "Pointer"]


@record()
class _Subjects:
    """The things of some classes: all that were ever seen, and those of one architecture."""

    seen: set[_Subject] = field(default_factory=set)
    here: dict[tuple[str, str | None], list[_Subject]] = field(default_factory=dict)
    of: Architecture | None = None


_Kinds = tuple["type[Node]", ...]

TallyParts = tuple[dict[str, dict[_Subject, _State]], dict[_Kinds, set[_Subject]]]
"""The states by rule, and the subjects by their classes."""


class Tally:
    """Collects over all scenarios what each rule said of each thing."""

    def __init__(self) -> None:
        self._states: dict[str, dict[_Subject, _State]] = {}
        self._subjects: dict[_Kinds, _Subjects] = {}
        self._places: tuple[Architecture, dict[Node, _Subject]] | None = None
        self._silent: tuple[Architecture, list[_Subject]] | None = None

    def add(
        self,
        rule: Rule,
        architecture: Architecture,
        findings: Iterable[Finding],
        not_judged: Iterable[NotJudged],
    ) -> None:
        """Add what a rule said in one scenario."""
        here = self._of(rule, architecture).here
        states = self._states.setdefault(rule.id, {})
        if rule.reads_code:
            for subject in self._unread(architecture):
                states.setdefault(subject, _State.NOT_JUDGED)
        for item in not_judged:
            for subject in _meant(item.location, here):
                states.setdefault(subject, _State.NOT_JUDGED)
        for finding in findings:
            for subject in _meant(finding.location, here):
                states[subject] = _State.NOT_MET

    def parts(self) -> TallyParts:
        """Return all that was counted, without the architectures."""
        return self._states, {kinds: found.seen for kinds, found in self._subjects.items()}

    def take(self, parts: TallyParts) -> None:
        """Add what another tally has counted."""
        states, subjects = parts
        for id_, found in states.items():
            own = self._states.setdefault(id_, {})
            for subject, state in found.items():
                if own.get(subject) is not _State.NOT_MET:
                    own[subject] = state
        for kinds, seen in subjects.items():
            self._subjects.setdefault(kinds, _Subjects()).seen |= seen

    def statistics(
        self, rules: Iterable[Rule], failed: Collection[str]
    ) -> dict[str, RuleStatistics]:
        """Return the counts by id; of a rule that failed nothing is known to be met."""
        found: dict[str, RuleStatistics] = {}
        for rule in rules:
            subjects = self._subjects.get(kinds_of(rule))
            total = len(subjects.seen) if subjects else 0
            states = list(self._states.get(rule.id, {}).values())
            not_met = states.count(_State.NOT_MET)
            unsure = total - not_met if rule.name in failed else len(states) - not_met
            found[rule.id] = RuleStatistics(total - not_met - unsure, not_met, unsure)
        return found

    def _of(self, rule: Rule, architecture: Architecture) -> _Subjects:
        """Return the things that a rule applies to, looked up once for rules that share them."""
        kinds = kinds_of(rule)
        subjects = self._subjects.setdefault(kinds, _Subjects())
        if subjects.of is not architecture:
            subjects.of = architecture
            subjects.here = {}
            nodes = (n for kind in kinds for n in architecture.all(kind) if _is_judged(n))
            for subject in dict.fromkeys(self._subject(architecture, node) for node in nodes):
                subjects.seen.add(subject)
                subjects.here.setdefault(subject[:2], []).append(subject)
        return subjects

    def _unread(self, architecture: Architecture) -> list[_Subject]:
        """Return the functions of which code says nothing, or not all, looked up once."""
        if self._silent is None or self._silent[0] is not architecture:
            found = [
                self._subject(architecture, function)
                for function in architecture.functions()
                if not getattr(function.source, "is_complete", False)
            ]
            self._silent = (architecture, found)
        return self._silent[1]

    def _subject(self, architecture: Architecture, node: Node) -> _Subject:
        """Return what tells a node apart, asked for once for all rules."""
        if self._places is None or self._places[0] is not architecture:
            self._places = (architecture, {})
        known = self._places[1]
        if node not in known:
            known[node] = node.key
        return known[node]


def _is_judged(node: Node) -> bool:
    """Tell whether a node is of these files: what lies outside is nobody's to mend here."""
    return not isinstance(node, External)


def kinds_of(rule: Rule) -> _Kinds:
    """Return the classes of what a rule judges."""
    return rule.applies_to if isinstance(rule.applies_to, tuple) else (rule.applies_to,)


def _meant(
    place: Location, here: dict[tuple[str, str | None], list[_Subject]]
) -> Sequence[_Subject]:
    """Return the things that a place belongs to: the innermost where one lies in another."""
    subjects = here.get((place.path, place.resource), [])
    if len(subjects) < 2:
        return subjects
    around = [s for s in subjects if place.pointer[: len(s[2])] == s[2]]
    deepest = max((len(s[2]) for s in around), default=0)
    return [s for s in around if len(s[2]) == deepest] or subjects

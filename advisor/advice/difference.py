"""What a change has made better or worse: the rules of two runs, by how each fares."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from advisor.advice.summary import is_counted, summarised
from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.advice.summary import Level, Summary
    from advisor.report import Report
    from advisor.rules.finding import Finding

MET, NOT_JUDGED, ACCEPTED, NOT_MET = "met", "not judged", "accepted", "not met"
ABSENT = "does not apply"
_RANK = {NOT_MET: 0, ACCEPTED: 1, NOT_JUDGED: 1, MET: 2, ABSENT: 2}


@record(frozen=True)
class RuleChange:
    """How a rule fared and how it fares now; `gained` and `lost` count its findings."""

    id: str
    was: str
    now: str
    gained: int = 0
    lost: int = 0

    @property
    def is_better(self) -> bool:
        """Whether fewer things are open by this rule than before."""
        rise = _RANK[self.now] - _RANK[self.was]
        return rise > 0 or (rise == 0 and not self.gained)


@record(frozen=True)
class Difference:
    """The change from one run to another: rules that fare otherwise or have other findings."""

    since: str
    """The revision that is compared with, as it was given."""
    level: Level
    """The level that was reached before."""
    better: tuple[RuleChange, ...]
    worse: tuple[RuleChange, ...]
    new: frozenset[str] = frozenset()
    """The fingerprints of the findings that are new."""

    @property
    def gained(self) -> int:
        """How many findings are new."""
        return sum(each.gained for each in (*self.better, *self.worse))

    @property
    def lost(self) -> int:
        """How many findings are gone."""
        return sum(each.lost for each in (*self.better, *self.worse))


def difference(report: Report) -> Difference | None:
    """Return what has changed since the revision that a run is compared with; None for none."""
    if report.before is None:
        return None
    before, now = summarised(report.before), summarised(report)
    was, fares = _fares(before), _fares(now)
    marks = _marks(_open(report.before)), _marks(_open(report))
    gained = Counter(rule for mark, rule in marks[1].items() if mark not in marks[0])
    lost = Counter(rule for mark, rule in marks[0].items() if mark not in marks[1])
    changes = [
        RuleChange(rule, was.get(rule, ABSENT), fares.get(rule, ABSENT), gained[rule], lost[rule])
        for rule in sorted({*was, *fares})
    ]
    changes = [
        each for each in changes if each.gained or each.lost or _RANK[each.was] != _RANK[each.now]
    ]
    return Difference(
        report.since,
        before.level,
        tuple(each for each in changes if each.is_better),
        tuple(each for each in changes if not each.is_better),
        frozenset(mark for mark in marks[1] if mark not in marks[0]),
    )


def _fares(summary: Summary) -> dict[str, str]:
    """Return how each rule that applies fares."""
    found: dict[str, str] = {}
    for pillar in summary.pillars:
        found |= dict.fromkeys(pillar.met, MET) | dict.fromkeys(pillar.not_met, NOT_MET)
        found |= dict.fromkeys(pillar.accepted, ACCEPTED)
        found |= dict.fromkeys(pillar.not_judged, NOT_JUDGED)
    return found


def _open(report: Report) -> Iterable[Finding]:
    return filter(is_counted, (*report.findings, *report.hidden, *report.baselined))


def _marks(findings: Iterable[Finding]) -> dict[str, str]:
    """Return the rule of each fingerprint, of an aggregated finding those of its members."""
    return {
        mark: finding.rule.id
        for finding in findings
        for mark in finding.members or (finding.fingerprint,)
    }


__all__ = ["ABSENT", "Difference", "RuleChange", "difference"]

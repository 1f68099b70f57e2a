"""How a run fares by the pillars of the Well-Architected Framework; no score, only counts.

https://docs.aws.amazon.com/wellarchitected/latest/framework/welcome.html
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from advisor.records import record
from advisor.rules.finding import Confidence, Pillar, Severity
from advisor.rules.foreign import is_foreign

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from advisor.report import Report
    from advisor.rules.finding import Finding


class Level(IntEnum):
    """How far a project has come; each level asks for all that the one before it asks for."""

    NONE = 0
    BASIC = 1
    """Nothing is wrong that certainly fails, loses data or runs away: no error."""
    SOUND = 2
    """No documented failure mode is open: no warning either."""
    REFINED = 3
    """No advice is left to take."""

    @property
    def word(self) -> str:
        """The name in lower case, as every output writes it."""
        return self.name.lower()


_ASKS = {Level.BASIC: Severity.ERROR, Level.SOUND: Severity.WARNING, Level.REFINED: Severity.INFO}


@record(frozen=True)
class PillarSummary:
    """Of the rules of one pillar that apply to something here: their ids by how they fare."""

    pillar: Pillar
    met: tuple[str, ...] = ()
    not_met: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    """Not met, and every finding suppressed with a reason."""
    not_judged: tuple[str, ...] = ()
    """Nothing found for sure, and at least once the files alone do not tell."""
    errors: int = 0
    warnings: int = 0
    infos: int = 0

    @property
    def applies(self) -> int:
        """How many rules of the pillar apply."""
        return len(self.met) + len(self.not_met) + len(self.accepted) + len(self.not_judged)


@record(frozen=True)
class Reason:
    """Why rules could not judge, how often, and the ids of these rules."""

    why: str
    count: int
    rules: tuple[str, ...]


@record(frozen=True)
class Summary:
    """All pillars that have a rule which applies, and the level that is reached."""

    pillars: tuple[PillarSummary, ...]
    level: Level
    needs: tuple[str, ...] = ()
    """Ids of the rules to meet for the next level."""
    reasons: tuple[Reason, ...] = ()
    """Why something could not be judged, the most frequent reason first."""

    @property
    def next(self) -> Level | None:
        """The level after the one that is reached; None where there is none."""
        return Level(self.level + 1) if self.level < Level.REFINED else None

    @property
    def rules(self) -> int:
        """How many rules apply in all."""
        return sum(pillar.applies for pillar in self.pillars)


def summarised(report: Report) -> Summary:
    """Return the summary of a run.

    What a baseline or an older revision has is open all the same; a rule that has findings of
    low confidence only counts as not judged.
    """
    every = [
        finding
        for finding in (*report.findings, *report.hidden, *report.baselined)
        if not is_foreign(finding.rule.id)
    ]
    ours = [finding for finding in every if is_counted(finding)]
    doubtful = [finding for finding in every if finding.confidence is Confidence.LOW]
    level, needs = _level(ours)
    causes: dict[str, list[str]] = {}
    for finding in doubtful:
        causes.setdefault("found with low confidence only", []).append(finding.rule.id)
    for item in report.not_judged:
        causes.setdefault(item.because, []).append(item.rule.id)
    reasons = [Reason(why, len(ids), tuple(sorted(set(ids)))) for why, ids in causes.items()]
    return Summary(
        tuple(_pillars(report, ours, doubtful)),
        level,
        needs,
        tuple(sorted(reasons, key=lambda each: (-each.count, each.why))),
    )


def is_counted(finding: Finding) -> bool:
    """Tell whether a finding makes its rule count as not met: our own, and sure enough."""
    return not is_foreign(finding.rule.id) and finding.confidence > Confidence.LOW


def _pillars(
    report: Report, found: list[Finding], doubtful: list[Finding]
) -> Iterable[PillarSummary]:
    opened = {finding.rule.id for finding in found}
    accepted = {each.finding.rule.id for each in report.suppressed} - opened
    unsure = {item.rule.id for item in report.not_judged} | {each.rule.id for each in doubtful}
    unsure -= opened | accepted
    for pillar in Pillar:
        ids = [
            rule.id
            for rule, statistics in report.judged
            if rule.pillar is pillar
            and (statistics.applies or rule.id in opened | accepted | unsure)
        ]
        if not ids:
            continue
        here = [finding for finding in found if finding.rule.pillar is pillar]
        counts = {each: sum(f.severity is each for f in here) for each in Severity}
        yield PillarSummary(
            pillar,
            met=tuple(i for i in ids if i not in opened | accepted | unsure),
            not_met=tuple(i for i in ids if i in opened),
            accepted=tuple(i for i in ids if i in accepted),
            not_judged=tuple(i for i in ids if i in unsure),
            errors=counts[Severity.ERROR],
            warnings=counts[Severity.WARNING],
            infos=counts[Severity.INFO],
        )


def _level(found: Sequence[Finding]) -> tuple[Level, tuple[str, ...]]:
    reached = Level.NONE
    for level, severity in _ASKS.items():
        needs = sorted({f.rule.id for f in found if f.severity is severity})
        if needs:
            return reached, tuple(needs)
        reached = level
    return reached, ()


__all__ = ["Level", "PillarSummary", "Reason", "Summary", "is_counted", "summarised"]

"""The few phrases that several outputs share: counts, conditions, names of things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.report import FileKind
from advisor.rules.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.report import Report
    from advisor.rules.finding import Finding

KINDS = {
    FileKind.SAM: "SAM",
    FileKind.CLOUDFORMATION: "CloudFormation",
    FileKind.STATE_MACHINE: "state machine",
}


def counted(count: int, noun: str, *, plural: str | None = None) -> str:
    """Return a number with its noun: "1 error", "2 errors"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def tally(findings: Iterable[Finding]) -> str:
    """Return how many findings of each severity there are, the gravest first."""
    numbers = dict.fromkeys(sorted(Severity, reverse=True), 0)
    for finding in findings:
        numbers[finding.severity] += 1
    parts = [
        counted(number, severity.word, plural="info" if severity is Severity.INFO else None)
        for severity, number in numbers.items()
        if number
    ]
    return ", ".join(parts)


def condition_words(finding: Finding) -> str:
    """Return the assignment under which a finding holds, such as "IsProd is false"."""
    return " and ".join(f"{name} is {str(value).lower()}" for name, value in finding.when)


def unseen(report: Report) -> list[str]:
    """Return one phrase for each sort of finding that exists and is not shown."""
    phrases = []
    if report.hidden_info:
        phrases.append(f"{report.hidden_info:,} info hidden (--severity info)")
    if report.hidden_unsure:
        phrases.append(f"{report.hidden_unsure:,} of low confidence hidden (--confidence low)")
    if report.suppressed:
        phrases.append(f"{len(report.suppressed):,} suppressed (--show-suppressed)")
    if report.baselined:
        phrases.append(f"{len(report.baselined):,} known before")
    return phrases


def fixable(report: Report) -> list[str]:
    """Return one phrase on how many findings can be fixed, where any can."""
    fixes = [finding.fix for finding in report.findings if finding.fix]
    if not fixes:
        return []
    from advisor.fixes.documents import Documents
    from advisor.fixes.plan import written

    documents = Documents(report)
    made = [each for each in (written(fix, documents) for fix in fixes) if not each.refused]
    safe = sum(not each.unsafe for each in made)
    others = len(made) - safe
    if not safe:
        words = f"{counted(others, 'fix', plural='fixes')} with --fix --unsafe-fixes"
        return [words] if others else []
    words = counted(safe, "safe fix", plural="safe fixes")
    return [f"{words} (--fix){f', {others:,} more with --unsafe-fixes' if others else ''}"]


def listed(names: Iterable[str], *, most: int | None = None) -> str:
    """Return names with commas, at most some of them and the number of the rest."""
    all_names = list(names)
    if most is None or len(all_names) <= most:
        return ", ".join(all_names)
    return f"{', '.join(all_names[:most])} and {len(all_names) - most:,} more"

"""Makes the findings of a rule that gives advice one finding per template."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from advisor.records import replace
from advisor.rules.finding import Fix
from advisor.rules.identity import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from advisor.documents.location import Location
    from advisor.rules.finding import Finding

_MOST_NAMES = 5  # names in one message; the rest is a number


def aggregated(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings of each rule that aggregates as one per template, others as they are.

    One that is more severe than its rule usually is stands alone.
    """
    done: list[Finding] = []
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.rule.aggregate and finding.severity <= finding.rule.severity:
            groups[finding.rule.id, finding.location.path].append(finding)
        else:
            done.append(finding)
    return [*_copies_joined(done), *(_one(group) for group in groups.values())]


def _copies_joined(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings; what is said at one place of several copies of a loop's body is one."""
    copies: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        place = finding.location
        if any(str(step).startswith("Fn::ForEach::") for step in place.pointer):
            key = (finding.rule.id, place.path, place.pointer, place.span, finding.severity)
            copies.setdefault(key, []).append(finding)
        else:
            yield finding
    for group in copies.values():
        names = {finding_name(finding) for finding in group}
        yield from [_of_copies(group)] if len(names) == len(group) > 1 else group


def _of_copies(group: Sequence[Finding]) -> Finding:
    """Return one finding for the copies of a resource that a loop makes."""
    ordered = sorted(group, key=lambda finding: finding.sort_key)
    first, *others = ordered
    names = [finding_name(finding) for finding in others]
    return replace(
        first,
        message=f"{first.message}; so it is with {_listed(names)} of the same loop",
        confidence=min(finding.confidence for finding in ordered),
        resources=(finding_name(first), *names),
        # The body is written once; where the copies want different things, one after the other.
        fix=first.fix,
        members=tuple(finding.fingerprint for finding in ordered),
    )


def _one(group: Sequence[Finding]) -> Finding:
    ordered = sorted(group, key=lambda finding: finding.sort_key)
    first = ordered[0]
    names = tuple(dict.fromkeys(finding_name(finding) for finding in ordered))
    message, related = first.message, first.related
    if len(ordered) > 1:
        related = tuple(_place(finding) for finding in ordered[1:])
        message = first.rule.aggregate.replace("{count}", str(len(names)))
        message = message.replace("{names}", _listed(names))
    same_when = all(finding.when == first.when for finding in ordered)
    return replace(
        first,
        message=message,
        severity=max(finding.severity for finding in ordered),
        confidence=min(finding.confidence for finding in ordered),
        related=related,
        resources=names,
        when=first.when if same_when else (),
        fix=_fix(ordered),
        # Resources come and go without making it another finding.
        fingerprint=digest(first.rule.id, first.location.path, "aggregate"),
        members=tuple(finding.fingerprint for finding in ordered),
    )


def finding_name(finding: Finding) -> str:
    """Return what a reader calls the subject of a finding."""
    place = finding.location
    return place.resource or (str(place.pointer[-1]) if place.pointer else place.path)


def _listed(names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names[:_MOST_NAMES]]
    rest = len(names) - len(quoted)
    if rest:
        return f"{', '.join(quoted)} and {rest} more"
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else quoted[0]


def _place(finding: Finding) -> Location:
    return finding.location.labelled(finding.message)


def _fix(ordered: Sequence[Finding]) -> Fix | None:
    """Return the fixes of all that have one, as one; it says for how many there is none."""
    fixes = [finding.fix for finding in ordered if finding.fix is not None]
    left = len(ordered) - len(fixes)
    if not fixes or len(ordered) == 1:
        return fixes[0] if fixes else None
    title = fixes[0].title if len(fixes) == 1 else f"{fixes[0].title} and {len(fixes) - 1} more"
    return Fix(
        title=f"{title}; {left} without a fix" if left else title,
        changes=tuple(change for fix in fixes for change in fix.changes),
        safe=all(fix.safe for fix in fixes),
        edits=tuple(edit for fix in fixes for edit in fix.edits),
    )

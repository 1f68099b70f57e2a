"""Applies suppressions to findings, and judges the suppressions themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.records import field, record
from advisor.report import Suppressed
from advisor.rules import builtin
from advisor.rules.finding import Change, Fix, TextEdit
from advisor.rules.foreign import is_foreign
from advisor.rules.registry import did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from advisor.rules.finding import Finding
    from advisor.rules.rule import Rule
    from advisor.rules.selection import Selection
    from advisor.rules.suppression import Suppression


@record(frozen=True)
class Suppressing:
    """What is left, what is hidden, and what is wrong with the suppressions."""

    findings: list[Finding] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    about_suppressions: list[Finding] = field(default_factory=list)


def apply(
    findings: Iterable[Finding],
    suppressions: Sequence[Suppression],
    selection: Selection,
    *,
    ran: frozenset[str],
    declarers: Mapping[str, Collection[str]],
) -> Suppressing:
    """Take suppressed findings out, and report suppressions that do nothing.

    `declarers` are the templates that declare each logical id. `ran` are the names of the rules
    that were run to their end: one that was not cannot tell that its suppression is unused.
    """
    outcome = Suppressing()
    if not suppressions:
        outcome.findings.extend(findings)
        return outcome
    usable = [s for s in suppressions if _takes_effect(s, selection)]
    by_rule: dict[str, list[Suppression]] = {}
    for suppression in usable:
        for name in _rules(suppression, selection):
            by_rule.setdefault(name, []).append(suppression)
    used: set[tuple[int, str]] = set()
    for finding in findings:
        name = finding.rule.id if is_foreign(finding.rule.id) else finding.rule.name
        covering = [s for s in by_rule.get(name, ()) if s.covers(finding, declarers)]
        used.update((id(s), name) for s in covering)
        if covering:
            first = covering[0]
            outcome.suppressed.append(
                Suppressed(finding, first.reason, first.location, first.until)
            )
        else:
            outcome.findings.append(finding)
    for suppression in suppressions:
        outcome.about_suppressions.extend(_judge(suppression, selection, used, ran))
    return outcome


def _takes_effect(suppression: Suppression, selection: Selection) -> bool:
    if suppression.malformed:
        return False
    if suppression.until is not None and suppression.until < selection.config.today:
        return False
    return bool(suppression.reason) or not selection.config.require_ignore_reason


def _rules(suppression: Suppression, selection: Selection) -> dict[str, str]:
    """Return the names of the rules that it hides, with the words that it uses for them."""
    found: dict[str, str] = {}
    for word in suppression.rules:
        rule = selection.registry.get(word)
        if rule is not None:
            found[rule.name] = word
        elif is_foreign(word):
            found[word.upper()] = word
    return found


def _judge(
    suppression: Suppression,
    selection: Selection,
    used: set[tuple[int, str]],
    ran: frozenset[str],
) -> Iterable[Finding]:
    if suppression.malformed:
        yield _finding(
            builtin.MALFORMED_SUPPRESSION,
            suppression,
            f"suppression {suppression.malformed} and cannot be read",
        )
        return
    words = ", ".join(suppression.rules)
    for word in suppression.rules:
        if selection.registry.get(word) is None and not is_foreign(word):
            hint = did_you_mean(word, selection.registry.by_word)
            yield _finding(
                builtin.UNKNOWN_SUPPRESSED_RULE,
                suppression,
                f"suppression names no single rule with '{shown(word)}'{hint}",
            )
    if suppression.until is not None and suppression.until < selection.config.today:
        yield _finding(
            builtin.EXPIRED_SUPPRESSION,
            suppression,
            f"suppression of '{shown(words)}' ended on {suppression.until}",
        )
        return
    if not suppression.reason and selection.config.require_ignore_reason:
        yield _finding(
            builtin.SUPPRESSION_WITHOUT_REASON,
            suppression,
            f"suppression of '{shown(words)}' gives no reason and has no effect",
        )
        return
    named = _rules(suppression, selection)
    unused = {
        word: name
        for name, word in named.items()
        if name in ran and (id(suppression), name) not in used
    }
    for word in unused:
        # What is left of a comment that names other rules too is for its author to reword.
        alone = len(unused) == len(suppression.rules)
        yield _finding(
            builtin.UNUSED_SUPPRESSION,
            suppression,
            f"suppression of '{shown(word)}' hides nothing",
            fix=_removal(suppression) if alone and not suppression.in_code else None,
        )


def _finding(
    rule: Rule, suppression: Suppression, message: str, *, fix: Fix | None = None
) -> Finding:
    return rule.finding(
        message,
        at=suppression.location.labelled(""),
        why=" ".join(rule.rationale.split()),
        remediation=rule.remediation,
        fix=fix,
    )


def _removal(suppression: Suppression) -> Fix:
    place = suppression.location
    if place.pointer:
        change = Change(path=place.path, pointer=place.pointer, value=None, remove=True)
        return Fix("Remove the suppression", (change,), safe=True)
    edit = TextEdit(place.path, place.span, "")
    return Fix("Remove the suppression", (), safe=True, edits=(edit,))

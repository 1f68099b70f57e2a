"""The summary by pillar as text: rules met of those that apply, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.difference import ABSENT, difference
from advisor.advice.summary import summarised
from advisor.reporters.look import Ink
from advisor.reporters.safe import cells, no_command, safe
from advisor.reporters.words import counted
from advisor.reporters.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor.advice.difference import Difference, RuleChange
    from advisor.advice.summary import PillarSummary, Reason, Summary
    from advisor.documents.document import Data
    from advisor.report import Report
    from advisor.reporters.look import Look

_CELLS = 10
"""Width of the bar."""
_NAME = 15
"""Width of a pillar's name and the space behind it."""
_MOST_IDS = 8
_MOST_REASONS = 3
_MEANING = {
    "none": "errors are open",
    "basic": "no error",
    "sound": "no error, no warning",
    "refined": "nothing is open",
}


def render(report: Report, *, look: Look) -> str:
    """Return one line for each pillar that has a rule which applies, and the level reached."""
    if not report.files:
        return "nothing was judged: there is no template and no state machine\n"
    summary = summarised(report)
    lines = [*_head(report, summary, look=look)]
    rule = look.glyphs.light * min(look.room, 78)
    rows = (line for pillar in summary.pillars for line in _row(pillar, look=look))
    lines += [rule, *rows, rule]
    lines += [line for text in _closing(report, summary, look=look) for line in text]
    return "".join(f"{no_command(line.rstrip())}\n" for line in lines)


def _head(report: Report, summary: Summary, *, look: Look) -> Iterator[str]:
    name = report.files[0].path if len(report.files) == 1 else counted(len(report.files), "file")
    shown = safe(look.path(name) if len(report.files) == 1 else name, ascii_only=look.ascii_only)
    facts = f"{counted(report.rules_run, 'rule')}, {summary.rules} apply here"
    name = look.paint(shown, Ink.STRONG)
    if cells(shown) + 2 + len(facts) <= look.room:
        yield f"{name}  {facts}"
        return
    yield name
    yield from (f"  {line}" for line in wrapped(facts, look.room - 2))


def _row(pillar: PillarSummary, *, look: Look) -> Iterator[str]:
    met, applies = len(pillar.met), pillar.applies
    # A bar is full only where everything is met.
    full = met * _CELLS // applies
    solid, hollow = ("#", ".") if look.ascii_only else ("█", "░")
    bar = solid * full + hollow * (_CELLS - full)
    start, rules = f"{pillar.pillar.value:<{_NAME - 1}} {bar}", f"{met:>3} of {applies:>3} met"
    counts = ((pillar.errors, "error"), (pillar.warnings, "warning"))
    said = [counted(count, word) for count, word in counts if count]
    if pillar.infos:
        said.append(f"{pillar.infos} info")
    if pillar.accepted:
        said.append(f"{len(pillar.accepted)} accepted")
    if pillar.not_judged:
        said.append(f"{len(pillar.not_judged)} not judged")
    counted_up = ", ".join(said)
    row = f"{start}  {rules}  {counted_up}".rstrip()
    if cells(row) <= look.room:
        yield row
        return
    yield f"{start} {rules}"
    indent = " " * _NAME
    yield from (f"{indent}{line}" for line in wrapped(counted_up, look.room - _NAME))


def _closing(report: Report, summary: Summary, *, look: Look) -> Iterator[list[str]]:
    def lines(text: str) -> list[str]:
        return wrapped(safe(text, ascii_only=look.ascii_only), look.room, later=look.room - 2)

    if summary.reasons:
        shown = summary.reasons[:_MOST_REASONS] if not look.verbose else summary.reasons
        reasons = "; ".join(map(reason_words, shown))
        more = len(summary.reasons) - len(shown)
        reasons += f"; {counted(more, 'more reason')} (-v)" if more else ""
        head, *rest = lines(f"not judged: {reasons}")
        yield [head, *(f"  {line}" for line in rest)]
    head, *rest = lines(level_words(summary, verbose=look.verbose))
    yield [look.paint(head, Ink.STRONG), *(f"  {line}" for line in rest)]
    changed = difference(report)
    if changed is not None:
        for text in difference_lines(changed, verbose=look.verbose):
            indent = text[: len(text) - len(text.lstrip())]
            said = safe(text.lstrip(), ascii_only=look.ascii_only)
            head, *rest = wrapped(said, look.room - len(indent), later=look.room - 4)
            yield [indent + head, *(f"    {line}" for line in rest)]
    elif report.baselined:
        new = counted(len(report.findings), "finding")
        yield [f"{new} new, {len(report.baselined)} known before"]


def reason_words(reason: Reason) -> str:
    """Return why which rules could not judge, and how often: `PKG001 PKG021: not here (4)`."""
    return f"{' '.join(reason.rules)}: {reason.why} ({reason.count})"


def level_words(summary: Summary, *, verbose: bool = True) -> str:
    """Return the level that is reached, and which rules the next one needs."""
    text = f"level reached: {summary.level.word} ({_MEANING[summary.level.word]})"
    if summary.next is not None and summary.needs:
        text += f"; {summary.next.word} needs {_ids(summary.needs, verbose=verbose)}"
    return text


def difference_lines(changed: Difference, *, verbose: bool = True) -> Iterator[str]:
    """Yield what a revision is told apart by: the level then, and the rules that fare otherwise."""
    findings = f"{changed.gained} new, {changed.lost} gone"
    yield f"since {changed.since}: {findings}; the level was {changed.level.word}"
    for word, rules in (("better", changed.better), ("worse", changed.worse)):
        if rules:
            shown = rules if verbose else rules[:_MOST_IDS]
            more = len(rules) - len(shown)
            said = "; ".join(map(_change, shown)) + (f"; {more} more (-v)" if more else "")
            yield f"  {word}: {said}"


def _change(change: RuleChange) -> str:
    """Return how one rule fares now: `QUE001 met, -2`."""
    now = change.now if change.now != ABSENT else f"{change.now} any more"
    counts = [f"+{change.gained}"] if change.gained else []
    counts += [f"-{change.lost}"] if change.lost else []
    was = "" if change.was in {change.now, ABSENT} else f", was {change.was}"
    return f"{change.id} {now}{was}" + (f" ({', '.join(counts)})" if counts else "")


def _ids(ids: Sequence[str], *, verbose: bool) -> str:
    shown = ids if verbose else ids[:_MOST_IDS]
    more = len(ids) - len(shown)
    return " ".join(shown) + (f" and {more} more (-v)" if more else "")


def summary_data(report: Report) -> dict[str, Data]:
    """Return the summary as plain data: the pillars, the level reached, and what has changed."""
    summary = summarised(report)
    pillars: list[Data] = [
        {
            "pillar": each.pillar.value,
            "apply": each.applies,
            "met": list(each.met),
            "not_met": list(each.not_met),
            "accepted": list(each.accepted),
            "not_judged": list(each.not_judged),
            "findings": {"error": each.errors, "warning": each.warnings, "info": each.infos},
        }
        for each in summary.pillars
    ]
    level: dict[str, Data] = {
        "reached": summary.level.word,
        "next": summary.next.word if summary.next is not None else None,
        "needs": list(summary.needs),
    }
    changed = difference(report)
    if changed is None:
        return {"pillars": pillars, "level": level}
    since: dict[str, Data] = {
        "revision": changed.since,
        "level": changed.level.word,
        "better": [_rule_data(each) for each in changed.better],
        "worse": [_rule_data(each) for each in changed.worse],
    }
    return {"pillars": pillars, "level": level, "since": since}


def _rule_data(change: RuleChange) -> dict[str, Data]:
    return {
        "rule": change.id,
        "was": change.was,
        "now": change.now,
        "new": change.gained,
        "gone": change.lost,
    }


__all__ = ["difference_lines", "level_words", "reason_words", "render", "summary_data"]

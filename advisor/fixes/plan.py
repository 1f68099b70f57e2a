"""Which fixes are made together: each whole, none that contradicts another, all read again."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from advisor.documents.location import Span
from advisor.fixes.patch import Overlap, Refused, patch_of
from advisor.fixes.verified import applied, rewrite, verified
from advisor.records import field, record
from advisor.rules.finding import TextEdit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from advisor.documents.tree import TreeDocument
    from advisor.fixes.documents import Documents
    from advisor.fixes.verified import Rewrite
    from advisor.rules.finding import Change, Finding, Fix


@record(frozen=True)
class Written:
    """One fix in terms of the text, as it would be made on its own."""

    edits: tuple[TextEdit, ...] = ()
    unsafe: str = ""
    """Why it is not safe; empty where it is."""
    refused: str = ""
    """Why it cannot be made; empty where it can."""


@record(frozen=True)
class Refusal:
    """A fix that is not made, and why."""

    finding: Finding
    reason: str


@record()
class Plan:
    """What one round of fixing makes of the files."""

    texts: dict[str, str] = field(default_factory=dict)
    """The new text of every file that changes, by its path as shown."""
    applied: list[Finding] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    waiting: list[Finding] = field(default_factory=list)
    """Fixes that touch what another one touches; they may be made in the next round."""
    unsafe: list[Refusal] = field(default_factory=list)
    """Fixes that are made only when unsafe ones are asked for."""


@record()
class _Share:
    """What one or several fixes do to one file."""

    changes: list[Change] = field(default_factory=list)
    comments: list[TextEdit] = field(default_factory=list)


def written(fix: Fix, documents: Documents) -> Written:
    """Return the edits that make one fix, or why there are none."""
    try:
        made = _rewrites(_shares(fix), documents)
    except Refused as error:
        return Written(refused=str(error))
    edits = tuple(
        TextEdit(
            path, Span(doc.lines.position(edit.start), doc.lines.position(edit.end)), edit.text
        )
        for path, (doc, rewritten) in made.items()
        for edit in rewritten.edits
    )
    if not edits:
        return Written(refused="nothing would change")
    if not fix.safe:
        return Written(edits, unsafe="it may change what the application does")
    return Written(edits, next((each.unsafe for _, each in made.values() if each.unsafe), ""))


def plan(findings: Iterable[Finding], documents: Documents, *, unsafe: bool) -> Plan:
    """Decide which of the fixes are made now, and return the texts that they lead to."""
    result = Plan()
    chosen: list[Finding] = []
    total: dict[str, _Share] = {}
    for finding in findings:
        if finding.fix is None:
            continue
        own = written(finding.fix, documents)
        if own.refused:
            result.refused.append(Refusal(finding, own.refused))
        elif own.unsafe and not unsafe:
            result.unsafe.append(Refusal(finding, own.unsafe))
        else:
            try:
                joined = _joined(total, _shares(finding.fix))
            except Refused:
                result.waiting.append(finding)
                continue
            chosen.append(finding)
            total = joined
    try:
        result.texts = _texts(total, documents)
        result.applied = chosen
    except Refused:
        _one_by_one(chosen, documents, result)
    return result


def _one_by_one(chosen: Iterable[Finding], documents: Documents, result: Plan) -> None:
    """Make the fixes that can be made together; together they said something unexpected."""
    total: dict[str, _Share] = {}
    for finding in chosen:
        assert finding.fix is not None  # noqa: S101  # only those were chosen
        try:
            joined = _joined(total, _shares(finding.fix))
            result.texts = _texts(joined, documents)
        except Refused as error:
            if total:
                result.waiting.append(finding)
            else:
                result.refused.append(Refusal(finding, str(error)))
            continue
        total = joined
        result.applied.append(finding)


def _shares(fix: Fix) -> dict[str, _Share]:
    shares: dict[str, _Share] = defaultdict(_Share)
    for change in fix.changes:
        shares[change.path].changes.append(change)
    for edit in fix.edits:
        shares[edit.path].comments.append(edit)
    return shares


def _joined(total: Mapping[str, _Share], more: Mapping[str, _Share]) -> dict[str, _Share]:
    """Return both together. Overlap where they contradict each other."""
    result = dict(total)
    for path, share in more.items():
        before = result.get(path, _Share())
        both = _Share([*before.changes, *share.changes], [*before.comments, *share.comments])
        patch_of(both.changes)
        result[path] = both
    return result


def _rewrites(
    shares: Mapping[str, _Share], documents: Documents
) -> dict[str, tuple[TreeDocument, Rewrite]]:
    made = {}
    for path, share in shares.items():
        document = documents.get(path)
        if document is None:
            raise Refused(f"'{path}' cannot be read")
        made[path] = (document, rewrite(document, share.changes, share.comments))
    return made


def _texts(shares: Mapping[str, _Share], documents: Documents) -> dict[str, str]:
    """Return the new texts, read again and found to say what was meant."""
    texts = {}
    for path, (document, made) in _rewrites(shares, documents).items():
        texts[path] = verified(document, document.text, shares[path].changes, made)
    return {path: text for path, text in texts.items() if _differs(documents, path, text)}


def _differs(documents: Documents, path: str, text: str) -> bool:
    document = documents.get(path)
    return document is None or document.text != text


__all__ = ["Overlap", "Plan", "Refusal", "Written", "applied", "plan", "written"]

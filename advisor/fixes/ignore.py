"""Edits that suppress a finding where it stands: in a comment, else in `Metadata`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.documents.document import Syntax
from advisor.documents.location import Position, Span
from advisor.errors import LoadError
from advisor.fixes.patch import Refused, same
from advisor.fixes.pen import Edit
from advisor.fixes.verified import applied, read_for_edits, rewrite, verified
from advisor.records import replace
from advisor.rules.finding import Change, TextEdit
from advisor.rules.foreign import is_foreign
from advisor.rules.suppression import declarers_of, of_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from advisor.documents.document import Data, Document
    from advisor.documents.tree import TreeDocument
    from advisor.fixes.documents import Documents
    from advisor.report import Report
    from advisor.rules.finding import Finding

REASON = "TODO: say why"
"""Stands for the reason, without which a suppression has no effect."""


_Candidate = tuple[tuple[Edit, ...], bool]
"""Edits, and whether they are in comments only."""


def ignored(
    finding: Finding,
    report: Report,
    documents: Documents,
    *,
    whole_file: bool = False,
    reason: str = REASON,
) -> tuple[TextEdit, ...]:
    """Return the edits after which a suppression covers the finding; none where none can be.

    Each possibility is made, read again and found to say the same but for the suppression, from
    the narrowest to the widest: the line, a key above it, the resource, its `Metadata`. With
    `whole_file` it covers the rule in the file.
    """
    path = _path(finding, report.documents)
    document = documents.get(path) if path else None
    possible = can_be_ignored(finding, report.documents, whole_file=whole_file)
    if document is None or not possible or "\n" in reason:
        return ()
    declarers = declarers_of(report.documents.values())
    rule = finding.rule.id if is_foreign(finding.rule.id) else finding.rule.name
    candidates = (
        _of_file(document, rule, reason)
        if whole_file
        else _of_place(document, finding, rule, reason)
    )
    for edits, in_comment in candidates:
        again = _read_again(document, edits, in_comment=in_comment)
        moved = _moved(finding, document, edits)
        if again is not None and _is_covered(again, moved, rule, declarers):
            return tuple(
                TextEdit(
                    path,
                    Span(document.lines.position(e.start), document.lines.position(e.end)),
                    e.text,
                )
                for e in edits
            )
    return ()


def can_be_ignored(
    finding: Finding, documents: Mapping[str, Document], *, whole_file: bool = False
) -> bool:
    """Tell whether there may be a place for a suppression that covers a finding.

    There is none for what is said of a suppression, nor for a definition in JSON that no template
    deploys; what is written beside a file does not count for all of it.
    """
    path = _path(finding, documents)
    document = documents.get(path)
    if document is None or finding.rule.id.startswith("SUP"):
        return False
    if whole_file and path != finding.location.path:
        return False
    if document.syntax is Syntax.YAML:
        return True
    resource = finding.location.resource
    if not whole_file:
        return resource is not None and _has(document, resource)
    return isinstance(document.data, dict) and "Resources" in document.data


def _path(finding: Finding, documents: Mapping[str, Document]) -> str:
    """Return the template to write to: the finding's own, else the one of its resource."""
    place = finding.location
    own = documents.get(place.path)
    resource = place.resource
    if own is not None and (own.syntax is Syntax.YAML or resource is None or _has(own, resource)):
        return place.path
    near = [each.path for each in finding.related]
    found = [path for path, each in documents.items() if resource and _has(each, resource)]
    return min(found, key=lambda path: path not in near, default="")


def _has(document: Document, resource: str) -> bool:
    data = document.data
    resources = data.get("Resources") if isinstance(data, dict) else None
    return isinstance(resources, dict) and resource in resources


def _of_place(
    document: TreeDocument, finding: Finding, rule: str, reason: str
) -> Iterator[_Candidate]:
    here = finding.location.path == document.path
    resource = finding.location.resource
    if document.syntax is Syntax.YAML:
        for line in dict.fromkeys(_lines(document, finding, here=here)):
            yield from _joined(document, line, rule)
            yield from _comments(document, line, f"# advise: ignore[{rule}] {reason}")
    if resource is not None and _has(document, resource):
        yield from _metadata(document, ("Resources", resource), rule, reason)


def _lines(document: TreeDocument, finding: Finding, *, here: bool) -> Iterator[int]:
    pointer = finding.location.pointer if here else ()
    if here:
        yield finding.location.span.start.line
    resource = finding.location.resource
    places = [pointer[:length] for length in range(len(pointer), 1, -1)]
    if resource is not None:
        places.append(("Resources", resource))
    for place in places:
        if document.has(place):
            yield document.key_span(place).start.line


def _joined(document: TreeDocument, line: int, rule: str) -> Iterator[_Candidate]:
    """Yield the rule added to the brackets of a suppression that is there."""
    for comment in document.comments():
        if comment.line in (line, line - 1) and "advise: ignore[" in comment.text:
            end = comment.text.index("]") if "]" in comment.text else -1
            if end > 0:
                at = document.lines.starts[comment.line - 1] + comment.column - 1 + end
                yield (Edit(at, at, f", {rule}"),), True


def _comments(document: TreeDocument, line: int, text: str) -> Iterator[_Candidate]:
    starts = document.lines.starts
    start = starts[line - 1]
    end = starts[line] if line < len(starts) else len(document.text)
    written = document.text[start:end]
    at = start + len(written.rstrip())
    yield (Edit(at, at, f"  {text}"),), True
    indent = written[: len(written) - len(written.lstrip(" "))]
    yield (Edit(start, start, f"{indent}{text}{_break(document)}"),), True


def _break(document: TreeDocument) -> str:
    return "\r\n" if "\r\n" in document.text else "\n"


def _of_file(document: TreeDocument, rule: str, reason: str) -> Iterator[_Candidate]:
    if document.syntax is Syntax.YAML:
        text = f"# advise: ignore-file[{rule}] {reason}{_break(document)}"
        yield (Edit(0, 0, text),), True
    if isinstance(document.data, dict) and "Resources" in document.data:
        # The definition of a machine takes no keys but its own.
        yield from _metadata(document, (), rule, reason)


def _metadata(
    document: TreeDocument, owner: tuple[str, ...], rule: str, reason: str
) -> Iterator[_Candidate]:
    entry: dict[str, Data] = {"rule": rule, "reason": reason}
    pointer: tuple[str | int, ...] = (*owner, "Metadata", "advise")
    known: Data = document.data
    for key in (*pointer, "ignore"):
        known = known.get(str(key)) if isinstance(known, dict) else None
    value: Data = entry
    if isinstance(known, list):
        pointer = (*pointer, "ignore", len(known))
    elif document.has(pointer):
        return  # something else stands there, which is reported
    else:
        value = {"ignore": [entry]}
    changes = [Change(document.path, pointer, value)]
    try:
        made = rewrite(document, changes)
        verified(document, document.text, changes, made)
    except Refused:
        return
    yield made.edits, False


def _read_again(
    document: TreeDocument, edits: tuple[Edit, ...], *, in_comment: bool
) -> TreeDocument | None:
    """Return the document after edits; None where it can no longer be read or says other things."""
    try:
        again = read_for_edits(applied(document.text, edits), document.path)
    except LoadError:
        return None
    return None if in_comment and not same(again.data, document.data) else again


def _is_covered(
    again: TreeDocument, finding: Finding, rule: str, declarers: Mapping[str, set[str]]
) -> bool:
    """Tell whether a suppression that a document holds covers the finding."""
    return any(
        rule in each.rules and not each.malformed and each.covers(finding, declarers)
        for each in of_document(again)
    )


def _moved(finding: Finding, document: TreeDocument, edits: tuple[Edit, ...]) -> Finding:
    """Return the finding where it stands after edits, if it stands in this document."""
    place = finding.location
    if place.path != document.path:
        return finding
    start = document.lines.offset(place.span.start)
    lines = sum(edit.text.count("\n") for edit in edits if edit.start <= start)
    first = Position(place.span.start.line + lines, place.span.start.column)
    last = Position(place.span.end.line + lines, place.span.end.column)
    return replace(finding, location=replace(place, span=Span(first, last)))


__all__ = ["REASON", "can_be_ignored", "ignored"]

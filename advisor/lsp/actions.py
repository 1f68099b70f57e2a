"""What an editor can do about a finding: mend it, or write down why it is to stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from advisor.fixes.apply import fix_all
from advisor.fixes.documents import Documents
from advisor.fixes.ignore import can_be_ignored, ignored
from advisor.fixes.plan import plan, written
from advisor.lsp.diagnostics import Pages
from advisor.lsp.pages import Page, same_ends
from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from advisor.documents.document import Document
    from advisor.lsp.judging import Judged
    from advisor.lsp.session import Open
    from advisor.rules.finding import Finding, TextEdit

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.advise"
KINDS: list[types.CodeActionKind | str] = [types.CodeActionKind.QuickFix, FIX_ALL]
_MOST = 5
"""Findings of one place for which actions are offered."""


@record(frozen=True)
class Writer:
    """Makes edits of the protocol for texts that are as they were judged."""

    judged: Judged
    encoding: str
    uri: Callable[[Path], str]
    version: Callable[[Path], int | None]
    with_versions: bool
    """Whether the editor takes edits with the versions that they are for."""

    def edit(self, edits: Iterable[TextEdit]) -> types.WorkspaceEdit | None:
        """Return edits of documents as one; None where one of them cannot be placed."""
        by_file: dict[Path, list[types.TextEdit]] = {}
        for each in edits:
            file = self.judged.file(each.path)
            text = self.judged.text(file)
            if text is None or self.judged.texts.get(file, text) != text:
                return None  # what the editor has now cannot be read
            where = Page(text, self.encoding).span(each.span)
            by_file.setdefault(file, []).append(types.TextEdit(where, each.text))
        return self._joined(by_file)

    def replaced(self, texts: dict[Path, tuple[str, str]]) -> types.WorkspaceEdit | None:
        """Return the edits that make one text of another, by file."""
        by_file = {}
        for file, (old, new) in texts.items():
            start, end = same_ends(old, new)
            where = Page(old, self.encoding).range(start, len(old) - end)
            by_file[file] = [types.TextEdit(where, new[start : len(new) - end])]
        return self._joined(by_file)

    def _joined(self, found: dict[Path, list[types.TextEdit]]) -> types.WorkspaceEdit | None:
        if not found:
            return None
        if not self.with_versions:
            return types.WorkspaceEdit({self.uri(file): each for file, each in found.items()})
        return types.WorkspaceEdit(
            document_changes=[
                types.TextDocumentEdit(
                    types.OptionalVersionedTextDocumentIdentifier(
                        self.uri(file), self.version(file)
                    ),
                    [*each],
                )
                for file, each in found.items()
            ]
        )


def actions_for(
    params: types.CodeActionParams, opened: Open, writer: Writer, *, lazy: bool
) -> Iterator[types.CodeAction]:
    """Yield what can be done in a range of an open text, with edits unless they can wait."""
    only = params.context.only
    if _wants(only, FIX_ALL) and only:
        action = all_fixed(writer)
        if action is not None:
            yield action
    if not _wants(only, types.CodeActionKind.QuickFix):
        return
    judged = writer.judged
    file = opened.file
    if judged.read.get(file) != judged.texts.get(file):
        return
    pages = Pages(judged, writer.encoding)
    path = judged.shown(file)
    found = [
        finding
        for finding in judged.report.findings
        if finding.location.path == path
        and (where := pages.range(finding.location)) is not None
        and _touch(where, params.range)
    ]
    shown, documents = params.context.diagnostics, judged.report.documents
    for action in _offered(found, shown, uri=opened.uri, documents=documents):
        made = action if lazy else resolved(action, writer)
        if made is not None:
            yield made


def _wants(only: Sequence[types.CodeActionKind | str] | None, kind: str) -> bool:
    """Tell whether a kind is asked for: by itself, or by one that it is part of."""
    return only is None or any(kind == each or kind.startswith(f"{each}.") for each in only)


def _touch(one: types.Range, other: types.Range) -> bool:
    return one.start <= other.end and other.start <= one.end


def _offered(
    found: Sequence[Finding],
    shown: Sequence[types.Diagnostic],
    *,
    uri: str,
    documents: Mapping[str, Document],
) -> Iterator[types.CodeAction]:
    """Yield the actions for findings, without their edits; `shown` are their diagnostics."""
    for finding in found[:_MOST]:
        own = [each for each in shown if _fingerprint(each.data) == finding.fingerprint]
        choices = []
        if finding.fix is not None:
            choices.append(("fix", finding.fix.title))
        if can_be_ignored(finding, documents) and not finding.resources:
            # What stands for several has no one place.
            choices.append(("here", f"Ignore {finding.rule.name} here"))
        if can_be_ignored(finding, documents, whole_file=True):
            choices.append(("file", f"Ignore {finding.rule.name} in this file"))
        for what, title in choices:
            yield types.CodeAction(
                title=title,
                kind=types.CodeActionKind.QuickFix,
                diagnostics=own or None,
                is_preferred=True if what == "fix" and finding.fix and finding.fix.safe else None,
                data={"uri": uri, "what": what, "fingerprint": finding.fingerprint},
            )


def resolved(action: types.CodeAction, writer: Writer) -> types.CodeAction | None:
    """Return an action with its edit; None where it cannot be made."""
    data = action.data if isinstance(action.data, dict) else {}
    finding = next(
        (
            each
            for each in writer.judged.report.findings
            if each.fingerprint == data.get("fingerprint")
        ),
        None,
    )
    if finding is None:
        return None
    report = writer.judged.report
    documents = Documents(report, writer.judged.read)
    edits: tuple[TextEdit, ...] = ()
    title = action.title
    safe = False
    if data.get("what") == "fix" and finding.fix is not None:
        made = written(finding.fix, documents)
        if plan([finding], documents, unsafe=True).applied:  # read again and found as meant
            edits, safe = made.edits, not made.unsafe
        title = title if safe else f"{title} (may change what the application does)"
    elif data.get("what") in {"here", "file"}:
        edits = ignored(finding, report, documents, whole_file=data["what"] == "file")
    edit = writer.edit(edits)
    if edit is None:
        return None
    return types.CodeAction(
        title=title,
        kind=action.kind,
        diagnostics=action.diagnostics,
        is_preferred=True if safe else None,
        edit=edit,
        data=action.data,
    )


def all_fixed(writer: Writer) -> types.CodeAction | None:
    """Return the action that makes all safe fixes; None where there are none."""
    judged = writer.judged
    if judged.read != judged.texts:
        return None
    result = fix_all(
        judged.paths, judged.config, texts=judged.texts, forced=True, registry=judged.registry
    )
    texts = {
        each.file: (judged.texts[each.file], each.after)
        for each in result.changed
        if each.file is not None and each.file in judged.texts
    }
    if len(texts) < len(result.changed):
        return None  # a file that is not open would be changed behind one's back
    edit = writer.replaced(texts)
    if edit is None:
        return None
    return types.CodeAction(title="Make all safe fixes of advise", kind=FIX_ALL, edit=edit)


def _fingerprint(data: object) -> object:
    return data.get("fingerprint") if isinstance(data, dict) else getattr(data, "fingerprint", None)


__all__ = ["FIX_ALL", "KINDS", "Writer", "actions_for", "all_fixed", "resolved"]

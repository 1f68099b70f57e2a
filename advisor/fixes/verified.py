"""Texts with fixes applied, each read again and compared with what it has to say."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from advisor.documents.document import Syntax
from advisor.documents.load import read_text
from advisor.errors import LoadError
from advisor.fixes.edits import offset_edits
from advisor.fixes.patch import Overlap, Patch, Refused, patch_of, patched, pointers, same
from advisor.fixes.pen import Edit
from advisor.fixes.safety import unsafe_because
from advisor.fixes.style import line_end, line_start, next_line
from advisor.records import record
from advisor.templates.tags import long_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.documents.tree import TreeDocument
    from advisor.rules.finding import Change, TextEdit


@record(frozen=True)
class Rewrite:
    """What fixes make of one document."""

    edits: tuple[Edit, ...]
    unsafe: str
    """Why they are not safe; empty where they are."""


def read_for_edits(text: str, path: str) -> TreeDocument:
    """Return a document of which every character stands where it does in the text.

    Definitions of state machines may hold placeholders that are no JSON. Raises LoadError.
    """
    try:
        return read_text(text, path, tags=long_form)
    except LoadError:
        if "${" not in text:
            raise
    from advisor.workflows.placeholders import prepare

    document = read_text(prepare(text), path, tags=long_form)
    document.text = text  # every character keeps its place
    return document


def rewrite(
    document: TreeDocument, changes: Sequence[Change], comments: Sequence[TextEdit] = ()
) -> Rewrite:
    """Return the edits that make changes and edits of comments. Refused, or Overlap."""
    patch = patch_of(changes)
    after = patched(document.data, patch)
    edits = [*offset_edits(document, patch), *(_comment_edit(document, each) for each in comments)]
    ordered = sorted(set(edits), key=lambda edit: (edit.start, edit.end))
    for one, other in pairwise(ordered):
        if other.start < one.end:
            raise Overlap("another fix changes the same place")
    unsafe = unsafe_because(document.data, after, pointers(patch)) if patch.parts else ""
    return Rewrite(tuple(ordered), unsafe)


def applied(text: str, edits: Sequence[Edit]) -> str:
    """Return the text with edits in reading order made in it."""
    parts: list[str] = []
    position = 0
    for edit in edits:
        parts += (text[position : edit.start], edit.text)
        position = edit.end
    return "".join((*parts, text[position:]))


def verified(document: TreeDocument, text: str, changes: Sequence[Change], made: Rewrite) -> str:
    """Return the new text. Refused where it does not say exactly what was meant."""
    patch = patch_of(changes)
    expected = patched(document.data, patch) if patch.parts else document.data
    new = applied(text, made.edits)
    try:
        again = read_for_edits(new, document.path)
    except LoadError as error:
        raise Refused(f"the edited text could not be read: {error.message}") from None
    if again.syntax is not document.syntax and document.syntax is Syntax.JSON:
        raise Refused("the edited text would no longer be JSON")
    if not same(again.data, expected):
        raise Refused("the edited text would say something else than meant")
    return new


def _comment_edit(document: TreeDocument, edit: TextEdit) -> Edit:
    """Return an edit of a comment; one that goes takes its blanks, or its whole line, along."""
    text, lines = document.text, document.lines
    start, end = lines.offset(edit.span.start), lines.offset(edit.span.end)
    if not any(
        start >= (at := lines.starts[each.line - 1] + each.column - 1)
        and end <= at + len(each.text)
        for each in document.comments()
    ):
        raise Refused("the text to be edited is not a comment")
    if edit.text:
        return Edit(start, end, edit.text)
    begin = line_start(text, start)
    if text[end : line_end(text, end)].strip():
        return Edit(start, end, "")
    if not text[begin:start].strip():
        return Edit(begin, next_line(text, end), "")
    return Edit(begin + len(text[begin:start].rstrip()), line_end(text, end), "")


__all__ = ["Overlap", "Patch", "Refused", "Rewrite", "applied", "read_for_edits", "rewrite"]

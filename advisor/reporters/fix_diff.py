"""What a fix changes, as a difference of a few lines."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING

from advisor.fixes.plan import written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.documents.location import Position
    from advisor.fixes.documents import Documents
    from advisor.rules.finding import Fix, TextEdit

_AROUND = 3
"""Lines shown before and after a change."""
MAX_LINES = 400
"""Lines of a file that a part of a difference is made of; one that spans more is not shown."""


def difference_of(fix: Fix, documents: Documents) -> str:
    """Return a fix as a difference; "" where it cannot be made as the texts are."""
    made = written(fix, documents)
    if made.refused:
        return ""
    by_path: dict[str, list[TextEdit]] = {}
    for edit in made.edits:
        by_path.setdefault(edit.path, []).append(edit)
    parts = []
    for path, edits in by_path.items():
        document = documents.get(path)
        if document is not None:
            parts += [_difference(path, document.text, near) for near in _groups(edits)]
    return "\n".join(filter(None, parts))


def _groups(edits: Sequence[TextEdit]) -> list[list[TextEdit]]:
    """Return edits in reading order, those together whose surroundings touch."""
    groups: list[list[TextEdit]] = []
    for edit in sorted(edits, key=lambda each: _order(each.span.start)):
        if groups and edit.span.start.line - groups[-1][-1].span.end.line <= 2 * _AROUND:
            groups[-1].append(edit)
        else:
            groups.append([edit])
    return groups


def _difference(path: str, text: str, edits: Sequence[TextEdit]) -> str:
    # Only line feeds end lines here, as in all positions.
    lines = text.split("\n")
    first = max(min(edit.span.start.line for edit in edits) - _AROUND, 1)
    last = min(max(edit.span.end.line for edit in edits) + _AROUND, len(lines))
    if last - first > MAX_LINES:
        return ""
    before = lines[first - 1 : last]
    window = "\n".join(before)
    for edit in sorted(edits, key=lambda each: _order(each.span.start), reverse=True):
        start = _offset(before, edit.span.start, first)
        end = _offset(before, edit.span.end, first)
        window = window[:start] + edit.text + window[end:]
    after = window.split("\n")
    made = unified_diff(before, after, lineterm="", n=_AROUND)
    body = [line.rstrip("\r") for line in list(made)[2:] if not line.startswith("@@")]
    return "\n".join([f"--- {path}, from line {first}", *body])


def _order(position: Position) -> tuple[int, int]:
    return position.line, position.column


def _offset(lines: Sequence[str], position: Position, first: int) -> int:
    row = position.line - first
    return sum(len(line) + 1 for line in lines[:row]) + position.column - 1


__all__ = ["difference_of"]

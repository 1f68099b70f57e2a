"""Edits of a document that is a text within another one: a definition in a block scalar."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.errors import LoadError
from advisor.fixes.patch import Refused, patched, same
from advisor.fixes.pen import Edit
from advisor.fixes.style import line_end, next_line

if TYPE_CHECKING:
    from advisor.documents.nodes import Node
    from advisor.fixes.patch import Patch

_HEADER = re.compile(r"(?:[!&]\S*[ \t]+)*\|")
_BREAK = re.compile(r"\n(?=[^\n])")


def edited(text: str, patch: Patch) -> str:
    """Return a text with a patch applied to what it says. Refused where that cannot be read."""
    from advisor.fixes.verified import applied

    return applied(text, _edits(text, patch))


def outer_edits(text: str, node: Node, patch: Patch, eol: str) -> list[Edit]:
    """Return the edits of the whole file that make a patch of a text within it.

    Refused where its lines do not stand in the file as they are.
    """
    from advisor.documents.nodes import Scalar

    header = _HEADER.match(text, node.start) if isinstance(node, Scalar) else None
    if not isinstance(node, Scalar) or node.style != "|" or header is None:
        raise Refused("the text is not written line by line")
    starts, indent = _lines(text, next_line(text, header.end()), node.value)
    inner = [0]
    for line in node.value.split("\n"):
        inner.append(inner[-1] + len(line) + 1)

    def outside(offset: int) -> int:
        row = next(row for row in range(len(inner)) if offset < inner[row + 1])
        at = starts[row] + len(indent) + offset - inner[row]
        return min(at, line_end(text, starts[row]))

    return [
        Edit(outside(edit.start), outside(edit.end), _BREAK.sub(eol + indent, edit.text))
        for edit in _edits(node.value, patch)
    ]


def _edits(text: str, patch: Patch) -> list[Edit]:
    from advisor.fixes.edits import offset_edits
    from advisor.fixes.verified import applied, read_for_edits

    try:
        document = read_for_edits(text, "the text")
        edits = offset_edits(document, patch)
        again = read_for_edits(applied(text, edits), "the text")
    except LoadError as error:
        raise Refused(f"the text within could not be read: {error.message}") from None
    if not same(again.data, patched(document.data, patch)):
        raise Refused("the edited text would say something else than meant")
    return edits


def _lines(text: str, start: int, value: str) -> tuple[list[int], str]:
    """Return where the lines of a block scalar start, and what stands before each of them."""
    starts: list[int] = []
    indent: str | None = None
    for line in value.split("\n"):
        end = line_end(text, start)
        written = text[start:end]
        if line and indent is None:
            indent = written[: len(written) - len(line)]
        if line and (written != f"{indent}{line}" or (indent or "").strip(" ")):
            raise Refused("the text is not written line by line")
        starts.append(start)
        start = next_line(text, start)
    return starts, indent or ""


__all__ = ["edited", "outer_edits"]

"""The comments of a YAML text, told from every other `#` by what stands around it."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from advisor.documents.document import Comment
from advisor.documents.nodes import Alias, Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.documents.lines import Lines
    from advisor.documents.nodes import Node

_CANDIDATE = re.compile(r"(?:^|(?<=[ \t\r\n\ufeff]))#[^\r\n]*", re.MULTILINE)


def find_comments(text: str, root: Node | None, lines: Lines) -> Iterator[Comment]:
    """Yield the comments in reading order; a `#` inside a scalar is none."""
    taken = sorted(_scalars(root, text))
    starts = [start for start, _ in taken]
    position = 0
    while (found := _CANDIDATE.search(text, position)) is not None:
        at = found.start()
        nearest = bisect_right(starts, at) - 1
        if nearest >= 0 and at < taken[nearest][1]:
            position = taken[nearest][1]  # a '#' further on in this line may be a comment
            continue
        position = found.end()
        place = lines.position(at)
        line_start = lines.starts[place.line - 1]
        alone = not text[line_start:at].strip()
        yield Comment(place.line, place.column, found[0].rstrip(), alone)


def _scalars(root: Node | None, text: str) -> Iterator[tuple[int, int]]:
    todo = [] if root is None else [root]
    while todo:
        node = todo.pop()
        if isinstance(node, Alias):
            continue
        if isinstance(node, Mapping):
            for pair in node.items:
                todo += pair
        elif isinstance(node, Scalar):
            yield _content(node, text)
        else:
            todo += node.items


def _content(node: Scalar, text: str) -> tuple[int, int]:
    """Return what of a scalar is its content: a block scalar's first line may end in a comment."""
    start = node.start
    if node.style in ("|", ">"):
        end_of_header = re.compile(r"[\r\n]").search(text, start, node.end)
        start = end_of_header.start() if end_of_header else node.end
    return start, node.end

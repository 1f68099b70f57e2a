"""How a file is written, so that what is added to it is written the same way."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from advisor.documents.document import Syntax
from advisor.documents.nodes import Alias, Mapping, Scalar, Sequence
from advisor.fixes.calls import TAGS
from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.documents.nodes import Node
    from advisor.documents.tree import TreeDocument

T = TypeVar("T")

_SHORT = frozenset(TAGS.values())

_MOST_NODES = 20_000
"""Looked at to learn the habits of a file."""
_MOST_KNOWN = 4
"""Documents whose habits are remembered: many fixes of one file follow one another."""
_WIDEST_STEP = 8
"""What is further in is lined up with something else."""


@record(frozen=True)
class Style:
    """The habits of one file; where it shows none, those of most files."""

    is_json: bool
    """Whether keys and texts are all in double quotes: JSON, and YAML that looks like it."""
    eol: str = "\n"
    step: int = 2
    """Columns from a block mapping's key to the keys below it."""
    dash: int = 2
    """Columns from a key to the dashes of the list below it."""
    quote: str = '"'
    short_tags: bool = True
    flow_lists: bool = False
    """Whether lists of scalars stand in brackets where lists can stand on lines."""
    indent: str = "  "
    """One level of nested brackets."""
    pretty: bool = True
    """Whether nested brackets stand on lines of their own."""
    inline_lists: bool = False
    """Whether lists of scalars stand on one line where brackets stand on several."""
    inline_calls: bool = False
    """Whether `{"Ref": …}` stands on one line there."""
    colon: str = ": "
    comma: str = ", "
    pad_map: str = ""
    pad_list: str = ""
    ascii_only: bool = False


class _Seen:
    """What was counted while walking the tree."""

    def __init__(self) -> None:
        self.steps: Counter[int] = Counter()
        self.dashes: Counter[int] = Counter()
        self.quotes: Counter[str] = Counter()
        self.tags: Counter[bool] = Counter()
        self.block_lists: Counter[bool] = Counter()
        self.inline_lists: Counter[bool] = Counter()
        self.inline_calls: Counter[bool] = Counter()
        self.colons: Counter[str] = Counter()
        self.commas: Counter[str] = Counter()
        self.pads: dict[str, Counter[str]] = {"{": Counter(), "[": Counter()}
        self.indents: Counter[str] = Counter()


@lru_cache(maxsize=_MOST_KNOWN)
def style_of(document: TreeDocument) -> Style:
    """Return the habits of a document."""
    text, seen = document.text, _Seen()
    for node in _walk(document.root):
        if isinstance(node, Mapping):
            _see_mapping(node, document, seen)
        elif isinstance(node, Sequence):
            _see_list(node, document, seen)
    root = document.root
    is_json = document.syntax is Syntax.JSON or (
        isinstance(root, Mapping)
        and root.flow
        and any(isinstance(key, Scalar) and key.style == '"' for key, _ in root.items)
    )
    pretty = not is_json or "\n" in text.strip() or not seen.colons
    tight = is_json and not pretty
    return Style(
        is_json=is_json,
        eol=_eol(text),
        step=_most(seen.steps, 2),
        dash=_most(seen.dashes, _most(seen.steps, 2)),
        quote=_most(seen.quotes, '"'),
        short_tags=document.syntax is Syntax.YAML and _most(seen.tags, default=True),
        flow_lists=_most(seen.block_lists, default=False),
        indent=_most(seen.indents, "  "),
        pretty=pretty,
        inline_lists=_most(seen.inline_lists, default=False),
        inline_calls=_most(seen.inline_calls, default=False),
        colon=_most(seen.colons, ": "),
        comma=_most(seen.commas, "," if tight and seen.colons.get(":") else ", "),
        pad_map=_most(seen.pads["{"], ""),
        pad_list=_most(seen.pads["["], ""),
        ascii_only="\\u" in text and text.isascii(),
    )


def _eol(text: str) -> str:
    ends = {"\r\n": text.count("\r\n")}
    ends["\n"] = text.count("\n") - ends["\r\n"]
    ends["\r"] = text.count("\r") - ends["\r\n"]
    best = max(ends, key=lambda end: (ends[end], end == "\n"))
    return best if ends[best] else "\n"


def _most(counted: Counter[T], default: T) -> T:
    return counted.most_common(1)[0][0] if counted else default


def _walk(root: Node | None) -> Iterator[Node]:
    todo = [] if root is None else [root]
    for _ in range(_MOST_NODES):
        if not todo:
            return
        node = todo.pop()
        yield node
        if isinstance(node, Mapping):
            for key, value in node.items:
                todo += (key, value)
        elif isinstance(node, Sequence):
            todo += node.items


def _column(document: TreeDocument, offset: int) -> int:
    starts = document.lines.starts
    return offset - starts[bisect_right(starts, offset) - 1]


def _see_mapping(node: Mapping, document: TreeDocument, seen: _Seen) -> None:
    text = document.text
    for key, value in node.items:
        if isinstance(value, Alias):
            continue
        if not node.flow:
            _see_block_value(key, value, document, seen)
        elif "\n" not in (between := text[key.end : value.start]) and between.strip() == ":":
            seen.colons[between] += 1
    if node.flow:
        _see_brackets(node, [key.start for key, _ in node.items], document, seen)
        if len(node.items) == 1 and not isinstance(node.items[0][1], Mapping):
            seen.inline_calls["\n" not in text[node.start : node.end]] += 1
    _see_functions(node, seen)


def _see_functions(node: Mapping, seen: _Seen) -> None:
    if len(node.items) == 1 and isinstance(node.items[0][0], Scalar):
        name = node.items[0][0].value
        if name in TAGS and (name.startswith("Fn::") or isinstance(node.items[0][1], Scalar)):
            seen.tags[False] += 1


def _see_block_value(key: Node, value: Node, document: TreeDocument, seen: _Seen) -> None:
    if isinstance(value, (Mapping, Sequence, Scalar)) and value.tag in _SHORT:
        seen.tags[True] += 1
    if isinstance(value, Scalar):
        if value.style in ("'", '"') and "\n" not in value.value:
            seen.quotes[value.style] += 1
    elif isinstance(value, Mapping) and not value.flow and value.items:
        step = _column(document, value.items[0][0].start) - _column(document, key.start)
        if 0 < step <= _WIDEST_STEP:
            seen.steps[step] += 1
    elif isinstance(value, Sequence) and value.items:
        if not value.flow and value.tag is None:
            dash = _column(document, value.start) - _column(document, key.start)
            if 0 <= dash <= _WIDEST_STEP:
                seen.dashes[dash] += 1
        if value.tag is None and all(isinstance(item, Scalar) for item in value.items):
            seen.block_lists[value.flow] += 1


def _see_list(node: Sequence, document: TreeDocument, seen: _Seen) -> None:
    for item in node.items:
        if isinstance(item, (Mapping, Sequence, Scalar)) and item.tag in _SHORT:
            seen.tags[True] += 1
    if not node.flow:
        return
    _see_brackets(node, [item.start for item in node.items], document, seen)
    if len(node.items) > 1 and all(isinstance(item, Scalar) for item in node.items):
        seen.inline_lists["\n" not in document.text[node.start : node.end]] += 1


def _see_brackets(
    node: Mapping | Sequence, starts: list[int], document: TreeDocument, seen: _Seen
) -> None:
    text = document.text
    if not starts:
        return
    kind = "{" if isinstance(node, Mapping) else "["
    opening = text.find(kind, node.start, starts[0])
    if opening < 0:
        return
    lead = text[opening + 1 : starts[0]]
    if "\n" in lead:
        inner, outer = leading(text, starts[0]), leading(text, opening)
        if inner.startswith(outer) and inner != outer:
            seen.indents[inner[len(outer) :]] += 1
        return
    if lead in {"", " "}:
        seen.pads[kind][lead] += 1
    for start in starts[1:]:
        before = text[max(start - 2, 0) : start]
        if before.endswith(","):
            seen.commas[","] += 1
        elif before == ", ":
            seen.commas[", "] += 1


def leading(text: str, offset: int) -> str:
    """Return the white space that the line of an offset starts with."""
    start = line_start(text, offset)
    end = start
    while end < len(text) and text[end] in " \t":
        end += 1
    return text[start:end]


def line_start(text: str, offset: int) -> int:
    """Return where the line of an offset starts."""
    feed = text.rfind("\n", 0, offset)
    return max(feed, text.rfind("\r", feed + 1, offset)) + 1


def line_end(text: str, offset: int) -> int:
    """Return where the line of an offset ends, its line break not included."""
    feed = text.find("\n", offset)
    end = feed if feed >= 0 else len(text)
    found = text.find("\r", offset, end)  # no further: it may be in no line of the file
    return found if found >= 0 else end


def next_line(text: str, offset: int) -> int:
    """Return where the line after that of an offset starts; the end of the text on the last."""
    end = line_end(text, offset)
    return end + 2 if text.startswith("\r\n", end) else min(end + 1, len(text))

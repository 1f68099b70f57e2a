"""Adds to and removes from mappings and lists that stand on lines of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.documents.nodes import Mapping, Scalar, Sequence
from advisor.fixes.block_text import Taste, block_entry, block_item
from advisor.fixes.patch import Refused
from advisor.fixes.pen import runs
from advisor.fixes.style import line_end, line_start

if TYPE_CHECKING:
    from collections.abc import Sequence as Items

    from advisor.documents.document import Data
    from advisor.documents.nodes import Node
    from advisor.fixes.pen import Pen

_DASHES = re.compile(r"(?:[ \t]*-)*[ \t]+")


class BlockEdits:
    """Whole lines are added and removed; what stands between them stays."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen
        self._text = pen.text

    def add_keys(self, node: Mapping, added: dict[str, Data], removed: set[int]) -> None:
        """Add keys behind the last one, before comments and blank lines that follow it."""
        del removed  # lines that go take nothing with them that a new line needs
        pen = self._pen
        first = node.items[0][0]
        column = pen.column(node)
        offset = self._after(node, len(node.items) - 1)
        taste = pen.taste_for(node, offset)
        quote = first.style if isinstance(first, Scalar) and first.style in ("'", '"') else ""
        if quote and not all(isinstance(k, Scalar) and k.style == quote for k, _ in node.items):
            quote = ""
        lines: list[str] = []
        apart = self._stand_apart(node)
        for key, value in added.items():
            entry = block_entry(key, value, column, taste, quote_key=quote)
            lines += ["", *entry] if apart else entry
        pen.insert_lines(offset, lines)

    def add_items(self, node: Sequence, added: Items[Data], removed: set[int]) -> None:
        """Add items behind the last one."""
        del removed
        pen = self._pen
        column = pen.document.lines.position(pen.dash(node.items[0])).column - 1
        flow = all(isinstance(item, (Mapping, Sequence)) and item.flow for item in node.items)
        offset = self._after(node, len(node.items) - 1)
        taste = Taste(pen.style, flow=flow, literal=pen.takes_literal(offset))
        lines = [line for value in added for line in block_item(value, column, taste)]
        pen.insert_lines(offset, lines)

    def remove(self, node: Mapping | Sequence, removed: set[int]) -> None:
        """Remove entries with their lines and the comments behind them."""
        for first, last in runs(removed):
            start = self._start(node, first)
            begin = line_start(self._text, start)
            end = self._after(node, last)
            if self._text[begin:start].strip():
                self._remove_behind_dash(node, first, last)
                continue
            if end == len(self._text) and not self._text.endswith(("\n", "\r")) and begin:
                begin -= 2 if self._text.endswith("\r\n", 0, begin) else 1
            self._pen.edit(begin, end, "")

    def _remove_behind_dash(self, node: Mapping | Sequence, first: int, last: int) -> None:
        """Remove the first key of a mapping that opens behind a dash: the next takes its place."""
        start = self._start(node, first)
        begin = line_start(self._text, start)
        fits = isinstance(node, Mapping) and first == 0 and last + 1 < len(node.items)
        if not fits or not _DASHES.fullmatch(self._text, begin, start):
            raise Refused("the entry shares its line with something that stays")
        following = self._start(node, last + 1)
        end = line_end(self._text, self._end(node, last))
        if "#" in self._text[end:following]:
            kept = len(self._text[:start].rstrip())
            self._pen.edit(kept, end, "")
        else:
            self._pen.edit(start, following, "")

    def _start(self, node: Mapping | Sequence, index: int) -> int:
        if isinstance(node, Mapping):
            self._pen.colon(node.items[index][0])  # refuses what is written with `?`
            return node.items[index][0].start
        return self._pen.dash(node.items[index])

    def _value(self, node: Mapping | Sequence, index: int) -> Node:
        return node.items[index][1] if isinstance(node, Mapping) else node.items[index]

    def _end(self, node: Mapping | Sequence, index: int) -> int:
        floor = node.items[index][0].end if isinstance(node, Mapping) else 0
        return max(self._pen.end(self._value(node, index)), floor)

    def _after(self, node: Mapping | Sequence, index: int) -> int:
        floor = self._pen.colon(node.items[index][0]) if isinstance(node, Mapping) else 0
        return self._pen.after(self._value(node, index), floor=floor)

    def _stand_apart(self, node: Mapping) -> bool:
        """Tell whether blank lines stand between the entries of a mapping."""
        if len(node.items) < 2:  # there is a between only of two
            return False
        apart = 0
        for key, _ in node.items[1:]:
            above = self._text[: line_start(self._text, key.start)].splitlines()[-6:]
            while above and above[-1].lstrip().startswith("#"):
                above.pop()
            apart += bool(above) and not above[-1].strip()
        return apart * 2 >= len(node.items) - 1

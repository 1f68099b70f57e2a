"""Adds to and removes from mappings and lists in brackets: JSON, and the flow style of YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.documents.nodes import Mapping
from advisor.fixes.flow_text import flow_entry, flow_text
from advisor.fixes.patch import Refused
from advisor.fixes.pen import runs
from advisor.fixes.style import leading, line_end, line_start

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence as Items

    from advisor.documents.document import Data
    from advisor.documents.nodes import Sequence
    from advisor.fixes.pen import Pen


class FlowEdits:
    """Items are added and removed together with one comma each."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen
        self._text = pen.text

    def add_keys(self, node: Mapping, added: dict[str, Data], removed: set[int]) -> None:
        """Add keys behind the last one."""
        style = self._pen.style
        self._add(
            node,
            lambda lead: [flow_entry(key, value, style, lead) for key, value in added.items()],
            removed,
        )

    def add_items(self, node: Sequence, added: Items[Data], removed: set[int]) -> None:
        """Add items behind the last one."""
        style = self._pen.style
        self._add(node, lambda lead: [flow_text(value, style, lead) for value in added], removed)

    def remove(self, node: Mapping | Sequence, removed: set[int]) -> None:
        """Remove entries, each with a comma."""
        self._bracket(node)
        for first, last in runs(removed):
            if last + 1 < len(node.items):
                self._pen.edit(self._start(node, first), self._start(node, last + 1), "")
            else:
                self._pen.edit(self._end(node, first - 1), self._end(node, last), "")

    def _add(
        self, node: Mapping | Sequence, made: Callable[[str | None], list[str]], removed: set[int]
    ) -> None:
        del removed  # the comma before a last item that goes, goes with it
        opening = self._bracket(node)
        if not node.items:
            self._fill(node, opening, made)
            return
        pen, text, style = self._pen, self._text, self._pen.style
        last_start = self._start(node, len(node.items) - 1)
        end = self._end(node, len(node.items) - 1)
        comma = self._comma(end, node.end - 1)
        behind = end if comma is None else comma + 1
        lead = text[line_start(text, last_start) : last_start]
        if not lead.strip() and opening < line_start(text, last_start):
            stop = line_end(text, behind)
            if stop < node.end - 1:
                deeper = lead if style.pretty else None
                between = f",{style.eol}{lead}"
                body = style.eol + lead + between.join(made(deeper))
                if comma is None:
                    pen.edit(end, end, ",")
                pen.edit(stop, stop, body + ("" if comma is None else ","))
                return
        entries = style.comma.join(made(None))
        if comma is None:
            pen.edit(end, end, style.comma + entries)
        else:
            pen.edit(behind, behind, style.comma.removeprefix(",") + entries)

    def _fill(
        self, node: Mapping | Sequence, opening: int, made: Callable[[str | None], list[str]]
    ) -> None:
        """Put the first entries between empty brackets."""
        style = self._pen.style
        inside = self._text[opening + 1 : node.end - 1]
        if inside.strip():
            raise Refused("a comment stands between the brackets")
        if style.is_json and style.pretty:
            outer = leading(self._text, opening)
            lead = outer + style.indent
            body = f",{style.eol}{lead}".join(made(lead))
            body = f"{style.eol}{lead}{body}{style.eol}{outer}"
        else:
            pad = style.pad_map if isinstance(node, Mapping) else style.pad_list
            body = pad + style.comma.join(made(None)) + pad
        self._pen.edit(opening + 1, node.end - 1, body)

    def _bracket(self, node: Mapping | Sequence) -> int:
        """Return where the opening bracket stands. Refused for `[a: 1]`, which has none inside."""
        kind, closing = "{}" if isinstance(node, Mapping) else "[]"
        opening = self._text.find(kind, node.start, node.end)
        inner = self._start(node, 0) if node.items else node.end
        if opening < 0 or opening >= inner or self._text[node.end - 1] != closing:
            raise Refused("a mapping without brackets stands inside brackets")
        return opening

    def _start(self, node: Mapping | Sequence, index: int) -> int:
        if isinstance(node, Mapping):
            return node.items[index][0].start
        return node.items[index].start

    def _end(self, node: Mapping | Sequence, index: int) -> int:
        if isinstance(node, Mapping):
            key, value = node.items[index]
            return max(key.end, self._pen.end(value))
        return self._pen.end(node.items[index])

    def _comma(self, start: int, end: int) -> int | None:
        """Return where a comma stands behind the last item, comments left out."""
        position = start
        while position < end:
            char = self._text[position]
            if char == "#":
                position = line_end(self._text, position)
            elif char == ",":
                return position
            position += 1
        return None

"""Collects the edits of one text, and replaces values where they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.documents.nodes import Alias, Mapping, Scalar, Sequence, last_offset
from advisor.fixes.block_text import Block, Taste, block_item, block_value
from advisor.fixes.flow_text import flow_colon, flow_text
from advisor.fixes.patch import Refused
from advisor.fixes.style import leading, line_end, line_start, next_line
from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence as Items

    from advisor.documents.document import Data
    from advisor.documents.nodes import Node
    from advisor.documents.tree import TreeDocument
    from advisor.fixes.style import Style

_COMMENT_NEXT = re.compile(r"\s*#")
_COLON = re.compile(r"[ \t]*:(?=[ \t\r\n]|$)")


@record(frozen=True)
class Edit:
    """Other text for a part of a text; offsets count code points, `end` is exclusive."""

    start: int
    end: int
    text: str


@record(frozen=True)
class Slot:
    """Where a value stands: in which collection, behind which key, at which index."""

    parent: Mapping | Sequence | None
    key: Node | None
    flow: bool = False
    """Whether brackets are around it."""
    index: int = 0


class Pen:
    """Writes one document; nothing is changed before `finished` hands out the edits."""

    def __init__(self, document: TreeDocument, style: Style) -> None:
        self.document = document
        self.text = document.text
        self.style = style
        self._edits: list[Edit] = []
        self._comments: dict[int, int] | None = None

    def edit(self, start: int, end: int, text: str) -> None:
        """Note an edit; one that changes nothing is none."""
        if self.text[start:end] != text:
            self._edits.append(Edit(start, end, text))

    def finished(self) -> list[Edit]:
        """Return the edits in reading order. Refused where two of them overlap."""
        ordered = sorted(self._edits, key=lambda edit: (edit.start, edit.end))
        joined: list[Edit] = []
        for edit in ordered:
            if joined and edit.start < joined[-1].end:
                raise Refused("two edits of the text overlap")
            if joined and edit.start == joined[-1].end:
                last = joined.pop()
                joined.append(Edit(last.start, edit.end, last.text + edit.text))
            else:
                joined.append(edit)
        return joined

    def in_brackets(self, slot: Slot) -> bool:
        """Tell whether brackets are around a value, so that it has to stay in brackets."""
        return slot.flow or self.style.is_json

    # --- where things end -------------------------------------------------------------------

    def end(self, node: Node) -> int:
        """Return where a value's text ends."""
        return last_offset(node, self.text)

    def after(self, node: Node, *, floor: int = 0) -> int:
        """Return where the line after a value starts, its own trailing comment included."""
        leaf = node
        while isinstance(leaf, (Mapping, Sequence)) and not leaf.flow and leaf.items:
            last = leaf.items[-1]
            leaf = last[1] if isinstance(last, tuple) else last
        if isinstance(leaf, Scalar) and leaf.style in ("|", ">"):
            header = self.text[leaf.start : line_end(self.text, leaf.start)].split("#")[0]
            if leaf.end >= len(self.text) and not self.text.endswith(("\n", "\r")):
                raise Refused("a block scalar ends the file without a line break")
            if "+" in header:  # the blank lines below belong to it
                kept = line_start(self.text, leaf.end)
                return len(self.text) if leaf.end == len(self.text) else kept
        return next_line(self.text, max(self.end(node), floor))

    def comment_start(self, offset: int) -> int | None:
        """Return where the comment of an offset's line starts; None where there is none."""
        if self._comments is None:
            lines = self.document.lines
            self._comments = {}
            for comment in self.document.comments():
                at = lines.starts[comment.line - 1] + comment.column - 1
                self._comments.setdefault(comment.line, at)
        return self._comments.get(self.document.lines.position(offset).line)

    def colon(self, key: Node) -> int:
        """Return the offset behind the colon of a key. Refused where it is written with `?`."""
        found = _COLON.match(self.text, key.end)
        if found is None:
            raise Refused("the key is written in a form that is not edited")
        return found.end()

    def column(self, node: Mapping) -> int:
        """Return where the keys of a block mapping start, from zero."""
        plain = (key for key, _ in node.items if _COLON.match(self.text, key.end))
        first = next(plain, None)
        if first is None:
            raise Refused("the keys are written in a form that is not edited")
        return self.document.lines.position(first.start).column - 1

    # --- replacing a value ------------------------------------------------------------------

    def replace(self, node: Node, value: Data, slot: Slot) -> None:
        """Write another value in the place of one."""
        if isinstance(node, Alias):
            raise Refused("the value is shared through an alias")
        if self.in_brackets(slot):
            self._replace_in_brackets(node, value, slot)
        elif slot.parent is None:
            raise Refused("the whole document would be replaced")
        elif isinstance(slot.parent, Mapping) and slot.key is not None:
            self._replace_below_key(node, value, slot.key, slot.parent)
        else:
            self._replace_item(node, value)

    def rename(self, key: Scalar, name: str) -> None:
        """Write another name in the place of a key, in the same quotes."""
        from advisor.fixes.scalars import quoted, yaml_key

        plain = yaml_key(name, quote=self.style.quote, flow=True)
        written = quoted(name, key.style) if key.style in {"'", '"'} else plain
        self.edit(key.start, self.end(key), written)

    def _replace_in_brackets(self, node: Node, value: Data, slot: Slot) -> None:
        start, end = node.start, self.end(node)
        lead = None
        parent = slot.parent
        if parent is not None and self.style.pretty and self._has_lines(parent):
            lead = leading(self.text, start)
        text = self._same_quotes(node, value) or flow_text(value, self.style, lead)
        if slot.key is not None and start == end:
            before = self.text[slot.key.end : start]
            if ":" not in before:
                text = flow_colon(self.style) + text
            elif before.endswith(":"):
                text = f" {text}"
        elif start == end and parent is None:
            raise Refused("the file is empty")
        self.edit(start, end, text)

    def _has_lines(self, node: Node) -> bool:
        return "\n" in self.text[node.start : self.end(node)]

    def _same_quotes(self, node: Node, value: Data) -> str:
        """Return a text in the quotes of the text that it replaces; "" for anything else."""
        from advisor.fixes.scalars import is_plain, quoted

        if not isinstance(value, str) or not isinstance(node, Scalar) or "\n" in value:
            return ""
        if self.style.is_json or node.tag not in (None, "tag:yaml.org,2002:str"):
            return ""
        if node.style in ("'", '"'):
            return quoted(value, node.style)
        return "" if node.style or not is_plain(value, flow=True) else value

    def _replace_below_key(self, node: Node, value: Data, key: Node, parent: Mapping) -> None:
        text = self.text
        colon = self.colon(key)
        column = self.column(parent)
        start, end = node.start, self.end(node)
        dangling = text[end : line_end(text, end)].strip()
        first_end = line_end(text, colon)
        one_line = end <= first_end
        taste = Taste(
            self.style,
            flow=self._neighbours_in_brackets(parent, key),
            literal=(one_line or not dangling) and self.takes_literal(next_line(text, end)),
        )
        same = self._same_quotes(node, value)
        block = Block(same) if same else block_value(value, column, taste)
        head = f" {block.head}" if block.head else ""
        body = "".join(self.style.eol + line for line in block.lines)
        if one_line:
            if start == end:
                blank = not text[end:first_end].strip()
                self.edit(colon, first_end if blank else colon, head)
            elif block.head:
                self.edit(start, end, block.head)
            else:
                self.edit(colon, end, "")
            if body:
                self.edit(first_end, first_end, body)
            return
        comment = self.comment_start(colon)
        head_end = first_end
        if comment is not None and colon <= comment < first_end:
            head_end = colon + len(text[colon:comment].rstrip())
        self.edit(colon, head_end, head)
        self.edit(first_end, end, body)

    def _neighbours_in_brackets(self, parent: Mapping, key: Node) -> bool:
        flows = [
            value.flow
            for other, value in parent.items
            if other is not key and isinstance(value, (Mapping, Sequence)) and value.items
        ]
        return bool(flows) and all(flows)

    def taste_for(self, parent: Mapping, offset: int) -> Taste:
        """Return how a new value below a mapping is written: as the values beside it are."""
        flow = self._neighbours_in_brackets(parent, parent)
        return Taste(self.style, flow=flow, literal=self.takes_literal(offset))

    def takes_literal(self, offset: int) -> bool:
        """Tell whether a block scalar may end before a line: it would swallow comments below."""
        ends_open = offset >= len(self.text) and not self.text.endswith(("\n", "\r"))
        return not ends_open and _COMMENT_NEXT.match(self.text, offset) is None

    def _replace_item(self, node: Node, value: Data) -> None:
        text = self.text
        end = self.end(node)
        dash = self.dash(node)
        column = self.document.lines.position(dash).column - 1
        dangling = text[end : line_end(text, end)].strip()
        literal = not dangling and self.takes_literal(next_line(text, end))
        lines = block_item(value, column, Taste(self.style, literal=literal))
        same = self._same_quotes(node, value)
        if same:
            lines = [" " * column + f"- {same}"]
        self.edit(dash, end, self.style.eol.join(lines)[column:])

    def dash(self, item: Node) -> int:
        """Return where the dash of a list's item stands."""
        at = item.start
        while at > 0 and self.text[at - 1] in " \t\r\n":
            at -= 1
        if at < 1 or self.text[at - 1] != "-":
            raise Refused("the item of the list is written in a form that is not edited")
        return at - 1

    def insert_lines(self, offset: int, lines: Items[str]) -> None:
        """Write lines before the line that starts at an offset, or at the end of the text."""
        eol = self.style.eol
        body = eol.join(lines)
        ends_open = offset == len(self.text) and not self.text.endswith(("\n", "\r"))
        self.edit(offset, offset, eol + body if ends_open else body + eol)


def runs(indexes: set[int]) -> list[tuple[int, int]]:
    """Return the first and last of the indexes that follow one another."""
    found: list[tuple[int, int]] = []
    for index in sorted(indexes):
        if found and found[-1][1] == index - 1:
            found[-1] = (found[-1][0], index)
        else:
            found.append((index, index))
    return found

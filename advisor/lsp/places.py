"""What stands at a place of an editor's text: findings, resources, names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.part import Part
from advisor.architecture.nodes.workflows import StateNode
from advisor.documents.tree import TreeDocument
from advisor.lsp.pages import Drift, Page
from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from lsprotocol import types

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.documents.document import Data
    from advisor.documents.location import Location, Pointer, Position
    from advisor.lsp.judging import Judged
    from advisor.lsp.session import Open
    from advisor.reading import Reading
    from advisor.rules.finding import Finding

_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]*")
_KEY = re.compile(r"""^( +|\t+)["']?([A-Za-z0-9_ .-]+?)["']?\s*:""")


@record(frozen=True)
class Here:
    """A place in an editor's text, and the same place in the text that was judged."""

    file: Path
    path: str
    """As in the report."""
    page: Page
    offset: int
    position: types.Position
    judged: Judged
    document: TreeDocument | None
    """What was judged; None where the file is no template and no state machine."""
    before: Position | None
    """The place in what was judged; None where an edit since then has made it."""

    @property
    def line(self) -> str:
        """The line of the editor's text."""
        return self.page.line(self.position.line)

    @property
    def word(self) -> str:
        """The word around the place."""
        start = self.page.lines.starts[self.page.lines.position(self.offset).line - 1]
        column = self.offset - start
        for found in _WORD.finditer(self.line):
            if found.start() <= column <= found.end():
                return found[0].rstrip(".:")
        return ""


def here(opened: Open, position: types.Position, judged: Judged) -> Here:
    """Return what a position of an open text is in what was judged."""
    page = opened.page
    offset = page.offset(position)
    position = page.at(offset)  # an editor may ask beyond the end
    path = judged.shown(opened.file)
    found = judged.report.documents.get(path)
    text = judged.text(opened.file)
    before = None
    if text is not None:
        old = Page(text, page.encoding)
        back = Drift(old, page).back(offset)
        before = old.place(back) if back is not None else None
    document = found if isinstance(found, TreeDocument) else None
    return Here(opened.file, path, page, offset, position, judged, document, before)


def covers(location: Location, path: str, place: Position) -> bool:
    """Tell whether a location includes a place, its end counted in as editors do."""
    return location.path == path and location.span.start <= place <= location.span.end


def findings_at(at: Here, found: Iterable[Finding]) -> list[Finding]:
    """Return the findings whose place includes this one."""
    if at.before is None:
        return []
    return [each for each in found if covers(each.location, at.path, at.before)]


def pointer_at(document: TreeDocument, place: Position) -> tuple[Pointer, bool]:
    """Return the innermost key or value at a place, and whether it is the key that stands there."""
    pointer: Pointer = ()
    data: Data = document.data
    for _ in range(100):
        inner: Sequence[tuple[str | int, Data]] = ()
        if isinstance(data, dict):
            inner = list(data.items())
        elif isinstance(data, list):
            inner = list(enumerate(data))
        for key, value in inner:
            below = (*pointer, key)
            try:
                span, name = document.span(below), document.key_span(below)
            except KeyError:
                continue
            if isinstance(key, str) and name.start <= place <= name.end and name != span:
                return below, True
            if span.start <= place <= span.end:
                pointer, data = below, value
                break
        else:
            break
    return pointer, False


def value_at(document: TreeDocument, pointer: Pointer) -> Data:
    """Return the data behind a pointer; None where there is none."""
    data: Data = document.data
    for key in pointer:
        if isinstance(data, dict) and isinstance(key, str):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int) and 0 <= key < len(data):
            data = data[key]
        else:
            return None
    return data


def nodes_of(readings: Iterable[Reading], path: str) -> list[tuple[Architecture, Node]]:
    """Return what a file declares: resources, and the states of a definition."""
    return [
        (reading.architecture, node)
        for reading in readings
        for node in reading.architecture.nodes()
        if not isinstance(node, External) and node.at().path == path
    ]


def node_at(at: Here, readings: Iterable[Reading]) -> tuple[Architecture, Node] | None:
    """Return the resource or state that a place belongs to, the innermost one.

    Where the text cannot be read just now, the keys above the place tell.
    """
    found = nodes_of(readings, at.path)
    if at.before is not None and at.document is not None:
        pointer, _ = pointer_at(at.document, at.before)
        inside = [
            (len(place.pointer), not node.is_generated, architecture, node)
            for architecture, node in found
            if (place := node.at()).pointer
            and pointer[: len(place.pointer)] == place.pointer
            and not (isinstance(node, Part) and len(place.pointer) < 3)
        ]
        if inside:
            best = max(inside, key=lambda each: each[:2])
            return best[2], best[3]
        return None
    return _above(at, found)


def _above(
    at: Here, found: Sequence[tuple[Architecture, Node]]
) -> tuple[Architecture, Node] | None:
    names = {node.name: (architecture, node) for architecture, node in reversed(found)}
    if at.word in names:
        return names[at.word]
    narrowest = 1_000
    for number in range(at.position.line, -1, -1):
        key = _KEY.match(at.page.line(number))
        if key is not None and len(key[1]) < narrowest:
            narrowest = len(key[1])
            if key[2] in names:
                return names[key[2]]
    return None


def is_state(node: Node) -> bool:
    """Tell whether a node is a state of a machine."""
    return isinstance(node, StateNode)


__all__ = ["Here", "covers", "findings_at", "here", "node_at", "pointer_at", "value_at"]

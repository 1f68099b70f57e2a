"""From changes in terms of data to edits of the text, by walking both together."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from advisor.documents.document import Syntax
from advisor.documents.location import Span
from advisor.documents.nodes import Alias, Mapping, Scalar, Sequence, is_merge_key
from advisor.fixes.block_edits import BlockEdits
from advisor.fixes.calls import call_of
from advisor.fixes.embedded import outer_edits
from advisor.fixes.flow_edits import FlowEdits
from advisor.fixes.patch import Patch, Refused, patch_of, patched, same
from advisor.fixes.pen import Pen, Slot
from advisor.fixes.style import style_of
from advisor.rules.finding import TextEdit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence as Items

    from advisor.documents.document import Data
    from advisor.documents.nodes import Node
    from advisor.documents.tree import TreeDocument
    from advisor.fixes.pen import Edit
    from advisor.rules.finding import Change

_SHARED = "the value is shared through an anchor, an alias or a merge"


def text_edits(document: TreeDocument, changes: Items[Change]) -> list[TextEdit]:
    """Return the edits that make the changes, in reading order and without overlap.

    Refused where they cannot be made; what is set to what it is already needs no edit.
    """
    return [
        TextEdit(
            document.path,
            Span(document.lines.position(edit.start), document.lines.position(edit.end)),
            edit.text,
        )
        for edit in offset_edits(document, patch_of(changes))
    ]


def offset_edits(document: TreeDocument, patch: Patch) -> list[Edit]:
    """Return the edits of a patch, with offsets into the document's text."""
    if document.root is None:
        raise Refused("the file is empty")
    pen = Pen(document, style_of(document))
    _Walk(pen).node(document.root, patch, document.data, Slot(None, None))
    return pen.finished()


class _Walk:
    """Follows a patch through the tree of a document."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen
        self._builder = pen.document.builder
        self._anchored = _alias_targets(pen.document)

    def node(
        self, node: Node, patch: Patch, data: Data, slot: Slot, *, inside_tag: bool = False
    ) -> None:
        """Make the edits of a patch for one value."""
        if isinstance(node, Alias) or id(node) in self._anchored:
            raise Refused(_SHARED)
        if patch.inside is not None:
            for edit in outer_edits(self._pen.text, node, patch.inside, self._pen.style.eol):
                self._pen.edit(edit.start, edit.end, edit.text)
            return
        if not patch.parts and not patch.is_set:  # its key is renamed, and nothing else
            return
        name = None
        if node.tag is not None and not inside_tag:
            name = self._builder.long_form(node.tag)
        if name is not None and not patch.is_set:
            self._tagged(node, name, patch, data, slot)
            return
        if patch.is_set:
            if same(data, patch.value):
                return
            parts = None if name is not None else _difference(node, data, patch.value)
            if parts is None:
                value = self._with_tag(node, patch.value) if inside_tag else patch.value
                self._refuse_if_shared([node])
                self._pen.replace(node, value, slot)
                return
            patch = parts
        if isinstance(node, Mapping) and (node.items or self._pen.in_brackets(slot)):
            self._mapping(node, patch, data, slot, inside_tag=inside_tag)
        elif isinstance(node, Sequence) and (node.items or self._pen.in_brackets(slot)):
            self._list(node, patch, data, slot, inside_tag=inside_tag)
        elif data in (None, {}, []):
            built = patched(data, patch)
            self._pen.replace(node, self._with_tag(node, built) if inside_tag else built, slot)
        else:
            raise Refused("a text stands where something is to be added")

    def _refuse_if_shared(self, nodes: Items[Node]) -> None:
        """Refuse to write over values of which other places read a part through an alias."""
        if self._anchored and any(id(node) in self._anchored for node in _all_below(nodes)):
            raise Refused(_SHARED)

    def _with_tag(self, node: Node, value: Data) -> Data:
        tag = None if isinstance(node, Alias) else node.tag
        name = self._builder.long_form(tag) if tag else None
        return value if name is None else {name: value}

    def _tagged(self, node: Node, name: str, patch: Patch, data: Data, slot: Slot) -> None:
        part = patch.parts.get(name)
        if part is None or len(patch.parts) != 1 or part.remove or not isinstance(data, dict):
            raise Refused(f"'{name}' stands where keys are to be changed")
        self.node(node, part, data[name], slot, inside_tag=True)

    def _mapping(
        self, node: Mapping, patch: Patch, data: Data, slot: Slot, *, inside_tag: bool
    ) -> None:
        if not isinstance(data, dict):
            raise Refused("the value is not what was read")
        own = {
            key.value: index
            for index, (key, _) in enumerate(node.items)
            if isinstance(key, Scalar) and not is_merge_key(key)
        }
        removed: set[int] = set()
        added: dict[str, Data] = {}
        for name, part in patch.parts.items():
            if not isinstance(name, str):
                raise Refused("a mapping stands where a list is expected")
            if name not in own:
                if name in data and not part.is_set:
                    raise Refused(_SHARED)
                if part.remove:
                    raise Refused(f"'{name}' is not there to be removed")
                added[name] = patched(None, part)
            elif part.remove:
                removed |= {
                    index
                    for index, (key, _) in enumerate(node.items)
                    if isinstance(key, Scalar) and key.value == name
                }
        self._refuse_if_shared([node.items[index][1] for index in removed])
        if node.items and len(removed) == len(node.items):
            rest: Data = dict(added)
            self._pen.replace(node, self._with_tag(node, rest) if inside_tag else rest, slot)
            return
        for name, part in patch.parts.items():
            if isinstance(name, str) and name in own and not part.remove:
                key, value = node.items[own[name]]
                if part.rename and isinstance(key, Scalar):
                    self._pen.rename(key, part.rename)
                inner = Slot(node, key, self._pen.in_brackets(slot) or node.flow, own[name])
                self.node(value, part, data[name], inner)
        writer = FlowEdits(self._pen) if node.flow else BlockEdits(self._pen)
        writer.remove(node, removed)
        if added:
            writer.add_keys(node, added, removed)

    def _list(
        self, node: Sequence, patch: Patch, data: Data, slot: Slot, *, inside_tag: bool
    ) -> None:
        if not isinstance(data, list):
            raise Refused("the value is not what was read")
        built = patched(data, patch)  # refuses what no list can take
        appended = {key: part for key, part in patch.parts.items() if isinstance(key, int)}
        added = [patched(None, appended[key]) for key in sorted(appended) if key >= len(node.items)]
        removed = {key for key, part in patch.parts.items() if isinstance(key, int) and part.remove}
        self._refuse_if_shared([node.items[index] for index in removed if index < len(node.items)])
        if node.items and len(removed) == len(node.items):
            self._pen.replace(node, self._with_tag(node, built) if inside_tag else built, slot)
            return
        for index, item in enumerate(node.items):
            part = patch.parts.get(index)
            if part is not None and not part.remove:
                inner = Slot(node, None, self._pen.in_brackets(slot) or node.flow, index)
                self.node(item, part, data[index], inner)
        writer = FlowEdits(self._pen) if node.flow else BlockEdits(self._pen)
        writer.remove(node, removed)
        if added:
            writer.add_items(node, added, removed)


@lru_cache(maxsize=4)  # many fixes of one file follow one another
def _alias_targets(document: TreeDocument) -> set[int]:
    """Return the nodes at whose anchors other places look."""
    if document.syntax is Syntax.JSON or "*" not in document.text or document.root is None:
        return set()
    return {id(node.target) for node in _all_below([document.root]) if isinstance(node, Alias)}


def _all_below(nodes: Items[Node]) -> Iterator[Node]:
    """Yield the nodes and all that is written in them; what an alias looks at is not."""
    todo = list(nodes)
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, Mapping):
            for key, value in node.items:
                todo += (key, value)
        elif isinstance(node, Sequence):
            todo += node.items


def _difference(node: Node, data: Data, value: Data) -> Patch | None:
    """Return what has to change for a collection to become another; None to write it anew."""
    if isinstance(node, Mapping) and isinstance(data, dict) and isinstance(value, dict):
        if (call_of(data) or call_of(value)) and data.keys() != value.keys():
            return None
        if data and not data.keys() & value.keys():
            return None
        parts: dict[str | int, Patch] = {
            key: Patch(item, is_set=True)
            for key, item in value.items()
            if key not in data or not same(data[key], item)
        }
        parts |= {key: Patch(remove=True) for key in data if key not in value}
        return Patch(parts=parts)
    if isinstance(node, Sequence) and isinstance(data, list) and isinstance(value, list):
        if not data or not value:
            return None
        changed: dict[str | int, Patch] = {
            index: Patch(item, is_set=True)
            for index, item in enumerate(value)
            if index >= len(data) or not same(data[index], item)
        }
        changed |= {index: Patch(remove=True) for index in range(len(value), len(data))}
        return Patch(parts=changed)
    return None

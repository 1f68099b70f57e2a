"""A document that finds positions by walking its tree, one pointer at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.documents.construct import key_text
from advisor.documents.document import DuplicateKey, Syntax
from advisor.documents.location import Span
from advisor.documents.nodes import (
    TEXT_TAG,
    Alias,
    Mapping,
    Scalar,
    Sequence,
    dereference,
    is_merge_key,
    last_offset,
)
from advisor.documents.scalars import plain_type
from advisor.records import field, record

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence as Items

    from advisor.documents.construct import Builder
    from advisor.documents.document import Comment, Data
    from advisor.documents.lines import Lines
    from advisor.documents.location import Pointer
    from advisor.documents.nodes import Node


@record(frozen=True)
class Layout:
    """How a value is written; what an edit of the text needs. Offsets count code points."""

    start: int
    end: int
    key_start: int
    """Where its key starts; of a list's item, and of the root, where the value starts."""
    style: str
    """`plain`, `'`, `"`, `|`, `>`, or for collections `flow` or `block`."""
    tag: str
    """As the parser sees it, such as `!Ref`; empty without one."""
    indent: int
    """Columns before its key, or before its own first character without one."""
    in_flow: bool
    """Whether it stands inside brackets, where an edit must stay on flow syntax."""
    shared: bool
    """Whether the text stands at an anchor, so that an edit changes other places too."""


@record()
class _Place:
    """Where a pointer leads: the node, what names it, and how one gets there."""

    node: Node
    key: Node | None = None
    tag: str = ""  # the short tag whose long form the pointer ends in
    open_tag: bool = False  # whether the pointer has passed the node's own tag
    in_flow: bool = False
    shared: bool = False


@record(eq=False)
class TreeDocument:
    """One file, read. `encoding` and `bom` say how to write the text back."""

    path: str
    text: str
    syntax: Syntax
    data: Data
    lines: Lines
    builder: Builder
    make_root: Callable[[], Node | None]
    duplicate_keys: Items[DuplicateKey] = ()
    documents: int = 1
    """How many YAML documents in the file hold anything; `data` is that of the first."""
    encoding: str = "utf-8"
    bom: bool = False
    _root: Node | None = None
    _comments: Items[Comment] | None = None
    _indexes: dict[int, dict[str, tuple[Node, Node, bool]]] = field(default_factory=dict)
    _places: dict[Pointer, _Place] = field(default_factory=dict)
    """What was found before: rules ask for the same places again and again."""

    def span(self, pointer: Pointer) -> Span:
        """Return where the value stands, tag and quotes included; KeyError if there is none."""
        return self._span(*self.offsets(pointer))

    def key_span(self, pointer: Pointer) -> Span:
        """Return where the key stands that the pointer ends in; an item's own span in a list.

        A key that only the long form of a short tag has stands where the tag does.
        """
        place = self._find(pointer)
        if place.tag:
            start = self._tag_start(place)
            return self._span(start, start + len(place.tag))
        node = place.key if place.key is not None else place.node
        return self._span(node.start, last_offset(node, self.text))

    def line(self, number: int) -> str:
        """Return the text of a line, counted from one; nothing behind the last."""
        return self.lines.line(number)

    def has(self, pointer: Pointer) -> bool:
        """Tell whether a pointer leads to something."""
        try:
            self._find(pointer)
        except KeyError:
            return False
        return True

    def offsets(self, pointer: Pointer) -> tuple[int, int]:
        """Return start and end of the value in `text`; KeyError if there is none."""
        node = self._find(pointer).node
        return node.start, last_offset(node, self.text)

    def layout(self, pointer: Pointer) -> Layout:
        """Return how the value is written; KeyError if there is none."""
        place = self._find(pointer)
        node = dereference(place.node)
        if isinstance(node, Scalar):
            style = node.style or "plain"
        else:
            style = "flow" if node.flow else "block"
        tag = node.tag if node.tag is not None and node.tag != TEXT_TAG else ""
        key_start = place.key.start if place.key is not None else place.node.start
        return Layout(
            start=place.node.start,
            end=last_offset(place.node, self.text),
            key_start=key_start,
            style=style,
            tag=tag,
            indent=self.lines.position(key_start).column - 1,
            in_flow=place.in_flow,
            shared=place.shared or isinstance(place.node, Alias),
        )

    def plain_type(self, pointer: Pointer) -> str:
        """Return the type that YAML 1.1 sees in a scalar: str, int, float, bool, null, timestamp.

        `map` and `list` for collections. Quoted and tagged scalars are `str`.
        """
        return _type(dereference(self._find(pointer).node))

    def key_type(self, pointer: Pointer) -> str:
        """Return the type that YAML 1.1 sees in the key that the pointer ends in."""
        key = self._find(pointer).key
        return "str" if key is None else _type(dereference(key))

    def comments(self) -> Items[Comment]:
        """Return the comments of a YAML document in reading order; JSON has none."""
        if self._comments is None:
            self._comments = ()
            if self.syntax is Syntax.YAML and "#" in self.text:
                from advisor.documents.comments import find_comments  # seldom asked

                self._comments = tuple(find_comments(self.text, self.root, self.lines))
        return self._comments

    @property
    def root(self) -> Node | None:
        """The tree; None where the document is empty."""
        if self._root is None:
            self._root = self.make_root()
        return self._root

    def note_duplicates(self) -> None:
        """Turn the repeated keys that the builder saw into `duplicate_keys`."""
        wanted = {id(mapping) for mapping, _, _ in self.builder.duplicates}
        found: dict[int, Pointer] = {}
        todo: list[tuple[Node, Pointer]] = [] if self.root is None else [(self.root, ())]
        while todo:
            node, pointer = todo.pop()
            if isinstance(node, Alias):
                continue
            if id(node) in wanted:
                found[id(node)] = self._inside(node, pointer)
            if isinstance(node, Mapping):
                inside = self._inside(node, pointer)
                todo += [(value, (*inside, key_text(key))) for key, value in node.items]
            elif isinstance(node, Sequence):
                inside = self._inside(node, pointer)
                todo += [(item, (*inside, index)) for index, item in enumerate(node.items)]
        values: dict[int, dict[int, Node]] = {}
        for mapping, _, _ in self.builder.duplicates:
            if id(mapping) not in values:
                values[id(mapping)] = {id(dereference(key)): node for key, node in mapping.items}
        self.duplicate_keys = [
            DuplicateKey(
                (*found[id(mapping)], again.value),
                self._span(first.start, last_offset(first, self.text)),
                self._span(again.start, last_offset(again, self.text)),
                self._are_same(values[id(mapping)][id(first)], values[id(mapping)][id(again)]),
            )
            for mapping, first, again in tuple(self.builder.duplicates)
        ]
        self.duplicate_keys.sort(key=lambda duplicate: duplicate.again.start)

    def _are_same(self, one: Node, other: Node) -> bool:
        first, second = self.builder.data(one, 0), self.builder.data(other, 0)
        return first == second and type(first) is type(second)

    def _inside(self, node: Node, pointer: Pointer) -> Pointer:
        name = self._long_form(node)
        return pointer if name is None else (*pointer, name)

    def _long_form(self, node: Node) -> str | None:
        if isinstance(node, Alias) or node.tag is None:
            return None
        return self.builder.long_form(node.tag)

    def _span(self, start: int, end: int) -> Span:
        return Span(self.lines.position(start), self.lines.position(end))

    def _tag_start(self, place: _Place) -> int:
        node = dereference(place.node)
        found = self.text.find(place.tag, node.start, node.end)  # an anchor may come first
        return found if found >= 0 else node.start

    def _find(self, pointer: Pointer) -> _Place:
        place = self._places.get(pointer)
        if place is None:
            if self.root is None:
                raise KeyError(pointer)
            place = _Place(self.root)
            for part in pointer:
                if not self._step(place, part):
                    raise KeyError(pointer)
            self._places[pointer] = place
        return place

    def _step(self, place: _Place, part: str | int) -> bool:
        """Go one key or index further; False where there is none."""
        node = dereference(place.node)
        place.shared = place.shared or isinstance(place.node, Alias)
        name = None if place.open_tag else self._long_form(node)
        if name is not None:
            place.open_tag = True
            place.tag = str(node.tag)
            place.key = None
            return part == name
        place.tag = ""
        place.open_tag = False
        if isinstance(node, Sequence) and isinstance(part, int) and 0 <= part < len(node.items):
            place.node, place.key = node.items[part], None
        elif isinstance(node, Mapping) and isinstance(part, str):
            entry = self._index(node).get(part)
            if entry is None:
                return False
            place.key, place.node, merged = entry
            place.shared = place.shared or merged
        else:
            return False
        place.in_flow = place.in_flow or node.flow
        return True

    def _index(self, node: Mapping) -> dict[str, tuple[Node, Node, bool]]:
        """Return the entries of a mapping by key, with whether they come from a merge."""
        index = self._indexes.get(id(node))
        if index is None:
            index = {}
            for key, value in node.items:
                if is_merge_key(key):
                    content = dereference(value)
                    sources = content.items if isinstance(content, Sequence) else [content]
                    for source in reversed(sources):
                        merged = dereference(source)
                        if isinstance(merged, Mapping):
                            for name, entry in self._index(merged).items():
                                index[name] = (entry[0], entry[1], True)
            for key, value in node.items:
                if not is_merge_key(key):
                    index[key_text(key)] = (key, value, False)
            self._indexes[id(node)] = index
        return index


def _type(node: Node) -> str:
    if isinstance(node, Scalar):
        return "str" if node.style or node.tag is not None else plain_type(node.value)
    return "map" if isinstance(node, Mapping) else "list"

"""From the tree of a text to plain data, with tags in their long form and aliases expanded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.documents.nodes import (
    MAX_DEPTH,
    MAX_EXPANDED,
    Alias,
    Mapping,
    Scalar,
    Sequence,
    dereference,
    is_merge_key,
)
from advisor.documents.scalars import plain_value

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.documents.nodes import Node, Tags

_TYPED_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null"))


class ShapeError(Exception):
    """The text can be read, but what it says cannot be data; `offset` is where."""

    def __init__(self, message: str, offset: int) -> None:
        self.message = message
        self.offset = offset
        super().__init__(message)


class Builder:
    """Makes data of a tree once; remembers which mappings hold a key twice."""

    def __init__(self, tags: Tags) -> None:
        self.duplicates: list[tuple[Mapping, Scalar, Scalar]] = []
        self._tags = tags
        self._names: dict[str, str | None] = {}
        self._expanded = 0
        self._inside_alias = 0
        self._outermost = 0  # where the alias stands that is being expanded

    def long_form(self, tag: str) -> str | None:
        """Return the key that a short tag stands for; None for a tag that means nothing."""
        if not tag.startswith("!"):
            return None
        if tag not in self._names:
            self._names[tag] = self._tags(tag[1:]) if len(tag) > 1 else None
        return self._names[tag]

    def data(self, node: Node, depth: int = 0) -> Data:
        """Return the plain data of a node; ShapeError where it is too deep or no data."""
        if self._inside_alias:
            self._expanded += 1
            if self._expanded > MAX_EXPANDED:
                raise ShapeError(
                    f"aliases add more than {MAX_EXPANDED:,} values; write them out",
                    self._outermost,
                )
        if isinstance(node, Scalar):
            if node.tag is None:
                return node.value if node.style else plain_value(node.value)
            return self._tagged(node.tag, _typed(node))
        if isinstance(node, Alias):
            if not self._inside_alias:
                self._outermost = node.start
            self._inside_alias += 1
            data = self.data(node.target, depth)
            self._inside_alias -= 1
            return data
        if depth >= MAX_DEPTH:
            raise ShapeError(f"nested more than {MAX_DEPTH} levels deep", node.start)
        data = self._mapping(node, depth) if isinstance(node, Mapping) else self._list(node, depth)
        return data if node.tag is None else self._tagged(node.tag, data)

    def _tagged(self, tag: str, data: Data) -> Data:
        name = self.long_form(tag)
        return data if name is None else {name: data}

    def _list(self, node: Sequence, depth: int) -> list[Data]:
        return [self.data(item, depth + 1) for item in node.items]

    def _mapping(self, node: Mapping, depth: int) -> dict[str, Data]:
        data: dict[str, Data] = {}
        merges = 0
        for key, value in node.items:
            if is_merge_key(key):
                merges += 1
                self._merge(data, value, depth)
        own: dict[str, Data] = {}
        for key, value in node.items:
            if isinstance(key, Scalar):
                if merges and is_merge_key(key):
                    continue
                own[key.value] = self.data(value, depth + 1)
                continue
            own[key_text(key)] = self.data(value, depth + 1)
        if len(own) + merges < len(node.items) and not self._inside_alias:
            self._note_duplicates(node)
        if merges:
            data.update(own)
            return data
        return own

    def _merge(self, data: dict[str, Data], value: Node, depth: int) -> None:
        content = dereference(value)
        sources = content.items if isinstance(content, Sequence) else [content]
        for source in reversed(sources):  # the first of a list wins
            merged = dereference(source)
            if not isinstance(merged, Mapping):
                raise ShapeError("'<<' takes a mapping or a list of mappings", source.start)
            if not self._inside_alias:
                self._outermost = source.start
            self._inside_alias += 1
            part = self.data(merged, depth + 1)
            self._inside_alias -= 1
            if isinstance(part, dict):
                data.update(part)

    def _note_duplicates(self, node: Mapping) -> None:
        seen: dict[str, Scalar] = {}
        for key, _ in node.items:
            name = dereference(key)
            if not isinstance(name, Scalar) or is_merge_key(key):
                continue
            if name.value in seen:
                self.duplicates.append((node, seen[name.value], name))
            else:
                seen[name.value] = name


def key_text(key: Node) -> str:
    """Return a key as written; ShapeError where it is a list or a mapping."""
    name = dereference(key)
    if isinstance(name, Scalar):
        return name.value
    if isinstance(name, Mapping) and name.flow:
        raise ShapeError("'{{' without quotes; put the whole value into quotes", key.start)
    raise ShapeError("a key must be text, this one is a list or a mapping", key.start)


def _typed(node: Scalar) -> Data:
    """Return a tagged scalar: text, unless the tag is one of YAML's own types."""
    return plain_value(node.value) if node.tag in _TYPED_TAGS else node.value

"""YAML text to a tree, through libyaml's events.

The tree is built from events rather than by libyaml's composer, which recurses on the C stack
and ends the process on some 30,000 nested brackets. Bounds are enforced while reading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from advisor.documents.nodes import (
    MAX_DEPTH,
    MAX_NODES,
    TEXT_TAG,
    Alias,
    Mapping,
    Scalar,
    Sequence,
)
from advisor.errors import LoadError

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.documents.lines import Lines
    from advisor.documents.nodes import Collection, Node, Written


class PythonParser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):
    """The parser in Python, with the interface of libyaml's: the same events, slower."""

    def __init__(self, stream: str) -> None:
        yaml.reader.Reader.__init__(self, stream)
        yaml.scanner.Scanner.__init__(self)
        yaml.parser.Parser.__init__(self)


_Parser: Any
try:
    from yaml.cyaml import CParser as _Parser  # type: ignore[attr-defined] # not in the stubs
except ImportError:  # PyYAML was installed without libyaml
    _Parser = PythonParser


def read_yaml(
    text: str, path: str, lines: Lines, *, parser: Callable[[str], Any] = _Parser
) -> tuple[Node | None, int]:
    """Return the tree of the first document, and how many documents hold anything.

    LoadError where the text is no YAML or goes beyond a bound.
    """
    composer = _Composer(path, lines)
    try:
        composer.run(parser(text))
    except yaml.YAMLError as error:
        from advisor.documents.messages import explain_yaml  # its patterns take time to compile

        message, offset = explain_yaml(error, text)
        raise composer.error(message, offset) from None
    except UnicodeEncodeError as error:
        raise composer.error("not valid Unicode: half of a surrogate pair", error.start) from None
    roots = composer.roots
    filled = sum(not (isinstance(root, Scalar) and _is_empty(root)) for root in roots)
    return (roots[0] if roots else None), filled


def _is_empty(root: Scalar) -> bool:
    return not root.value and not root.style and root.tag is None


class _Composer:
    """Builds the trees of all documents of one text, iteratively."""

    def __init__(self, path: str, lines: Lines) -> None:
        self.roots: list[Node] = []
        self._path = path
        self._lines = lines
        self._stack: list[Collection] = []
        self._keys: list[Node | None] = []
        self._anchors: dict[str, Written] = {}
        self._count = 0

    def error(self, message: str, offset: int) -> LoadError:
        place = self._lines.position(offset)
        return LoadError(self._path, message, line=place.line, column=place.column)

    def run(self, parser: Any) -> None:  # noqa: ANN401 libyaml's parser has no types
        scalar, mapping_start = yaml.ScalarEvent, yaml.MappingStartEvent
        sequence_start, alias = yaml.SequenceStartEvent, yaml.AliasEvent
        ends = (yaml.SequenceEndEvent, yaml.MappingEndEvent)
        get = parser.get_event
        while (event := get()) is not None:
            kind = event.__class__
            if kind is scalar:
                node = Scalar(
                    event.value,
                    self._scalar_tag(event),
                    event.style or "",
                    event.start_mark.index,
                    event.end_mark.index,
                )
                if event.anchor:
                    self._anchors[event.anchor] = node
                self._add(node)
            elif kind is mapping_start or kind is sequence_start:
                self._open(event, Mapping if kind is mapping_start else Sequence)
            elif kind in ends:
                self._close(event.end_mark.index)
            elif kind is alias:
                self._add(self._alias(event))
            elif kind is yaml.DocumentEndEvent:
                self._anchors.clear()
            elif kind is yaml.StreamEndEvent:
                return

    @staticmethod
    def _scalar_tag(event: Any) -> str | None:  # noqa: ANN401 an event of libyaml
        tag: str | None = event.tag
        if tag == "!":  # the mark for "not what it looks like": plain text
            return TEXT_TAG
        return tag

    def _open(self, event: Any, kind: type[Mapping | Sequence]) -> None:  # noqa: ANN401 an event of libyaml
        tag = event.tag if event.tag != "!" else None
        node = kind(tag, bool(event.flow_style), event.start_mark.index)
        if len(self._stack) >= MAX_DEPTH:
            raise self.error(f"nested more than {MAX_DEPTH} levels deep", node.start)
        self._add(node)
        if event.anchor:
            self._anchors[event.anchor] = node
        self._stack.append(node)
        self._keys.append(None)

    def _close(self, end: int) -> None:
        node = self._stack.pop()
        self._keys.pop()
        node.end = end

    def _alias(self, event: Any) -> Alias:  # noqa: ANN401 an event of libyaml
        start = event.start_mark.index
        target = self._anchors.get(event.anchor)
        if target is None:
            raise self.error(f"'*{event.anchor}' refers to an anchor that is not there", start)
        if target in self._stack:
            raise self.error(f"'*{event.anchor}' stands inside what it refers to", start)
        return Alias(target, start, event.end_mark.index)

    def _add(self, node: Node) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            raise self.error(f"more than {MAX_NODES:,} values in one file", node.start)
        if not self._stack:
            self.roots.append(node)
            return
        parent = self._stack[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = self._keys[-1]
        if key is None:
            self._keys[-1] = node
        else:
            parent.items.append((key, node))
            self._keys[-1] = None

"""The tree of a text: what is written where, before it becomes plain data.

Offsets count code points from the start of the text; `end` is exclusive. YAML and JSON give
the same tree, so that everything that asks for positions is written once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Tags = Callable[[str], str | None]
    """From a tag's name without its `!` to the key of its long form; None to ignore the tag."""

MAX_DEPTH = 100
"""Collections inside each other; far more than CloudFormation or Step Functions accept."""

MAX_NODES = 500_000
"""Scalars and collections of one file, keys included."""

MAX_EXPANDED = 100_000
"""Scalars and collections that aliases may add to one file."""

TEXT_TAG = "tag:yaml.org,2002:str"
MERGE_KEY = "<<"


class Scalar:
    """A text, a number or a word; `style` is what opens it: empty, a quote, `|` or `>`."""

    __slots__ = ("end", "start", "style", "tag", "value")

    def __init__(self, value: str, tag: str | None, style: str, start: int, end: int) -> None:
        self.value = value
        self.tag = tag
        self.style = style
        self.start = start
        self.end = end


class Sequence:
    """A list; `flow` where it stands in brackets. `end` is where the parser noticed the end."""

    __slots__ = ("end", "flow", "items", "start", "tag")

    def __init__(self, tag: str | None, flow: bool, start: int) -> None:  # noqa: FBT001 made a million times, by position
        self.tag = tag
        self.flow = flow
        self.start = start
        self.end = start
        self.items: list[Node] = []


class Mapping:
    """Keys with their values in the order written, duplicates included."""

    __slots__ = ("end", "flow", "items", "start", "tag")

    def __init__(self, tag: str | None, flow: bool, start: int) -> None:  # noqa: FBT001 made a million times, by position
        self.tag = tag
        self.flow = flow
        self.start = start
        self.end = start
        self.items: list[tuple[Node, Node]] = []


class Alias:
    """A `*name`, with the node that its anchor stands before."""

    __slots__ = ("end", "start", "target")

    def __init__(self, target: Scalar | Sequence | Mapping, start: int, end: int) -> None:
        self.target = target
        self.start = start
        self.end = end


Collection = Sequence | Mapping
Written = Scalar | Sequence | Mapping
Node = Scalar | Sequence | Mapping | Alias


def dereference(node: Node) -> Written:
    """Return what an alias stands for; anything else as it is."""
    return node.target if isinstance(node, Alias) else node


def is_merge_key(key: Node) -> bool:
    """Tell whether a key is the plain `<<` that takes over another mapping's content."""
    return isinstance(key, Scalar) and key.value == MERGE_KEY and not key.style and not key.tag


def last_offset(node: Node, text: str) -> int:
    """Return where a node's text really ends.

    A parser reports the end of a block collection or a block scalar where the next thing
    begins, which is comments and blank lines too late.
    """
    while isinstance(node, (Sequence, Mapping)) and not node.flow and node.items:
        last = node.items[-1]
        node = last[1] if isinstance(last, tuple) else last
    if isinstance(node, Scalar) and node.style in ("|", ">"):
        end = max(len(text[node.start : node.end].rstrip(" \t\r\n")), 1) + node.start
        while end < node.end and text[end] in " \t":
            end += 1
        return end
    return node.end

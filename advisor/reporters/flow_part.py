"""Parts of a picture: what lies around one resource, and the ways from one to another."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from advisor.errors import ConfigError
from advisor.records import record
from advisor.reporters.flow import Box, Flow, Link, roots_of, stack_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet


_MOST_NAMED = 3
_NONE: frozenset[str] = frozenset()


@record(frozen=True)
class Part:
    """Which part of a picture is wanted; empty where all of it is."""

    focus: str = ""
    depth: int = 1
    """Lines to follow from the focus, in both directions."""
    path: tuple[str, str] | None = None

    def of(self, flow: Flow) -> Flow:
        """Return the part of one picture; nothing where what is named is not in it."""
        if self.focus:
            start = named(flow, self.focus)
            return kept(flow, _around(flow, start, self.depth)) if start else kept(flow, set())
        if self.path is not None:
            source, target = named(flow, self.path[0]), named(flow, self.path[1])
            if not source or not target:
                return kept(flow, set())
            return kept(flow, _between(flow, source, target))
        return flow


def checked(part: Part, flows: Iterable[Flow], *, hidden: AbstractSet[str] = _NONE) -> list[str]:
    """Return what is to be noted: names that are not of one resource only.

    `hidden` are the names of what is there and not drawn.

    Raises ConfigError where no picture has what is named, or no way leads along it.
    """
    flows = list(flows)
    notes = []
    for name in [part.focus] if part.focus else part.path or ():
        found = [box for flow in flows for box in named(flow, name)]
        if not found:
            every = [box.title for flow in flows for box in flow.boxes]
            if name in hidden:
                raise ConfigError(f"'{name}' is a helper, which is only drawn with '--all'")
            near = get_close_matches(name, every, n=1)
            meant = f"; did you mean '{near[0]}'?" if near else ""
            raise ConfigError(f"'{name}' is not in the picture{meant}")
        stacks = list(dict.fromkeys(box.stack for box in found if box.stack))
        if len(stacks) > 1:
            notes.append(
                f"'{name}' is in {len(stacks)} stacks and each is meant; for one of them say "
                + " or ".join(f"'{stack}#{name}'" for stack in stacks[:_MOST_NAMED])
            )
    if part.path is not None and not any(part.of(flow).boxes for flow in flows):
        raise ConfigError(f"no way leads from '{part.path[0]}' to '{part.path[1]}'")
    return notes


def named(flow: Flow, name: str) -> list[Box]:
    """Return the boxes of a name: a logical id, what stands in the box, or STACK#NAME."""
    exact = [box for box in flow.boxes if box.title == name]
    exact = exact or [box for box in flow.boxes if name in {box.node.name, box.node.title}]
    if exact or "#" not in name:
        return exact
    stack, _, rest = name.rpartition("#")
    names = stack_names(flow.boxes)
    return [box for box in named(flow, rest) if stack in {box.stack, names.get(box.stack)}]


def kept(flow: Flow, ids: AbstractSet[str]) -> Flow:
    """Return the picture with only some boxes, and the lines between them."""
    if len(ids) == len(flow.boxes):
        return flow
    boxes = {
        box.id: Box(box.node, box.findings, note=box.note, stack=box.stack)
        for box in flow.boxes
        if box.id in ids
    }
    for box in flow.boxes:
        for link in box.links:
            source, target = boxes.get(link.source.id), boxes.get(link.target.id)
            if source is None or target is None:
                continue
            source.links.append(
                Link(source, target, labels=link.labels, sure=link.sure, reads=link.reads)
            )
            if link.reads:
                target.readers += 1
            elif source is not target:
                target.arrivals += 1
    rest = tuple(boxes.values())
    return Flow(rest, roots_of(rest), 0)


def _around(flow: Flow, start: Sequence[Box], depth: int) -> set[str]:
    """Return what is reached over at most `depth` lines, whichever way they lead."""
    beside: dict[str, set[str]] = {}
    for box in flow.boxes:
        for link in box.links:
            ends = link.source.id, link.target.id
            beside.setdefault(ends[0], set()).add(ends[1])
            beside.setdefault(ends[1], set()).add(ends[0])
    found = {box.id for box in start}
    edge = set(found)
    for _ in range(depth):
        edge = {each for id_ in edge for each in beside.get(id_, ())} - found
        if not edge:
            break
        found |= edge
    return found


def _between(flow: Flow, source: Sequence[Box], target: Sequence[Box]) -> set[str]:
    """Return all that lies on some way from the one to the other."""
    onward: dict[str, set[str]] = {}
    back: dict[str, set[str]] = {}
    for box in flow.boxes:
        for link in box.links:
            ends = link.source.id, link.target.id
            onward.setdefault(ends[0], set()).add(ends[1])
            back.setdefault(ends[1], set()).add(ends[0])
    ahead = _reached({box.id for box in source}, onward)
    behind = _reached({box.id for box in target}, back)
    return ahead & behind


def _reached(start: set[str], ways: dict[str, set[str]]) -> set[str]:
    found, waiting = set(start), list(start)
    while waiting:
        for each in ways.get(waiting.pop(), ()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


__all__ = ["Part", "checked", "kept", "named"]

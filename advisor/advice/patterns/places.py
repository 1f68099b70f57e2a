"""Which nodes a place in the files belongs to."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from advisor.architecture.nodes.workflows import StateMachine, StateNode

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.documents.location import Location, Pointer


class Places:
    """Nodes by where they stand; states count as their machine."""

    def __init__(self, architecture: Architecture) -> None:
        self._nodes: dict[tuple[str, Pointer], list[Node]] = defaultdict(list)
        self._names: dict[str, list[Node]] = defaultdict(list)
        self._definitions: dict[str, list[Node]] = defaultdict(list)
        for node in architecture.nodes():
            if isinstance(node, StateNode):
                continue
            path, name, pointer = node.key
            self._nodes[path, pointer].append(node)
            if name and not node.is_generated:
                self._names[name].append(node)
            if isinstance(node, StateMachine) and node.workflow is not None:
                self._definitions[node.workflow.places.path].append(node)

    def at(self, place: Location) -> list[Node]:
        """Return the nodes that stand nearest around a place."""
        for end in range(len(place.pointer), 0, -1):
            found = self._nodes.get((place.path, place.pointer[:end]))
            if found:
                return found
        machines = self._definitions.get(place.path)
        if machines:
            return [node for node in machines if place.resource in {None, node.name}] or machines
        # A line of code carries the name of its function, and so does a value from `Globals`.
        named = self._names.get(place.resource or "", [])
        return [node for node in named if node.key[0] == place.path] or named

    def named(self, name: str, path: str) -> Node | None:
        """Return the node of a logical id, that of one file before those of others."""
        found = self._names.get(name, [])
        return next((node for node in found if node.key[0] == path), found[0] if found else None)


__all__ = ["Places"]

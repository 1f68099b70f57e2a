"""Nodes that have a property from one place, such as `Globals`: one cause, one finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from advisor.architecture.nodes.base import Node

if TYPE_CHECKING:
    from collections.abc import Iterable

N = TypeVar("N", bound=Node)


def by_place(nodes: Iterable[N], *path: str | int) -> list[list[N]]:
    """Return nodes in groups that share the place where a property is written, in order."""
    groups: dict[object, list[N]] = {}
    for node in nodes:
        place = node.at(*path)
        groups.setdefault((place.path, place.pointer, place.span), []).append(node)
    return list(groups.values())


__all__ = ["by_place"]

"""Filters of mappings and pipes: which records a function gets to see at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.values import parsed
from advisor.records import record
from advisor.templates.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.architecture.nodes.base import Node
    from advisor.templates.values import Value

MAX_FILTERS = 100
"""Filters of one mapping that are read; AWS accepts far fewer."""
_MAX_STEPS = 2_000
_DEEPEST = 30  # levels of a pattern that are walked


@record(frozen=True)
class FilterPattern:
    """One pattern of a filter; several are alternatives."""

    path: tuple[str | int, ...]
    """The property that writes it down."""
    pattern: Value
    """What it says, from its JSON text; Unknown where that cannot be told."""
    is_broken: bool
    """Whether it is known in full and is not a JSON object."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields of a record that it asks for, operators left out."""
        if not isinstance(self.pattern, dict):
            return ()
        return tuple(key for key in self.pattern if not key.startswith("$"))

    def leaves(self) -> Iterator[tuple[tuple[str, ...], list[Value]]]:
        """Yield the path of every field that has to match and the values that it may have.

        What stands in an `$or` need not match.
        """
        pending: list[tuple[tuple[str, ...], Value]] = [((), self.pattern)]
        for _ in range(_MAX_STEPS):
            if not pending:
                return
            path, value = pending.pop()
            if isinstance(value, list):
                if path and path[-1] != "$or":
                    yield path, value
            elif isinstance(value, dict) and len(path) < _DEEPEST:
                pending.extend(((*path, key), item) for key, item in value.items())


def filter_patterns(node: Node, *path: str | int) -> list[FilterPattern] | Unknown:
    """Return the patterns of the filters that stand at a path of a node."""
    found = node.items(*path, "Filters")
    if isinstance(found, Unknown):
        return found
    patterns = []
    for index, item in enumerate(found[:MAX_FILTERS]):
        if not isinstance(item, dict) or item.get("Pattern") is None:
            continue
        written = item["Pattern"]
        pattern = parsed(written)
        is_broken = isinstance(written, str) and not isinstance(pattern, dict)
        patterns.append(FilterPattern((*path, "Filters", index, "Pattern"), pattern, is_broken))
    return patterns


__all__ = ["FilterPattern", "filter_patterns"]

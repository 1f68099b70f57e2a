"""Words that messages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 3


def listed(names: Iterable[str], most: int = _SHOWN) -> str:
    """Return names in quotes as a reader lists them: the first few, and how many more."""
    quoted = [f"'{name}'" for name in dict.fromkeys(names)]
    rest = len(quoted) - most
    if rest > 0:
        return f"{', '.join(quoted[:most])} and {rest} more"
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else quoted[0]


def counted(count: int, word: str) -> str:
    """Return a number with its noun, such as "1 task" and "2 tasks"."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


__all__ = ["counted", "listed"]

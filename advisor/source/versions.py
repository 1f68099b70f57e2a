"""Which version of a package a declaration asks for, in the forms of pip and of npm."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

Version = tuple[int, ...]

_NUMBERS = re.compile(r"\d{1,9}(?:\.\d{1,9})*")
_PYTHON = re.compile(r"(===?|~=|!=|<=|>=|<|>)\s*v?(\d[\w.*+!-]*)")
_NODE = re.compile(r"(\^|~|<=|>=|<|>|=)?\s*v?(\d[\w.*+-]*)")
_LONGEST = 300


@record(frozen=True)
class Wanted:
    """From which version on, and up to but not including which; None where there is no bound."""

    low: Version | None = None
    below: Version | None = None
    exact: bool = False

    def choose(self, versions: Sequence[Version]) -> tuple[int, bool]:
        """Return the index of the version that is installed, of those known in rising order.

        The second tells whether it is one that the declaration means; else it is the nearest.
        """
        if self.exact and self.low is not None:
            low = self.low
            index = min(range(len(versions)), key=lambda each: _apart(versions[each], low))
            return index, versions[index] == self.low
        meant = [
            index
            for index, item in enumerate(versions)
            if (self.low is None or item >= self.low) and (self.below is None or item < self.below)
        ]
        if meant:
            return meant[-1], True
        lower = [i for i, item in enumerate(versions) if self.below is None or item < self.below]
        return (lower[-1] if lower else 0), False


ANY = Wanted()


def numbers(text: str) -> Version:
    """Return the numbers at the beginning of a version; none where it has none."""
    found = _NUMBERS.match(text.lstrip("v="))
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def of_python(text: str) -> Wanted:
    """Read what stands behind a name in a requirement: `>=1.2,<2`, `==1.4.*`, `~=3.1`."""
    low, below = None, None
    for operator, version in _PYTHON.findall(text.split(";", maxsplit=1)[0][:_LONGEST]):
        parts = numbers(version)
        if operator in {"==", "==="}:
            if not version.endswith("*"):
                return Wanted(parts, exact=True)
            low, below = parts, _after(parts)
        elif operator == "~=":
            low, below = parts, _after(parts[:-1])
        elif operator in {">=", ">"}:
            low = parts
        elif operator in {"<", "<="}:
            below = parts if operator == "<" else (*parts, 1)
    return Wanted(low, below)


def of_node(text: str) -> Wanted:
    """Read a range of npm: `^1.2.3`, `~1.2`, `1.x`, `>=1 <3`; the last of several alternatives."""
    low, below = None, None
    if ":" in text or "/" in text:
        # An address, or a package under another name.
        return ANY
    for operator, version in _NODE.findall(text[:_LONGEST].rpartition("||")[2]):
        parts = numbers(version)
        if operator == "^":
            lead = next((i for i, part in enumerate(parts) if part), len(parts) - 1)
            low, below = parts, _after(parts[: lead + 1])
        elif operator == "~":
            low, below = parts, _after(parts[:2])
        elif operator in {">=", ">"}:
            low = parts
        elif operator in {"<", "<="}:
            below = parts if operator == "<" else (*parts, 1)
        elif len(parts) > 2:
            return Wanted(parts, exact=True)
        else:
            low, below = parts, _after(parts)
    return Wanted(low, below)


def _apart(one: Version, other: Version) -> tuple[int, ...]:
    """Return by how much versions differ, the weightiest number first."""
    length = max(len(one), len(other))
    pairs = zip((*one, *(0,) * length), (*other, *(0,) * length), strict=False)
    return tuple(abs(a - b) for a, b in pairs)[:length]


def _after(parts: Version) -> Version | None:
    return (*parts[:-1], parts[-1] + 1) if parts else None


__all__ = ["ANY", "Version", "Wanted", "numbers", "of_node", "of_python"]

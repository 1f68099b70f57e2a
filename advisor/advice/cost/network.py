"""How many events follow from one event: links with factors, and what they add up to."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from advisor.advice.cost.amounts import NOTHING, ONE
from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from advisor.advice.cost.amounts import Amount

MOST_STEPS = 400_000
"""Links that are followed for one entry point before what goes round is cut."""
BUDGET = 3_000_000
"""Links that are followed in one run; beyond, what follows from an entry point is unknown."""
MORE_ROUNDS = 400
"""Rounds beyond the number of nodes in which a circle has to die away."""
_NEGLIGIBLE = Decimal("1e-15")
"""Of one event at an entry point: what is left of a circle when it is no longer followed."""


@record(frozen=True)
class Link:
    """One event at `source` makes `factor` events at `target`, both by id."""

    source: str
    target: str
    factor: Amount


Links = dict[str, list[Link]]


@record(frozen=True)
class Visits:
    """Events by id for one event at the start, and the links that were cut to get there."""

    counts: Mapping[str, Amount]
    cut: tuple[Link, ...] = ()


def add(links: Links, link: Link) -> None:
    """Add a link; one that is known never to carry anything is none."""
    if not link.factor.is_nothing:
        links.setdefault(link.source, []).append(link)


class Network:
    """Follows events along links, so many steps in all."""

    def __init__(self, links: Mapping[str, Sequence[Link]], *, budget: int = BUDGET) -> None:
        self._links = links
        self._left = budget

    def visits(self, start: str) -> Visits | None:
        """Return how often everything is reached by one event at the start, itself included.

        What goes round in a circle is followed until it has died away. Where it does not, because
        each round makes as much as the last or more, the links that close circles are cut. None
        where no steps are left.
        """
        counts = self._followed(start, frozenset())
        if counts is not None:
            return Visits(counts)
        closing = _closing(self._links, start)
        counts = self._followed(start, frozenset(map(id, closing))) if closing else None
        return None if counts is None else Visits(counts, tuple(closing))

    def _followed(self, start: str, cut: frozenset[int]) -> dict[str, Amount] | None:
        """Return the counts, None where they do not come to an end."""
        counts = {start: ONE}
        wave = {start: ONE}
        most = min(MOST_STEPS, self._left)
        steps = 0
        # The longest way without a circle is no longer than there are nodes.
        for _ in range(len(self._links) + MORE_ROUNDS):
            reached: dict[str, Amount] = {}
            for node, amount in wave.items():
                for link in self._links.get(node, ()):
                    steps += 1
                    if id(link) not in cut:
                        more = amount * link.factor
                        reached[link.target] = reached.get(link.target, NOTHING) + more
            if steps > most:
                break
            wave = {}
            for node, amount in reached.items():
                before = counts.get(node, NOTHING)
                counts[node] = before + amount
                # What is open opens once; what is next to nothing is not passed on.
                if amount.value > _NEGLIGIBLE or (amount.open and not before.open):
                    wave[node] = amount
            if not wave:
                self._left -= steps
                return counts
        self._left -= min(steps, self._left)
        return None


def _closing(links: Mapping[str, Sequence[Link]], start: str) -> list[Link]:
    """Return the links that lead back to where a walk from the start comes from."""
    closing: list[Link] = []
    done: set[str] = set()
    on_way = {start}
    stack = [(start, iter(links.get(start, ())))]
    while stack:
        node, rest = stack[-1]
        for link in rest:
            if link.target in on_way:
                closing.append(link)
            elif link.target not in done:
                on_way.add(link.target)
                stack.append((link.target, iter(links.get(link.target, ()))))
                break
        else:
            stack.pop()
            on_way.discard(node)
            done.add(node)
    return closing


__all__ = ["Link", "Links", "Network", "Visits", "add"]

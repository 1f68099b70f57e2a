"""Costs for a terminal: by resource, by entry point, and everything that they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.reporters.cost_words import (
    ROUNDING,
    change,
    entry_rows,
    lacking_title,
    money,
    number,
    price_notes,
    remark,
    title,
    total_line,
)
from advisor.reporters.look import Ink
from advisor.reporters.safe import cells, safe
from advisor.reporters.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor.advice.cost.ledger import Remark
    from advisor.advice.cost.result import Estimate
    from advisor.reporters.look import Look

_WIDEST_NAME = 60


def render_cost(estimate: Estimate, *, look: Look) -> str:
    """Return the whole result as text."""
    return "".join(f"{line.rstrip()}\n" for line in _lines(estimate, look))


def _lines(estimate: Estimate, look: Look) -> Iterator[str]:
    def told(text: str) -> str:
        return safe(text, ascii_only=look.ascii_only)

    yield look.paint(title(estimate), Ink.STRONG)
    yield from _heading("by resource", look)
    for resource in estimate.resources:
        cost = money(resource.cost)
        yield f"  {look.paint(told(resource.name), Ink.STRONG)}  {told(resource.type)}  {cost}"
        for line in resource.lines:
            unit = number(line.unit_price) if line.unit_price is not None else "?"
            fixed = ", whatever the traffic" if line.fixed else ""
            yield (
                f"    {money(line.cost):>20}  {told(line.about)}: "
                f"{number(line.quantity)} {line.unit} at ${unit}{fixed}"
            )
    if not estimate.resources:
        yield "  nothing that is billed is reached"
    yield from _heading("by entry point", look)
    rows = [tuple(map(told, row)) for row in entry_rows(estimate)]
    yield from _table(("", "a month", "cost a month", "cost of 1,000"), rows)
    yield ""
    yield look.paint(total_line(estimate), Ink.STRONG)
    for credit in estimate.credits or ():
        units = f"{number(credit.quantity)} {credit.unit}"
        yield f"  free tier: {told(credit.about)}, {units}: -${number(credit.cost, places=2)}"
    if estimate.alternatives:
        yield from _heading("what if", look)
        for each in estimate.alternatives:
            yield f"  {change(each):>20}  {told(each.title)}: {told(each.subject)}"
            yield f"  {'':>20}  {look.paint(told(each.details), Ink.DIM)}"
    yield from _remarks("supposed", estimate.supposed, look)
    yield from _remarks(lacking_title(estimate), estimate.lacking, look)
    yield from _remarks("not counted", estimate.left_out, look)
    yield from _heading("prices", look)
    for note in (*price_notes(estimate), ROUNDING):
        yield from _point(told(note), look)


def _heading(text: str, look: Look) -> Iterator[str]:
    yield ""
    yield look.paint(text, Ink.STRONG)


def _remarks(text: str, remarks: Sequence[Remark], look: Look) -> Iterator[str]:
    if remarks:
        yield from _heading(text, look)
        for each in remarks:
            yield from _point(safe(remark(each), ascii_only=look.ascii_only), look)


def _point(text: str, look: Look) -> Iterator[str]:
    first, *rest = wrapped(text, look.room - 4)
    yield f"  - {first}"
    yield from (f"    {line}" for line in rest)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    every = [head, *rows]
    widths = [min(_WIDEST_NAME, max(cells(row[column]) for row in every)) for column in range(4)]
    for row in every:
        first = row[0] + " " * max(0, widths[0] - cells(row[0]))
        rest = (f"{text:>{widths[at]}}" for at, text in enumerate(row[1:], 1))
        yield f"  {first}  {'  '.join(rest)}"


__all__ = ["render_cost"]

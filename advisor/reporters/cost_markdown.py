"""Costs as Markdown, for a review or a pull request."""

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
from advisor.reporters.markdown import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from advisor.advice.cost.result import Estimate


def render_cost_markdown(estimate: Estimate) -> str:
    """Return the whole result as Markdown tables."""
    return "".join(f"{line}\n" for line in _lines(estimate))


def _lines(estimate: Estimate) -> Iterator[str]:
    heading = title(estimate)
    yield f"# {heading[:1].upper()}{heading[1:]}"
    yield ""
    yield f"**{total_line(estimate)}**"
    yield from _section("By entry point")
    yield from _table(
        ("entry point", "a month", "cost a month", "cost of 1,000"), entry_rows(estimate)
    )
    yield from _section("By resource")
    rows = (
        (
            resource.name,
            line.about,
            f"{number(line.quantity)} {line.unit}",
            f"${number(line.unit_price)}" if line.unit_price is not None else "?",
            money(line.cost),
        )
        for resource in estimate.resources
        for line in resource.lines
    )
    yield from _table(("resource", "meter", "quantity", "price", "cost a month"), rows)
    if estimate.credits:
        yield from _section("Free tier")
        yield from _table(
            ("meter", "units", "credit"),
            (
                (
                    each.about,
                    f"{number(each.quantity)} {each.unit}",
                    f"${number(each.cost, places=2)}",
                )
                for each in estimate.credits
            ),
        )
    if estimate.alternatives:
        yield from _section("What if")
        yield from _table(
            ("change a month", "instead", "of", "supposing"),
            ((change(a), a.title, a.subject, a.details) for a in estimate.alternatives),
        )
    for words, remarks in (
        ("Supposed", estimate.supposed),
        (lacking_title(estimate).capitalize(), estimate.lacking),
        ("Not counted", estimate.left_out),
    ):
        if remarks:
            yield from _section(words)
            yield from (f"- {escaped(remark(each))}" for each in remarks)
    yield from _section("Prices")
    yield from (f"- {escaped(line)}" for line in price_notes(estimate))
    yield f"- {ROUNDING}"


def _section(text: str) -> Iterator[str]:
    yield ""
    yield f"## {text}"
    yield ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(_cell(text) for text in row)} |"


def _cell(text: str) -> str:
    return escaped(text).replace("|", "\\|")


__all__ = ["render_cost_markdown"]

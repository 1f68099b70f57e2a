"""How costs are put into words and figures, the same in every format that people read."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from advisor.advice.cost.amounts import Amount, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.cost.ledger import Remark
    from advisor.advice.cost.result import Alternative, EntryCost, Estimate

ROUNDING = (
    "amounts of a month are rounded to cents, those of 1,000 events to millionths of a dollar, "
    "half up; nothing is rounded before"
)
_CENT = Decimal("0.01")
_AWS = "https://aws.amazon.com/"
_MOST_ABOUT = 8
_HUGE = Decimal("1e18")
"""From here on a number is shown by its first digits."""


def title(estimate: Estimate) -> str:
    """Return the headline."""
    return f"cost in {estimate.region} in a month of 730 hours, in USD"


def money(amount: Amount, *, places: int = 2) -> str:
    """Return USD: `$1.20`, `at least $1.20`, `unknown`, or `<$0.01` for what is less than that."""
    if amount.is_unknown:
        return "unknown"
    least = Decimal(1).scaleb(-places)
    if 0 < amount.value < least / 2:
        text = f"<${least:f}"
    else:
        text = f"${number(amount.value, places=places)}"
    return f"at least {text}" if amount.open else text


def number(value: Decimal | Amount, *, places: int | None = None) -> str:
    """Return a number with separators; without `places` with the digits that it has, few of them.

    Of an amount that is open it is the known part, said to be at least that.
    """
    if isinstance(value, Amount):
        if value.is_unknown:
            return "an unknown number of"
        text = number(value.value)
        return f"at least {text}" if value.open else text
    if abs(value) >= _HUGE:
        return f"{value:.3e}"
    if places is not None:
        return f"{rounded(value, places):,f}"
    if value and abs(value) < 1:
        # As many places as it takes to show four digits that count, prices with all of theirs.
        digits = min(12, 3 - value.adjusted() + 3)
        text = f"{rounded(value, digits):f}"
    else:
        text = f"{rounded(value, 3):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def entry_rows(estimate: Estimate) -> Iterator[tuple[str, str, str, str]]:
    """Yield name, events, cost a month and cost of 1,000 of each entry point."""
    for entry in estimate.entries:
        yield (
            entry.name,
            _events(entry),
            money(entry.cost),
            money(entry.per_thousand, places=6),
        )
    if not estimate.fixed.is_nothing:
        yield "whatever the traffic", "", money(estimate.fixed), ""


def _events(entry: EntryCost) -> str:
    if entry.per_month.is_unknown:
        return f"? {entry.unit}"
    return f"{number(entry.per_month.value)} {entry.unit}"


def total_line(estimate: Estimate) -> str:
    """Return the total, and what is left of it after the free tier where that was asked for."""
    text = f"total: {money(estimate.total)} a month"
    if estimate.credits is None:
        return f"{text}, without the free tier"
    free = sum((credit.cost for credit in estimate.credits), Decimal(0))
    rest = Amount(max(Decimal(0), estimate.total.value - free), estimate.total.open)
    return f"{text}, {money(rest)} after the free tier that does not expire"


def change(alternative: Alternative) -> str:
    """Return what an alternative changes: `-$1.20`, `+$0.40`, or that it is not to be had."""
    if alternative.change is None:
        return "not offered" if not alternative.allowed else "unknown"
    if not alternative.change and alternative.at_least:
        return "unknown"
    sign = "-" if alternative.change < 0 else "+"
    size = abs(alternative.change)
    text = f"<${_CENT:f}" if 0 < size < _CENT / 2 else f"${number(size, places=2)}"
    return f"{sign}{text}{' or more' if alternative.at_least else ''}"


def lacking_title(estimate: Estimate) -> str:
    """Return the heading of what is not known, which need not matter."""
    return "not known" if estimate.total.open else "not known, without effect on this total"


def remark(each: Remark) -> str:
    """Return a remark with what it is about, the first few by name."""
    if not each.about:
        return each.text
    more = f" and {len(each.about) - _MOST_ABOUT} more" if each.about[_MOST_ABOUT:] else ""
    return f"{each.text}: {', '.join(each.about[:_MOST_ABOUT])}{more}"


def price_notes(estimate: Estimate) -> Iterator[str]:
    """Yield when the prices were looked up, and which of them could not be confirmed."""
    dates = sorted({price.date for price in estimate.prices})
    if not dates:
        return
    span = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    yield f"list prices as looked up on {span}, each with its source in --format json"
    quoted = [price for price in estimate.prices if price.seen and not price.seen.startswith(_AWS)]
    if quoted:
        yield f"{len(quoted)} of {len(estimate.prices)} were read where others quote them"
    doubtful = [f"{price.key} (${number(price.value)})" for price in estimate.prices
                if not price.confirmed]  # fmt: skip
    if doubtful:
        yield f"known from memory and not confirmed on that day: {', '.join(doubtful)}"
    given = [price.key for price in estimate.prices if price.source == "traffic file"]
    if given:
        yield f"given by the traffic file: {', '.join(given)}"


__all__ = [
    "ROUNDING",
    "change",
    "entry_rows",
    "lacking_title",
    "money",
    "number",
    "price_notes",
    "remark",
    "title",
    "total_line",
]

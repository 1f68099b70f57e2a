"""Prices of AWS services: each with region, unit, date, source, and where it was seen."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path

from advisor.records import record


@record(frozen=True)
class Price:
    """One list price in USD, without taxes, discounts and commitments."""

    key: str
    region: str
    value: Decimal
    unit: str
    date: str
    """The day on which it was looked up."""
    confirmed: bool
    """Whether it was found written down on that day; else it is known from memory."""
    about: str
    source: str
    """The page on which AWS publishes it."""
    seen: str
    """Where it was read; "" where it was not."""
    up_to: Decimal | None = None
    """Units in a month that the first tier ends at, after which the price falls; None for none."""
    free: Decimal | None = None
    """Units a month of the free tier that does not expire; None for none."""


@cache
def prices() -> dict[tuple[str, str], Price]:
    """Return all prices by key and region."""
    rows = json.loads((Path(__file__).parent / "prices.json").read_text(encoding="utf-8"))
    return {(row["key"], row["region"]): _price(row) for row in rows}


def keys() -> list[str]:
    """Return the keys of all prices, in the order of the table."""
    return list(dict.fromkeys(key for key, _ in prices()))


def regions() -> list[str]:
    """Return the regions that have any price, in the order of the table."""
    return list(dict.fromkeys(region for _, region in prices()))


def _price(row: dict[str, str]) -> Price:
    return Price(
        key=row["key"],
        region=row["region"],
        value=Decimal(row["value"]),
        unit=row["unit"],
        date=row["date"],
        confirmed=bool(row["confirmed"]),
        about=row["about"],
        source=row["source"],
        seen=row["seen"],
        up_to=Decimal(row["up_to"]) if "up_to" in row else None,
        free=Decimal(row["free"]) if "free" in row else None,
    )


__all__ = ["Price", "keys", "prices", "regions"]

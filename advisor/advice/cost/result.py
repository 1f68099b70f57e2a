"""What a computation of costs comes to: by resource, by entry point, and what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.cost.amounts import NOTHING
from advisor.records import record

if TYPE_CHECKING:
    from decimal import Decimal

    from advisor.advice.cost.amounts import Amount
    from advisor.advice.cost.ledger import Remark
    from advisor.data.prices import Price


@record(frozen=True)
class LineCost:
    """One meter of one resource in a month; the cost in USD is not rounded."""

    price: str
    about: str
    quantity: Amount
    unit: str
    unit_price: Decimal | None
    cost: Amount
    fixed: bool
    """Whether it is the same whatever the traffic."""


@record(frozen=True)
class ResourceCost:
    """One resource in a month."""

    name: str
    type: str
    cost: Amount
    lines: tuple[LineCost, ...]


@record(frozen=True)
class EntryCost:
    """What follows from the events at one entry point, in a month and for 1,000 of them."""

    name: str
    unit: str
    per_month: Amount
    cost: Amount
    per_thousand: Amount


@record(frozen=True)
class Alternative:
    """The same under another assumption; `change` in USD a month, below zero where it saves."""

    title: str
    subject: str
    change: Decimal | None
    details: str
    """What it supposes, or why it cannot be had or told."""
    allowed: bool = True
    at_least: bool = False
    """Whether a part of what it would change is unknown."""


@record(frozen=True)
class Credit:
    """What the free tier takes off, in units and USD."""

    about: str
    quantity: Decimal
    unit: str
    cost: Decimal


@record(frozen=True)
class Estimate:
    """The whole result."""

    region: str
    entries: tuple[EntryCost, ...]
    resources: tuple[ResourceCost, ...]
    total: Amount
    """By all resources, before the free tier."""
    fixed: Amount
    """The part of it that no traffic causes."""
    prices: tuple[Price, ...]
    """Those that were used."""
    supposed: tuple[Remark, ...]
    lacking: tuple[Remark, ...]
    left_out: tuple[Remark, ...]
    alternatives: tuple[Alternative, ...] = ()
    credits: tuple[Credit, ...] | None = None
    """What the free tier takes off; None where it is not asked for."""
    caused: Amount = NOTHING
    """The part of the total that entry points cause."""


__all__ = ["Alternative", "Credit", "EntryCost", "Estimate", "LineCost", "ResourceCost"]

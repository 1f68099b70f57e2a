"""Costs as JSON; `advisor/data/cost.schema.json` describes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from advisor.advice.cost.amounts import rounded
from advisor.reporters.cost_words import ROUNDING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from advisor.advice.cost.amounts import Amount
    from advisor.advice.cost.ledger import Remark
    from advisor.advice.cost.result import Estimate

VERSION = 1
_PLACES = 12


def render_cost_json(estimate: Estimate) -> str:
    """Return the whole result as JSON: numbers as text, so that no reader loses digits."""
    return json.dumps(cost_data(estimate), indent=2, ensure_ascii=False) + "\n"


def cost_data(estimate: Estimate) -> Mapping[str, object]:
    """Return what the JSON holds."""
    return {
        "version": VERSION,
        "currency": "USD",
        "region": estimate.region,
        "month_hours": 730,
        "rounding": f"numbers to twelve places; in text {ROUNDING}",
        "total": _amount(estimate.total),
        "fixed": _amount(estimate.fixed),
        "entries": [
            {
                "name": entry.name,
                "unit": entry.unit,
                "per_month": _amount(entry.per_month),
                "cost": _amount(entry.cost),
                "cost_per_1000": _amount(entry.per_thousand),
            }
            for entry in estimate.entries
        ],
        "resources": [
            {
                "name": resource.name,
                "type": resource.type,
                "cost": _amount(resource.cost),
                "lines": [
                    {
                        "price": line.price,
                        "about": line.about,
                        "quantity": _amount(line.quantity),
                        "unit": line.unit,
                        "unit_price": None if line.unit_price is None else _text(line.unit_price),
                        "cost": _amount(line.cost),
                        "fixed": line.fixed,
                    }
                    for line in resource.lines
                ],
            }
            for resource in estimate.resources
        ],
        "free_tier": None
        if estimate.credits is None
        else [
            {
                "about": credit.about,
                "quantity": _text(credit.quantity),
                "unit": credit.unit,
                "credit": _text(credit.cost),
            }
            for credit in estimate.credits
        ],
        "what_if": [
            {
                "title": each.title,
                "subject": each.subject,
                "change": None if each.change is None else _text(each.change),
                "at_least": each.at_least,
                "allowed": each.allowed,
                "details": each.details,
            }
            for each in estimate.alternatives
        ],
        "supposed": _remarks(estimate.supposed),
        "not_known": _remarks(estimate.lacking),
        "not_counted": _remarks(estimate.left_out),
        "prices": [
            {
                "key": price.key,
                "region": price.region,
                "value": _text(price.value),
                "unit": price.unit,
                "about": price.about,
                "date": price.date,
                "confirmed": price.confirmed,
                "source": price.source,
                "seen": price.seen,
            }
            for price in estimate.prices
        ],
    }


def _amount(amount: Amount) -> Mapping[str, object]:
    return {"value": _text(amount.value), "at_least": amount.open}


def _remarks(remarks: Sequence[Remark]) -> list[Mapping[str, object]]:
    return [{"text": each.text, "about": list(each.about)} for each in remarks]


def _text(value: Decimal) -> str:
    """Return a number without exponent, rounded to twelve places."""
    text = f"{rounded(value, _PLACES):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


__all__ = ["VERSION", "cost_data", "render_cost_json"]

"""The prices of one region, with those that the traffic file gives instead."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from advisor.advice.cost.amounts import UNKNOWN
from advisor.data.prices import keys, prices
from advisor.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.advice.cost.amounts import Amount
    from advisor.advice.cost.answers import Answers
    from advisor.advice.cost.ledger import Ledger
    from advisor.advice.cost.model import Charge
    from advisor.advice.cost.result import ResourceCost
    from advisor.data.prices import Price

_MODEL_REGION = "us-east-1"
"""The region that has every price, whose units and words hold for all."""


class Rates:
    """Looks prices up and remembers which were used."""

    def __init__(self, answers: Answers, region: str, ledger: Ledger) -> None:
        self.region = region
        self._ledger = ledger
        self._given = {key: answers.given("prices", key) for key in keys()}
        self._used: dict[str, Price] = {}
        ledger.suppose("the first tier's list price holds, without discounts and savings plans")

    def price(self, key: str) -> Price:
        """Return the row of a price: the region's, else the one that says what it is for."""
        table = prices()
        return table.get((key, self.region)) or table[key, _MODEL_REGION]

    def unit_price(self, key: str) -> Decimal | None:
        """Return USD for one unit; None where the region's price is not known, which is noted."""
        given = self._given.get(key)
        if given is not None:
            row = self.price(key)
            self._used[key] = replace(
                row, value=given, region=self.region, source="traffic file", seen="", confirmed=True
            )
            return given
        row_here = prices().get((key, self.region))
        if row_here is None:
            self._ledger.lack(f"prices in {self.region} (prices)", key)
            return None
        self._used[key] = row_here
        return row_here.value

    def other(self, key: str) -> Decimal | None:
        """Return USD for one unit of what is only compared with; None where that is not known."""
        here = self._given.get(key) is not None or (key, self.region) in prices()
        return self.unit_price(key) if here else None

    def cost(self, charge: Charge) -> Amount:
        """Return the USD of a charge."""
        price = self.unit_price(charge.price)
        return UNKNOWN * charge.quantity if price is None else charge.quantity.times(price)

    @property
    def used(self) -> tuple[Price, ...]:
        """The prices that were used, in the order of the table."""
        return tuple(self._used[key] for key in keys() if key in self._used)

    def note_tiers(self, resources: Iterable[ResourceCost]) -> None:
        """Say where more is used than the first tier holds."""
        used: dict[str, Decimal] = {}
        for resource in resources:
            for line in resource.lines:
                used[line.price] = used.get(line.price, Decimal(0)) + line.quantity.value
        for key, quantity in used.items():
            price = self.price(key)
            if price.up_to is not None and quantity > price.up_to:
                self._ledger.suppose(
                    "the first tier's price holds beyond the first tier too, where it falls: "
                    "the dearer case",
                    f"{key} above {price.up_to:f}",
                )


__all__ = ["Rates"]

"""Numbers of which a part may be unknown: a value, and whether there may be more."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal, localcontext
from typing import TYPE_CHECKING

from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

DIGITS = 40
"""Significant digits of every operation; results are rounded where they are shown."""


@record(frozen=True)
class Amount:
    """At least `value`; exactly that unless it is `open`."""

    value: Decimal
    open: bool = False

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.value + other.value, self.open or other.open)

    def __mul__(self, other: Amount) -> Amount:
        if self.is_nothing or other.is_nothing:
            return NOTHING
        return Amount(self.value * other.value, self.open or other.open)

    def times(self, factor: Decimal | int) -> Amount:
        """Return the amount a known number of times."""
        return self * Amount(Decimal(factor))

    @property
    def is_nothing(self) -> bool:
        """Whether it is known to be zero."""
        return not self.open and not self.value

    @property
    def is_unknown(self) -> bool:
        """Whether nothing of it is known."""
        return self.open and not self.value


NOTHING = Amount(Decimal(0))
ONE = Amount(Decimal(1))
UNKNOWN = Amount(Decimal(0), open=True)


def total(amounts: Iterable[Amount]) -> Amount:
    """Return the sum."""
    result = NOTHING
    for amount in amounts:
        result += amount
    return result


def exactly() -> AbstractContextManager[Context]:
    """Return the context in which all arithmetic of a run is done."""
    return localcontext(Context(prec=DIGITS))


def rounded(value: Decimal, places: int) -> Decimal:
    """Return a number rounded half up; numbers of any size keep all digits before the point."""
    digits = max(DIGITS, value.adjusted() + places + 2)
    with localcontext(Context(prec=digits)):
        return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def chunks(size: Decimal, of: int) -> Decimal:
    """Return how many pieces of a size are begun; the smallest thing is one piece."""
    return max(Decimal(1), (size / of).to_integral_value(ROUND_CEILING))


__all__ = ["DIGITS", "NOTHING", "ONE", "UNKNOWN", "Amount", "chunks", "exactly", "rounded", "total"]

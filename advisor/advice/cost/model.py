"""What is known of an architecture's events and of what they are billed for, as it is gathered."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from advisor.advice.cost.amounts import NOTHING, ONE, UNKNOWN, Amount
from advisor.advice.cost.ledger import Ledger
from advisor.advice.cost.names import Names
from advisor.advice.cost.network import Link, add
from advisor.architecture.nodes import Function
from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.advice.cost.answers import Answers
    from advisor.advice.cost.network import Links
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes import Node

NO_FAILURES = "no invocation fails, so that nothing is retried (functions.….failure_rate)"


@record(frozen=True)
class Charge:
    """So much of what a price is for, by one event or in one month; `about` says more of it."""

    resource: Node
    price: str
    quantity: Amount
    about: str = ""


class Model:
    """Links between events, charges by event, charges by month, and what was supposed for them.

    Events are told apart by the id of the node at which they happen.
    """

    def __init__(self, architectures: Sequence[Architecture], answers: Answers) -> None:
        self.architectures = architectures
        self.answers = answers
        self.names = Names(architectures)
        self.ledger = Ledger()
        self.links: Links = {}
        self.charges: dict[str, list[Charge]] = {}
        self.monthly: list[Charge] = []
        self.fed: set[str] = set()
        """Ids of what something here makes events at, however few."""
        self.records: dict[str, Decimal] = {}
        """Records in one batch by the id of the pipe."""
        self.deployment: set[str] = set()
        """Ids of functions that only run while a stack is deployed."""
        for architecture in architectures:
            self.deployment |= architecture.deployment_functions()

    # --- building -------------------------------------------------------------------------

    def link(self, source: str, target: Node | str, factor: Amount = ONE) -> None:
        """Say that one event at one place makes so many at another."""
        target_id = target if isinstance(target, str) else target.id
        self.fed.add(target_id)
        add(self.links, Link(source, target_id, factor))

    def charge(
        self, event: str, resource: Node, price: str, quantity: Amount = ONE, about: str = ""
    ) -> None:
        """Say what one event is billed for."""
        if not quantity.is_nothing:
            charge = Charge(resource, price, quantity, about)
            self.charges.setdefault(event, []).append(charge)

    def charge_month(self, resource: Node, price: str, quantity: Amount, about: str = "") -> None:
        """Say what is billed every month, whatever happens."""
        if not quantity.is_nothing:
            self.monthly.append(Charge(resource, price, quantity, about))

    # --- numbers --------------------------------------------------------------------------

    def share(self, name: str, note: str) -> Amount:
        """Return which share of events goes a way; unknown unless it is given."""
        given = self.answers.number("shares", name, note=note, most=1)
        if given is None:
            self.ledger.lack("share of events that go this way (shares)", name)
            return UNKNOWN
        return Amount(given)

    def payload(self, node: Node) -> Decimal | None:
        """Return the KB of one event at a node; None where they are not given."""
        given = self.answers.number("payload_kb", self.names.of(node), note="KB of one event")
        return self.answers.default("payload_kb") if given is None else given

    def pieces(self, node: Node, of: int, *, count: Decimal = Decimal(1)) -> Amount:
        """Return the billed pieces of `count` events at a node together; one unless told."""
        from advisor.advice.cost.amounts import chunks

        size = self.payload(node)
        if size is None:
            self.ledger.suppose(
                f"one event or batch is no larger than one billed piece of {of} KB (payload_kb)",
                self.names.of(node),
            )
            return ONE
        return Amount(chunks(size * count, of))

    def failure(self, function: Node) -> Decimal:
        """Return the share of invocations of a function that fail; none unless told."""
        if not isinstance(function, Function):
            return Decimal(0)
        name = self.names.of(function)
        given = self.answers.number(
            "functions", name, "failure_rate",
            note="share of invocations that fail; 0 is supposed", most=Decimal("0.99"),
        )  # fmt: skip
        if given is None:
            given = self.answers.default("failure_rate")
        if given is None:
            self.ledger.suppose(NO_FAILURES)
            return Decimal(0)
        return given

    def attempts(self, function: Node, most: int | None) -> Amount:
        """Return how often a function runs for one event that is tried at most so often.

        None for `most` stands for an event that is tried until it succeeds.
        """
        return Amount(tries(self.failure(function), most))


def tries(failure: Decimal, most: int | None) -> Decimal:
    """Return the mean number of attempts, each of which fails with the same probability."""
    if not failure:
        return Decimal(1)
    lost = Decimal(0) if most is None else failure ** min(most, 10_000)
    return (1 - lost) / (1 - failure)


def known(value: object) -> int | None:
    """Return a whole number, None for what is not known."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


__all__ = ["NOTHING", "Charge", "Model", "known", "tries"]

"""Multiplies events with charges with prices, and adds up by resource and by entry point."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from advisor.advice.cost.alternatives import alternatives
from advisor.advice.cost.amounts import NOTHING, UNKNOWN, Amount, exactly, total
from advisor.advice.cost.build import build_model
from advisor.advice.cost.entries import entries
from advisor.advice.cost.network import Network
from advisor.advice.cost.rates import Rates
from advisor.advice.cost.result import Credit, EntryCost, Estimate, LineCost, ResourceCost
from advisor.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from advisor.advice.cost.answers import Answers
    from advisor.advice.cost.entries import Entry
    from advisor.advice.cost.model import Charge, Model
    from advisor.advice.cost.network import Link
    from advisor.architecture.architecture import Architecture

DEFAULT_REGION = "us-east-1"
_SHARED_FREE = (
    ("lambda-gb-second-x86", "lambda-gb-second-arm"),
    ("sqs-request", "sqs-fifo-request"),
)
"""Prices whose free units are the same ones."""


def estimated(
    architectures: Sequence[Architecture],
    answers: Answers,
    *,
    region: str = "",
    free_tier: bool = False,
    conditional: bool = False,
) -> Estimate:
    """Return what architectures cost in a month.

    `conditional` says that templates have conditions, of which one outcome is looked at. Raises
    LoadError where the traffic file says what cannot be.
    """
    with exactly():
        model = build_model(architectures, answers)
        found = entries(model)
        rates = Rates(answers, answers.region or region or DEFAULT_REGION, model.ledger)
        answers.check()
        if conditional:
            model.ledger.suppose(
                "conditions are as the parameters' defaults have it; '--parameter' gives others"
            )
        return _estimated(model, found, rates, free_tier=free_tier)


def _full_batches(model: Model, rates: Rates) -> Amount:
    """Return what entry points cause where every batch of which nothing is given is full."""
    answers = model.answers
    answers.full_batches = True
    try:
        other = build_model(model.architectures, answers)
        network = Network(other.links)
        sums = []
        for entry in entries(other):
            followed = network.visits(entry.id)
            for event, count in followed.counts.items() if followed else ():
                charges = other.charges.get(event, ())
                sums.append(total(map(rates.cost, charges)) * count * entry.per_month)
        return total(sums)
    finally:
        answers.full_batches = False


def questions(architectures: Sequence[Architecture]) -> Answers:
    """Return all that a traffic file for some architectures can say."""
    from advisor.advice.cost.answers import Answers

    with exactly():
        answers = Answers()
        entries(build_model(architectures, answers))
        return answers


def _estimated(model: Model, found: Sequence[Entry], rates: Rates, *, free_tier: bool) -> Estimate:
    network = Network(model.links)
    by_event = {
        event: total(rates.cost(charge) for charge in charges)
        for event, charges in model.charges.items()
    }
    events: dict[str, Amount] = {}
    entry_costs: list[EntryCost] = []
    for entry in found:
        followed = network.visits(entry.id)
        if followed is None:
            model.ledger.lack("what follows from it: too much to follow", entry.name)
            entry_costs.append(EntryCost(entry.name, entry.unit, entry.per_month, UNKNOWN, UNKNOWN))
            continue
        if followed.cut:
            _tell_cut(model, followed.cut)
        each = NOTHING
        for event, count in followed.counts.items():
            events[event] = events.get(event, NOTHING) + count * entry.per_month
            if event in by_event:
                each += count * by_event[event]
        entry_costs.append(
            EntryCost(
                entry.name, entry.unit, entry.per_month, each * entry.per_month, each.times(1000)
            )
        )
    resources = _resources(model, rates, events)
    fixed = total(rates.cost(charge) for charge in model.monthly)
    caused = total(entry.cost for entry in entry_costs)
    rates.note_tiers(resources)
    others = tuple(
        each
        for each in alternatives(model, rates, events, lambda: _full_batches(model, rates))
        # What changes nothing under this traffic is not worth a line.
        if each.change is None or each.change or each.at_least
    )
    return Estimate(
        region=rates.region,
        entries=tuple(entry_costs),
        resources=resources,
        total=caused + fixed,
        fixed=fixed,
        caused=caused,
        prices=rates.used,
        credits=_credits(resources, rates) if free_tier else None,
        alternatives=others,
        supposed=model.ledger.supposed,
        lacking=model.ledger.lacking,
        left_out=model.ledger.left_out,
    )


def _tell_cut(model: Model, cut: Sequence[Link]) -> None:
    nodes = {node.id: node for each in model.architectures for node in each.nodes()}
    for link in cut[:20]:
        source, target = nodes.get(link.source), nodes.get(link.target)
        if source is not None and target is not None:
            model.ledger.suppose(
                "a circle that does not die away is cut where it closes, so that each event "
                "goes round once",
                model.names.way(source, target),
            )


def _resources(
    model: Model, rates: Rates, events: Mapping[str, Amount]
) -> tuple[ResourceCost, ...]:
    lines: dict[str, dict[tuple[str, str, bool], LineCost]] = {}
    of = {}
    for charge, count, fixed in _all_charges(model, events):
        if count.is_nothing:
            continue
        resource = charge.resource
        of[resource.id] = resource
        price = rates.price(charge.price)
        quantity = charge.quantity * count
        about = charge.about
        line = LineCost(
            price=charge.price,
            about=f"{price.about}{f', {about}' if about else ''}",
            quantity=quantity,
            unit=price.unit,
            unit_price=rates.unit_price(charge.price),
            cost=rates.cost(charge) * count,
            fixed=fixed,
        )
        mine = lines.setdefault(resource.id, {})
        key = (charge.price, about, fixed)
        known = mine.get(key)
        mine[key] = line if known is None else replace(
            known, quantity=known.quantity + quantity, cost=known.cost + line.cost
        )  # fmt: skip
    found = [
        ResourceCost(
            model.names.of(of[id_]),
            of[id_].type,
            total(line.cost for line in mine.values()),
            tuple(mine.values()),
        )
        for id_, mine in lines.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.cost.value, each.name)))


def _all_charges(
    model: Model, events: Mapping[str, Amount]
) -> Iterable[tuple[Charge, Amount, bool]]:
    for event, charges in model.charges.items():
        for charge in charges:
            yield charge, events.get(event, NOTHING), False
    for charge in model.monthly:
        yield charge, Amount(Decimal(1)), True


def _credits(resources: Iterable[ResourceCost], rates: Rates) -> tuple[Credit, ...]:
    """Return what the free tier that does not expire takes off the known part."""
    used: dict[str, Decimal] = {}
    for resource in resources:
        for line in resource.lines:
            used[line.price] = used.get(line.price, Decimal(0)) + line.quantity.value
    groups = {key: group for group in _SHARED_FREE for key in group}
    left: dict[tuple[str, ...], Decimal] = {}
    found = []
    for key, quantity in used.items():
        price, unit = rates.price(key), rates.unit_price(key)
        if price.free is None or unit is None:
            continue
        group = groups.get(key, (key,))
        free = min(quantity, left.get(group, price.free))
        left[group] = left.get(group, price.free) - free
        if free:
            found.append(Credit(price.about, free, price.unit, free * unit))
    return tuple(found)


__all__ = ["DEFAULT_REGION", "estimated", "questions"]

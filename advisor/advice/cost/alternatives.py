"""What would change under another assumption, where that is allowed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from advisor.advice.cost.amounts import NOTHING, total
from advisor.advice.cost.machines import STANDARD_DURATION, express_gb_seconds
from advisor.advice.cost.meters import architecture_of
from advisor.advice.cost.polling import ONE_RECORD
from advisor.advice.cost.replaced import rest_only, standard_only
from advisor.advice.cost.result import Alternative
from advisor.advice.cost.steady import memory_steps, steady_load
from advisor.architecture.nodes import RestApi, StateMachine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from advisor.advice.cost.amounts import Amount
    from advisor.advice.cost.model import Model
    from advisor.advice.cost.rates import Rates
    from advisor.architecture.nodes import Function, Node

MOST_FUNCTIONS = 3
"""Functions that memory is told of: those that cost most; steady load of the first of them."""
MOST_NAMES = 5
_NO_ARM = frozenset({"go1.x", "java8", "dotnetcore2.1", "python3.6", "python3.7", "nodejs10.x"})
"""Runtimes without Arm.

https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html
"""


def alternatives(
    model: Model,
    rates: Rates,
    events: Mapping[str, Amount],
    full_batches: Callable[[], Amount],
) -> Iterator[Alternative]:
    """Yield all alternatives, those of functions first.

    `full_batches` computes the total anew with every batch full.
    """
    yield from _arm(model, rates, events)
    dearest = _dearest(model, rates, events)
    for function in dearest:
        yield from memory_steps(model, rates, events, function)
    for function in dearest[:1]:
        yield from steady_load(model, rates, events, function)
    yield from _full_batches(model, rates, events, full_batches)
    for architecture in model.architectures:
        for api in architecture.all(RestApi):
            yield from _http(model, rates, events, api)
        for machine in architecture.all(StateMachine):
            if machine.id not in model.deployment and machine.is_express is False:
                yield from _express(model, rates, events, machine)


def _functions(model: Model) -> Iterator[Function]:
    for architecture in model.architectures:
        for function in architecture.functions():
            if function.id not in model.deployment:
                yield function


def quantity(model: Model, node: Node, price: str, events: Mapping[str, Amount]) -> Amount:
    """Return how much of a price a node uses in a month by what happens at it."""
    return total(
        charge.quantity * events.get(node.id, NOTHING)
        for charge in model.charges.get(node.id, ())
        if charge.price == price and charge.resource is node
    )


def _arm(model: Model, rates: Rates, events: Mapping[str, Amount]) -> Iterator[Alternative]:
    x86, arm = rates.other("lambda-gb-second-x86"), rates.other("lambda-gb-second-arm")
    if x86 is None or arm is None:
        return
    movable, names = NOTHING, []
    for function in _functions(model):
        runtime = function.runtime
        if architecture_of(function) == "arm" or runtime in _NO_ARM:
            continue
        used = quantity(model, function, "lambda-gb-second-x86", events)
        if not used.is_nothing:
            movable += used
            names.append(model.names.of(function))
    if names:
        more = f" and {len(names) - MOST_NAMES} more" if names[MOST_NAMES:] else ""
        yield Alternative(
            "arm64 instead of x86",
            f"{', '.join(names[:MOST_NAMES])}{more}",
            movable.value * (arm - x86),
            "with the same duration; native code has to be built for Arm",
            at_least=movable.open,
        )


def _dearest(model: Model, rates: Rates, events: Mapping[str, Amount]) -> list[Function]:
    """Return the functions that cost most by their duration."""
    costs: list[tuple[Decimal, Function]] = []
    for function in _functions(model):
        key = f"lambda-gb-second-{architecture_of(function)}"
        price = rates.other(key)
        used = quantity(model, function, key, events)
        if price is not None and used.value:
            costs.append((used.value * price, function))
    costs.sort(key=lambda pair: (-pair[0], pair[1].id))
    return [function for _, function in costs[:MOST_FUNCTIONS]]


def _full_batches(
    model: Model, rates: Rates, events: Mapping[str, Amount], full_batches: Callable[[], Amount]
) -> Iterator[Alternative]:
    ways = next((r.about for r in model.ledger.supposed if r.text == ONE_RECORD), ())
    if not ways:
        return
    before = total(
        rates.cost(charge) * events.get(event, NOTHING)
        for event, charges in model.charges.items()
        for charge in charges
    )
    after = full_batches()
    more = f" and {len(ways) - MOST_NAMES} more" if ways[MOST_NAMES:] else ""
    yield Alternative(
        "full batches instead of one record each",
        f"{', '.join(ways[:MOST_NAMES])}{more}",
        after.value - before.value,
        "with the same duration for a batch as for one record: the other extreme",
        at_least=after.open or before.open,
    )


def _http(
    model: Model, rates: Rates, events: Mapping[str, Amount], api: RestApi
) -> Iterator[Alternative]:
    name, title = model.names.of(api), "HTTP API instead of REST API"
    refused, unsure = rest_only(model, api)
    if refused or unsure:
        why = f"it uses {', '.join(refused)}" if refused else f"not known: {', '.join(unsure)}"
        yield Alternative(title, name, None, f"not offered: {why}", allowed=False)
        return
    rest, http = rates.other("api-rest-request"), rates.other("api-http-request")
    if rest is None or http is None:
        return
    requests = total(events.get(route.id, NOTHING) for route in api.routes)
    from advisor.advice.cost.apis import HTTP_PIECE

    pieces = model.pieces(api, HTTP_PIECE).value
    yield Alternative(
        title,
        name,
        requests.value * (http * pieces - rest),
        "nothing is used here that only REST APIs have; an HTTP API is regional",
        at_least=requests.open,
    )


def _express(
    model: Model, rates: Rates, events: Mapping[str, Amount], machine: StateMachine
) -> Iterator[Alternative]:
    name, title = model.names.of(machine), "Express instead of Standard"
    duration = model.answers.number("machines", name, "duration_ms", note=STANDARD_DURATION)
    refused = standard_only(machine, duration)
    if refused:
        why = ", ".join(refused)
        yield Alternative(title, name, None, f"not offered: it has {why}", allowed=False)
        return
    if duration is None:
        details = "its duration is not given (machines.….duration_ms)"
        yield Alternative(title, name, None, details, allowed=False)
        return
    request = rates.other("states-express-request")
    used = rates.other("states-express-gb-second")
    if request is None or used is None:
        return
    executions = events.get(machine.id, NOTHING)
    transitions = total(
        rates.cost(charge) * events.get(event, NOTHING)
        for event, charges in model.charges.items()
        for charge in charges
        if charge.resource is machine and charge.price == "states-transition"
    )
    memory = express_gb_seconds(duration, Decimal(64)).value
    yield Alternative(
        title,
        name,
        executions.value * (request + memory * used) - transitions.value,
        "with 64 MB; steps may then run more than once, and there is no history of executions",
        at_least=executions.open or transitions.open,
    )


__all__ = ["alternatives", "quantity"]

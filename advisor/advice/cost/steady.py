"""When other memory, a container or an instance costs the same as a function as it is."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from advisor.advice.cost.amounts import NOTHING
from advisor.advice.cost.meters import architecture_of, duration_of, gb_seconds
from advisor.advice.cost.model import known
from advisor.advice.cost.result import Alternative
from advisor.advice.cost.schedules import HOURS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from advisor.advice.cost.amounts import Amount
    from advisor.advice.cost.model import Model
    from advisor.advice.cost.rates import Rates
    from advisor.architecture.nodes import Function

MB_PER_VCPU = 1769
"""Memory with which a function has one vCPU.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
"""
_LEAST, _MOST = 128, 10_240  # MB of memory that a function may have
_TASKS: tuple[tuple[Decimal, tuple[Decimal, ...]], ...] = tuple(
    (Decimal(cpu), tuple(Decimal(size) for size in sizes))
    for cpu, sizes in (
        ("0.25", ("0.5", "1", "2")),
        ("0.5", ("1", "2", "3", "4")),
        ("1", ("2", "3", "4", "5", "6", "7", "8")),
        ("2", tuple(range(4, 17))),
        ("4", tuple(range(8, 31))),
        ("8", tuple(range(16, 61, 4))),
    )
)
"""vCPU of a Fargate task and the GB of memory that go with them.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
"""
_INSTANCE_MB = 2048


def memory_steps(
    model: Model, rates: Rates, events: Mapping[str, Amount], function: Function
) -> Iterator[Alternative]:
    """Yield half and twice the memory, each with the duration at which it costs the same."""
    duration, memory = duration_of(model, function), known(function.memory)
    price = rates.other(f"lambda-gb-second-{architecture_of(function)}")
    if duration is None or memory is None or price is None:
        return
    runs = events.get(function.id, NOTHING)
    now = gb_seconds(duration, memory) * price * runs.value
    for other in (memory // 2, memory * 2):
        if _LEAST <= other <= _MOST:
            change = gb_seconds(duration, other) * price * runs.value - now
            even = duration * memory / other
            words = "longer" if other < memory else "shorter"
            yield Alternative(
                f"{other} MB instead of {memory} MB",
                model.names.of(function),
                change,
                f"with the same duration; it costs the same where an invocation takes "
                f"{even.normalize():f} ms, {words} than {duration.normalize():f} ms",
                at_least=runs.open,
            )


def steady_load(
    model: Model, rates: Rates, events: Mapping[str, Amount], function: Function
) -> Iterator[Alternative]:
    """Yield a Fargate task and an instance that run around the clock in place of a function."""
    duration, memory = duration_of(model, function), known(function.memory)
    kind = architecture_of(function)
    used, request = rates.other(f"lambda-gb-second-{kind}"), rates.other("lambda-request")
    if duration is None or not duration or memory is None or used is None or request is None:
        return
    runs = events.get(function.id, NOTHING)
    each = gb_seconds(duration, memory) * used + request
    for title, cost in _places(rates, memory, kind):
        even = cost / each
        capacity = HOURS * 3_600_000 / duration
        busy = runs.value / capacity
        count = max(Decimal(1), busy.to_integral_value(ROUND_CEILING))
        if even <= capacity:
            details = (
                f"one costs as much as {even:,.0f} invocations a month, with which it is busy "
                f"{even / capacity:.0%} of the time"
            )
        else:
            details = "it costs more than all invocations that it could handle one after another"
        yield Alternative(
            title if count == 1 else f"{title} ({count:,.0f} of them)",
            model.names.of(function),
            None if runs.open else count * cost - each * runs.value,
            f"{details}; one request at a time, no load balancer, no spare",
        )


def _places(rates: Rates, memory: int, kind: str) -> Iterator[tuple[str, Decimal]]:
    """Yield what could run a function of so much memory, with USD a month."""
    wanted = Decimal(memory) / MB_PER_VCPU
    size = Decimal(memory) / 1024
    found = next(
        (
            (cpu, gb)
            for cpu, sizes in _TASKS
            for gb in sizes
            if cpu >= wanted and gb >= size
        ),
        None,
    )  # fmt: skip
    vcpu = rates.other(f"fargate-vcpu-hour-{kind}")
    gigabyte = rates.other(f"fargate-gb-hour-{kind}")
    if found is not None and vcpu is not None and gigabyte is not None:
        cpu, gb = found
        yield f"Fargate, {cpu} vCPU and {gb} GB", HOURS * (cpu * vcpu + gb * gigabyte)
    instance = rates.other("ec2-instance-hour")
    if memory <= _INSTANCE_MB and instance is not None:
        yield "one t4g.small instance (Arm)", HOURS * instance


__all__ = ["memory_steps", "steady_load"]

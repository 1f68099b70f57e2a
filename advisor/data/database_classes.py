"""How many connections a database takes by default: memory by class, and the engines' formulas."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

GIBIBYTE = 1 << 30

_CLASS = re.compile(r"(db\.[a-z]+\d+[a-z]*)\.(micro|small|medium|large|(\d*)xlarge)")
_BELOW_LARGE = {"micro": 8, "small": 4, "medium": 2}
_MOST_SIZE = 64

_POSTGRES = 9_531_392
_MYSQL = 12_582_880
_MOST_POSTGRES = 5_000
"""Divisors and ceiling of the default `max_connections`.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
"""


@cache
def _families() -> tuple[tuple[str, float], ...]:
    rows = json.loads((Path(__file__).parent / "database_classes.json").read_text(encoding="utf-8"))
    # The longest name first: `db.t4g` before `db.t`.
    return tuple(sorted(((row["family"], row["large"]) for row in rows), key=lambda r: -len(r[0])))


def memory_of(instance_class: str) -> float | None:
    """Return the memory of an instance class in GiB; None for a class that is not known."""
    match = _CLASS.fullmatch(instance_class.lower())
    if match is None:
        return None
    family, size, factor = match.groups()
    large = next((value for name, value in _families() if family.startswith(name)), None)
    if large is None:
        return None
    if size in _BELOW_LARGE:
        return large / _BELOW_LARGE[size]
    if size == "large":
        return large
    times = int(factor) if factor else 1
    return large * 2 * times if times <= _MOST_SIZE else None


def default_connections(engine: str, instance_class: str) -> int | None:
    """Return the most connections that an engine takes by default, rounded in its favour.

    The formula counts what the system leaves of the memory, so that it is fewer in truth. None
    for engines and classes whose formula is not known here, such as Aurora MySQL.
    """
    memory = memory_of(instance_class)
    if memory is None:
        return None
    size = int(memory * GIBIBYTE)
    if engine in {"postgres", "aurora-postgresql"}:
        return min(size // _POSTGRES, _MOST_POSTGRES)
    return size // _MYSQL if engine in {"mysql", "mariadb"} else None


__all__ = ["default_connections", "memory_of"]

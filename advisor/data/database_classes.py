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

_BY_MEMORY = {
    "postgres": (9_531_392, 5_000),
    "aurora-postgresql": (9_531_392, 5_000),
    "mysql": (12_582_880, 100_000),
    "mariadb": (25_165_760, 12_000),
    "oracle": (9_868_951, 20_000),
}
"""Divisor of the memory in bytes, and ceiling, of the default `max_connections` (`processes`).

MariaDB as of 10.5. SQL Server takes 32,767 whatever its memory, Db2 64,000.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
"""
_LEAST_FOR_MORE = 0.5
_MOST_FROM_NOTHING = 2_000
"""Aurora PostgreSQL that scales down to half a unit or to nothing takes no more than this.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
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


@cache
def _aurora(engine: str, measure: str) -> tuple[tuple[float, int], ...]:
    """Return memory in GiB, or capacity units, with the connections as of there, ascending."""
    rows = json.loads(
        (Path(__file__).parent / "aurora_connections.json").read_text(encoding="utf-8")
    )
    return tuple(
        sorted(
            (row[measure], row["connections"])
            for row in rows
            if row["engine"] == engine and measure in row
        )
    )


def default_connections(engine: str, instance_class: str) -> int | None:
    """Return the most connections that an engine takes by default, rounded in its favour.

    The formula counts what the system leaves of the memory, so that it is fewer in truth. None
    for engines that memory does not bound, such as SQL Server, and for classes not known here.
    """
    memory = memory_of(instance_class)
    if memory is None:
        return None
    if engine == "aurora-mysql":
        return next(
            (most for least, most in reversed(_aurora(engine, "memory")) if memory >= least), None
        )
    formula = _BY_MEMORY.get("oracle" if engine.startswith("oracle") else engine)
    if formula is None:
        return None
    divisor, most = formula
    return min(int(memory * GIBIBYTE) // divisor, most)


def serverless_connections(engine: str, least: float, most: float) -> int | None:
    """Return what Aurora Serverless v2 takes, from its smallest and largest capacity in units.

    What lies between two rows of the documented table is rounded up. None for another engine.
    """
    rows = _aurora(engine, "capacity")
    found = next((connections for units, connections in rows if most <= units), None)
    if found is not None and engine == "aurora-postgresql" and least <= _LEAST_FOR_MORE:
        return min(found, _MOST_FROM_NOTHING)
    return found


__all__ = ["default_connections", "memory_of", "serverless_connections"]

"""Lambda's managed runtimes: when each is deprecated, and from when on it is refused."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path

from advisor.records import record


@record(frozen=True)
class Runtime:
    """The lifecycle of one runtime as AWS publishes it; `checked` is the day of the row.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
    """

    runtime: str
    deprecated: date
    """From then on it gets no security patches and no support."""
    block_create: date
    """From then on no function can be created with it."""
    block_update: date
    """From then on no function that has it can be updated."""
    successor: str
    """The latest runtime of the language; empty where this is it."""
    checked: date
    source: str


@cache
def runtimes() -> dict[str, Runtime]:
    """Return the lifecycle of every runtime that is known, by its identifier."""
    rows = json.loads((Path(__file__).parent / "runtimes.json").read_text(encoding="utf-8"))
    return {
        row["runtime"]: Runtime(
            runtime=row["runtime"],
            deprecated=date.fromisoformat(row["deprecated"]),
            block_create=date.fromisoformat(row["block_create"]),
            block_update=date.fromisoformat(row["block_update"]),
            successor=row["successor"],
            checked=date.fromisoformat(row["date"]),
            source=row["source"],
        )
        for row in rows
    }


def runtime_lifecycle(runtime: str) -> Runtime | None:
    """Return the lifecycle of a runtime; None for one that the table does not hold."""
    return runtimes().get(runtime)


__all__ = ["Runtime", "runtime_lifecycle", "runtimes"]

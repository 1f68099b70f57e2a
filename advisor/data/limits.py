"""Limits of AWS services: each with unit, date, source, and whether it was verified there."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from advisor.records import record


@record(frozen=True)
class Limit:
    """One number that AWS documents, as of `date`; an unverified one is never an error's ground."""

    key: str
    value: float
    unit: str
    date: str
    source: str
    about: str
    verified: bool


@cache
def limits() -> dict[str, Limit]:
    """Return all limits by key."""
    rows = json.loads((Path(__file__).parent / "limits.json").read_text(encoding="utf-8"))
    return {row["key"]: Limit(**row) for row in rows}


def limit(key: str) -> Limit:
    """Return one limit; KeyError for a name that the table does not hold."""
    return limits()[key]


__all__ = ["Limit", "limit", "limits"]

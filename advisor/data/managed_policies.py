"""What AWS's own policies for functions allow, on every resource, each with date and source."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path


@cache
def managed_policies() -> dict[str, tuple[str, ...]]:
    """Return the actions of each policy in the table by its name."""
    text = (Path(__file__).parent / "managed_policies.json").read_text(encoding="utf-8")
    return {row["name"]: tuple(row["actions"]) for row in json.loads(text)}


__all__ = ["managed_policies"]

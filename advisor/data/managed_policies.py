"""What AWS's own policies for functions allow, on every resource, each with date and source."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from advisor.records import record


@record(frozen=True)
class AwsPolicy:
    """What one policy of AWS allows."""

    name: str
    actions: tuple[str, ...]
    is_verified: bool
    """Whether the actions were compared with AWS's reference; else there may be others."""


@cache
def managed_policies() -> dict[str, AwsPolicy]:
    """Return each policy in the table by its name."""
    text = (Path(__file__).parent / "managed_policies.json").read_text(encoding="utf-8")
    return {
        row["name"]: AwsPolicy(row["name"], tuple(row["actions"]), row["verified"])
        for row in json.loads(text)
    }


__all__ = ["AwsPolicy", "managed_policies"]

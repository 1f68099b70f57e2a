"""Which properties CloudFormation cannot change in place, by resource type."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path


@cache
def replacing_properties() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return, for every type in the table, the paths of properties whose change replaces it.

    `*` in a path is any item of a list.
    """
    file = Path(__file__).parent / "replacement.json"
    table = json.loads(file.read_text(encoding="utf-8"))["types"]
    return {kind: tuple(tuple(path.split(".")) for path in paths) for kind, paths in table.items()}

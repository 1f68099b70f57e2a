"""Which share of the properties that a run reads is known, conditional or unknown, and why.

python benchmarks/known_values.py FOLDER
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from advisor.analysis import analyze
from advisor.config import Config
from advisor.rules.finding import Severity
from advisor.templates.resolver import Resolver
from advisor.templates.values import Text, Unknown, is_known

if TYPE_CHECKING:
    from advisor.templates.resource import Resource
    from advisor.templates.values import Value

_read: dict[tuple[str, str, tuple[str | int, ...]], list[Value]] = defaultdict(list)
_get = Resolver.get


def _counting(self: Resolver, resource: Resource, *path: str | int) -> Value:
    value = _get(self, resource, *path)
    seen = _read[resource.owner, resource.logical_id, path]
    if value not in seen:
        seen.append(value)
    return value


def main(folder: str) -> None:
    """Judge a folder with every rule and print what was known of what was read."""
    Resolver.get = _counting  # type: ignore[method-assign]  # this script only watches
    analyze([folder], Config(severity=Severity.INFO))
    kinds: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    for values in _read.values():
        written = [value for value in values if value is not None]
        if not written:
            kinds["absent"] += 1
        elif len(values) > 1:
            kinds["conditional"] += 1
        elif isinstance(written[0], Unknown):
            kinds["unknown"] += 1
            causes[written[0].cause.value] += 1
        elif isinstance(written[0], Text) or not is_known(written[0]):
            kinds["known in part"] += 1
        else:
            kinds["known"] += 1
    total = sum(kinds.values()) - kinds["absent"]
    print(f"{total} properties that are written were read, {kinds['absent']} that are not")
    for kind in ("known", "known in part", "conditional", "unknown"):
        print(f"{kind:15} {kinds[kind]:6} {100 * kinds[kind] / max(total, 1):5.1f} %")
    for cause, count in causes.most_common():
        print(f"  unknown: {count:5} {cause}")


if __name__ == "__main__":
    main(sys.argv[1])

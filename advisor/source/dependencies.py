"""What a package will weigh when it is built: declared dependencies against a table of sizes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.records import record
from advisor.source.declared import declared
from advisor.source.package import runtime_has
from advisor.source.versions import Wanted, numbers

if TYPE_CHECKING:
    from advisor.source.declared import Declared
    from advisor.source.versions import Version

_SDK = "@aws-sdk/"
_SDK_PYTHON = frozenset(
    {"aws-lambda-powertools", "aws-xray-sdk", "awswrangler", "boto3", "botocore", "s3transfer"}
)


@record(frozen=True)
class KnownSize:
    """A row of the table: what one version of a package weighs unpacked, by itself."""

    name: str
    version: str
    size: int
    requires: tuple[tuple[str, str], ...]
    """The packages of the table that it needs, each with the version that was installed."""
    date: str
    others: int = 0
    """How many further packages it brings along."""
    others_size: int = 0
    """What these weigh together."""


@record(frozen=True)
class Estimate:
    """What the declared dependencies of a function weigh about, in bytes."""

    size: int
    """The known packages, what these bring along, and a guess for the unknown ones."""
    parts: tuple[KnownSize, ...]
    """The packages that the table knows, the heaviest first."""
    others: int
    """What the packages weigh that the known ones bring along."""
    guessed: int
    """What the unknown packages weigh if they are as heavy as most."""
    unknown: tuple[str, ...]
    """Declared packages that the table does not know."""
    near: tuple[str, ...]
    """Packages of which the table has another version than the declared one."""
    provided: tuple[str, ...]
    """Declared packages that the runtime has: they need not be packed, and are counted."""
    files: tuple[str, ...]
    """The files that declare them, as shown to the user."""
    is_locked: bool
    """Whether a lock file names all that is installed, not only what is asked for."""


def estimate(folder: Path, *, root: Path, runtime: str) -> Estimate | None:
    """Return what the dependencies declared in a folder weigh; None where none are declared."""
    kind = "python" if runtime.startswith("python") else "node"
    if kind == "node" and not runtime.startswith("nodejs"):
        return None
    found = declared(folder, root=root, kind=kind)
    return _estimate(kind, runtime, found) if found is not None else None


def _estimate(kind: str, runtime: str, found: Declared) -> Estimate:
    table = known_sizes(kind)
    wanted = dict(found.names)
    waiting = list(wanted)
    chosen: dict[str, KnownSize] = {}
    near: list[str] = []
    while waiting:
        name = waiting.pop(0)
        rows = table.get(name)
        if rows is None:
            continue
        index, is_meant = wanted[name].choose([version for version, _ in rows])
        chosen[name] = rows[index][1]
        if not is_meant and name in found.names:
            near.append(name)
        for further, version in chosen[name].requires if not found.is_locked else ():
            if further not in wanted:
                wanted[further] = Wanted(numbers(version), exact=True)
                waiting.append(further)
    parts = sorted(chosen.values(), key=lambda part: (-part.size, part.name))
    unknown = sorted(name for name in found.names if name not in table)
    count, others = _brought(parts)
    guessed = _guess(kind, unknown, count if found.is_locked else 0, parts)
    return Estimate(
        size=sum(part.size for part in parts) + others + guessed,
        parts=tuple(parts),
        others=others,
        guessed=guessed,
        unknown=tuple(unknown),
        near=tuple(near),
        provided=tuple(sorted(name for name in wanted if runtime_has(name, runtime))),
        files=(found.file,),
        is_locked=found.is_locked,
    )


def _brought(parts: list[KnownSize]) -> tuple[int, int]:
    """Return number and bytes of what packages bring along; the SDK's share theirs."""
    found: list[tuple[int, int]] = []
    shared: list[tuple[int, int]] = []
    for part in parts:
        is_sdk = part.name.startswith(_SDK) or part.name in _SDK_PYTHON
        (shared if is_sdk else found).append((part.others, part.others_size))
    found += [max(shared, key=lambda item: item[1])] if shared else []
    return sum(count for count, _ in found), sum(size for _, size in found)


def _guess(kind: str, unknown: list[str], counted: int, parts: list[KnownSize]) -> int:
    """Return what unknown packages weigh if they are like those that the table's bring along."""
    known = {name: rows[-1][1] for name, rows in known_sizes(kind).items()}
    clients = [size for name, size in known.items() if name.startswith(f"{_SDK}client-")]
    like = [name for name in unknown if name.startswith(f"{_SDK}client-")] if not counted else []
    guess = max(0, len(unknown) - len(like) - counted) * _typical(kind)
    if like and clients:
        smallest = min(clients, key=lambda client: client.size)
        guess += len(like) * smallest.size
        if not any(part.name.startswith(_SDK) for part in parts):
            guess += smallest.others_size
    return guess


@cache
def _table() -> dict[str, list[dict[str, object]]]:
    text = (Path(__file__).parent.parent / "data" / "package_sizes.json").read_text("utf-8")
    loaded: dict[str, list[dict[str, object]]] = json.loads(text)
    return loaded


def _typical(kind: str) -> int:
    return next((_number(row["bytes"]) for row in _table()["typical"] if row["kind"] == kind), 0)


@cache
def known_sizes(kind: str) -> dict[str, list[tuple[Version, KnownSize]]]:
    """Return the rows of `python` or `node` packages by name, the versions rising."""
    found: dict[str, list[tuple[Version, KnownSize]]] = {}
    for row in _table()["packages"]:
        if row["kind"] != kind:
            continue
        requires = row["requires"]
        known = KnownSize(
            str(row["name"]),
            str(row["version"]),
            _number(row["bytes"]),
            tuple(requires.items()) if isinstance(requires, dict) else (),
            str(row["date"]),
            _number(row["others"]),
            _number(row["others_bytes"]),
        )
        found.setdefault(known.name, []).append((numbers(known.version), known))
    for rows in found.values():
        rows.sort(key=lambda row: row[0])
    return found


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


__all__ = ["Estimate", "KnownSize", "estimate", "known_sizes"]

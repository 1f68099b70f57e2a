"""What a package will weigh when it is built: declared dependencies against a table of sizes."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.records import record
from advisor.source.files import is_file, read_text, shown

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_BYTES = 8 * 1024 * 1024
_MAX_INCLUDES = 10
_MAX_NAMES = 5000
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_INCLUDE = re.compile(r"\s*(?:-r|--requirement)[ =]\s*(\S+)")
_YARN = re.compile(r'^"?(@?[^@"\s]+)@', re.MULTILINE)
_PNPM = re.compile(r"^  '?/?(@?[^@'\s(:]+)[@/]\d", re.MULTILINE)


@record(frozen=True)
class KnownSize:
    """A row of the table: what one version of a package weighs unpacked, by itself."""

    name: str
    version: str
    size: int
    requires: tuple[str, ...]
    date: str


@record(frozen=True)
class Estimate:
    """What the declared dependencies of a function weigh at least, in bytes."""

    size: int
    parts: tuple[KnownSize, ...]
    """The packages that the table knows, the heaviest first."""
    unknown: tuple[str, ...]
    """Declared packages that the table does not know: they weigh something more."""
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
    names: dict[str, None] = {}
    files: list[str] = []
    is_locked = False
    for file, read, locks in _FILES[kind]:
        found = _declared(folder / file, read, root)
        if found is None:
            continue
        files.append(shown(folder / file, root))
        names |= dict.fromkeys(found[:_MAX_NAMES])
        is_locked = locks
        break
    if not files:
        return None
    return _estimate(kind, list(names), tuple(files), is_locked=is_locked)


def _estimate(kind: str, names: list[str], files: tuple[str, ...], *, is_locked: bool) -> Estimate:
    table = known_sizes(kind)
    wanted = dict.fromkeys(names)
    waiting = [] if is_locked else list(names)
    while waiting:
        known = table.get(waiting.pop())
        for name in known.requires if known is not None else ():
            if name not in wanted:
                wanted[name] = None
                waiting.append(name)
    parts = sorted((table[x] for x in wanted if x in table), key=lambda x: (-x.size, x.name))
    runtime_has = {"boto3", "botocore", "s3transfer"} if kind == "python" else set()
    return Estimate(
        size=sum(part.size for part in parts),
        parts=tuple(parts),
        unknown=tuple(sorted(name for name in names if name not in table)),
        provided=tuple(sorted(runtime_has & set(wanted))),
        files=files,
        is_locked=is_locked,
    )


@cache
def known_sizes(kind: str) -> dict[str, KnownSize]:
    """Return the table of `python` or `node` packages by name."""
    text = (Path(__file__).parent.parent / "data" / "package_sizes.json").read_text("utf-8")
    return {
        row["name"]: KnownSize(
            row["name"], row["version"], row["bytes"], tuple(row["requires"]), row["date"]
        )
        for row in json.loads(text)["packages"]
        if row["kind"] == kind
    }


def _declared(
    path: Path, read: Callable[[str, Path, Path], list[str]], root: Path
) -> list[str] | None:
    text = read_text(path, root, _MAX_BYTES)
    if text is None:
        return None
    try:
        return read(text, path, root)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        # Not in the form that its name promises: it declares nothing that can be read.
        return None


def normal(name: str) -> str:
    """Return a Python package's name the way that indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


# --- Python -----------------------------------------------------------------------------------


def _requirements(text: str, path: Path, root: Path) -> list[str]:
    found: list[str] = []
    seen = {path}
    waiting = [(text, path)]
    while waiting:
        content, place = waiting.pop()
        for line in content.replace("\\\n", " ").splitlines()[:_MAX_NAMES]:
            include = _INCLUDE.match(line)
            other = place.parent / include[1] if include and "\0" not in include[1] else None
            if other is not None and other not in seen and len(seen) < _MAX_INCLUDES:
                seen.add(other)
                inner = read_text(other, root, _MAX_BYTES) if is_file(other, root) else None
                waiting += [(inner, other)] if inner is not None else []
            named = _REQUIREMENT.match(line)
            if named and "://" not in line.split(";")[0].split("@")[0]:
                found.append(normal(named[1]))
    return found


def _pyproject(text: str, path: Path, root: Path) -> list[str]:
    del path, root
    import tomllib  # of a project in Python with such a file

    data = tomllib.loads(text)
    found = [_REQUIREMENT.match(item) for item in data.get("project", {}).get("dependencies", ())]
    names = [normal(item[1]) for item in found if item]
    poetry = data.get("tool", {}).get("poetry", {}).get("dependencies", {})
    return names + [normal(name) for name in poetry if name != "python"]


def _toml_lock(text: str, path: Path, root: Path) -> list[str]:
    """Read `uv.lock` and `poetry.lock`, less what only other groups need."""
    del path, root
    import tomllib

    found = []
    for package in tomllib.loads(text).get("package", ()):
        is_project = bool({"virtual", "editable"} & set(package.get("source", {})))
        groups = package.get("groups", ["main"])
        if not is_project and package.get("category", "main") == "main" and "main" in groups:
            found.append(normal(package["name"]))
    return found


def _pipfile_lock(text: str, path: Path, root: Path) -> list[str]:
    del path, root
    return [normal(name) for name in json.loads(text).get("default", {})]


# --- Node.js ----------------------------------------------------------------------------------


def _package_json(text: str, path: Path, root: Path) -> list[str]:
    del path, root
    return list(json.loads(text).get("dependencies", {}))


def _package_lock(text: str, path: Path, root: Path) -> list[str]:
    del path, root
    data = json.loads(text)
    packages = data.get("packages")
    if packages is None:
        return [name for name, item in data["dependencies"].items() if not item.get("dev")]
    return [
        name.rpartition("node_modules/")[2]
        for name, item in packages.items()
        if "node_modules/" in name and not item.get("dev") and not item.get("link")
    ]


def _yarn_lock(text: str, path: Path, root: Path) -> list[str]:
    """Read the names of a lock that says nothing about development: only what is asked for."""
    return _asked(set(_YARN.findall(text)), path, root)


def _pnpm_lock(text: str, path: Path, root: Path) -> list[str]:
    return _asked(set(_PNPM.findall(text)), path, root)


def _asked(names: set[str], path: Path, root: Path) -> list[str]:
    manifest = read_text(path.parent / "package.json", root, _MAX_BYTES)
    if manifest is None:
        raise ValueError("a lock without its manifest")
    asked = _package_json(manifest, path, root)
    return [name for name in asked if name in names] or asked


_Reader = tuple[str, "Callable[[str, Path, Path], list[str]]", bool]
_FILES: dict[str, tuple[_Reader, ...]] = {
    "python": (
        # SAM installs what requirements.txt says, whatever lies beside it.
        ("requirements.txt", _requirements, False),
        ("uv.lock", _toml_lock, True),
        ("poetry.lock", _toml_lock, True),
        ("Pipfile.lock", _pipfile_lock, True),
        ("pyproject.toml", _pyproject, False),
    ),
    "node": (
        ("package-lock.json", _package_lock, True),
        ("npm-shrinkwrap.json", _package_lock, True),
        ("yarn.lock", _yarn_lock, False),
        ("pnpm-lock.yaml", _pnpm_lock, False),
        ("package.json", _package_json, False),
    ),
}
"""The files that declare dependencies, in the order in which they are believed; which lock."""

"""Which packages a project declares, and in which versions: requirements, manifests, locks."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from advisor.records import record
from advisor.source.files import is_file, read_text, shown
from advisor.source.versions import ANY, Wanted, numbers, of_node, of_python

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_MAX_BYTES = 8 * 1024 * 1024
_MAX_INCLUDES = 10
_MAX_NAMES = 5000
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)(?:\s*\[[^\]]*\])?(.*)", re.DOTALL)
_INCLUDE = re.compile(r"\s*(?:-r|--requirement)[ =]\s*(\S+)")
_YARN = re.compile(r'^"?(@?[^@"\s]+)@[^\n]*:\n  version:? "?([^"\n]+)', re.MULTILINE)
_PNPM = re.compile(r"^  '?/?(@?[^@'\s(:]+)[@/](\d[\w.+-]*)", re.MULTILINE)

Names = dict[str, Wanted]


@record(frozen=True)
class Declared:
    """The packages that one file of a folder declares."""

    names: Names
    file: str
    """As shown to the user."""
    is_locked: bool
    """Whether the file names all that is installed, not only what is asked for."""


def declared(folder: Path, *, root: Path, kind: str) -> Declared | None:
    """Return what the file that counts declares, of `python` or `node`; None without one."""
    for file, read, locks in _FILES[kind]:
        text = read_text(folder / file, root, _MAX_BYTES)
        if text is None:
            continue
        try:
            found = read(text, folder / file, root)
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            # Not in the form that its name promises: it declares nothing that can be read.
            continue
        bounded = dict([*found.items()][:_MAX_NAMES])
        return Declared(bounded, shown(folder / file, root), locks)
    return None


def normal(name: str) -> str:
    """Return a Python package's name the way that indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


# --- Python -----------------------------------------------------------------------------------


def _asks(text: str) -> Names:
    named = _REQUIREMENT.match(text)
    return {normal(named[1]): of_python(named[2])} if named else {}


def _requirements(text: str, path: Path, root: Path) -> Names:
    found: Names = {}
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
            if "://" not in line.split(";")[0].split("@")[0]:
                found |= _asks(line.partition(" #")[0])
    return found


def _pyproject(text: str, path: Path, root: Path) -> Names:
    del path, root
    import tomllib  # of a project in Python with such a file

    data = tomllib.loads(text)
    found: Names = {}
    for item in data.get("project", {}).get("dependencies", ()):
        found |= _asks(item)
    poetry = data.get("tool", {}).get("poetry", {}).get("dependencies", {})
    for name, item in poetry.items():
        written = item.get("version", "") if isinstance(item, dict) else item
        if name != "python":
            # Poetry writes ranges in the manner of npm.
            found[normal(name)] = of_node(written) if isinstance(written, str) else ANY
    return found


def _toml_lock(text: str, path: Path, root: Path) -> Names:
    """Read `uv.lock` and `poetry.lock`, less what only other groups need."""
    del path, root
    import tomllib

    found: Names = {}
    for package in tomllib.loads(text).get("package", ()):
        is_project = bool({"virtual", "editable"} & set(package.get("source", {})))
        groups = package.get("groups", ["main"])
        if not is_project and package.get("category", "main") == "main" and "main" in groups:
            found[normal(package["name"])] = _locked(package.get("version"))
    return found


def _pipfile_lock(text: str, path: Path, root: Path) -> Names:
    del path, root
    return {
        normal(name): of_python(str(item.get("version", "")))
        for name, item in json.loads(text).get("default", {}).items()
    }


# --- Node.js ----------------------------------------------------------------------------------


def _locked(version: object) -> Wanted:
    return Wanted(numbers(version), exact=True) if isinstance(version, str) else ANY


def _package_json(text: str, path: Path, root: Path) -> Names:
    del path, root
    asked = json.loads(text).get("dependencies", {})
    return {name: of_node(item if isinstance(item, str) else "") for name, item in asked.items()}


def _package_lock(text: str, path: Path, root: Path) -> Names:
    del path, root
    data = json.loads(text)
    packages = data.get("packages")
    if packages is None:
        packages = {f"node_modules/{name}": item for name, item in data["dependencies"].items()}
    return {
        name.rpartition("node_modules/")[2]: _locked(item.get("version"))
        for name, item in packages.items()
        if "node_modules/" in name and not item.get("dev") and not item.get("link")
    }


def _yarn_lock(text: str, path: Path, root: Path) -> Names:
    """Read a lock that says nothing about development: only what is asked for counts."""
    return _asked(dict(_YARN.findall(text)), path, root)


def _pnpm_lock(text: str, path: Path, root: Path) -> Names:
    return _asked(dict(_PNPM.findall(text)), path, root)


def _asked(versions: dict[str, str], path: Path, root: Path) -> Names:
    manifest = read_text(path.parent / "package.json", root, _MAX_BYTES)
    if manifest is None:
        raise ValueError("a lock without its manifest")
    asked = _package_json(manifest, path, root)
    return {
        name: _locked(versions[name]) if name in versions else item for name, item in asked.items()
    }


_Reader = tuple[str, "Callable[[str, Path, Path], Names]", bool]
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

__all__ = ["Declared", "Names", "declared", "normal"]

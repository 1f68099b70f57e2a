"""How large a function's package or layer is, from what lies on disk; nothing is unpacked."""

from __future__ import annotations

import os
import re
import stat
from collections import defaultdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.records import record
from advisor.source.archive import zip_entries
from advisor.source.facts import NotRead
from advisor.source.files import is_file, is_folder, is_inside, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.source.code import FunctionCode

MIB = 1024 * 1024
"""Bytes of the unit that Lambda's quotas are stated in (they say MB and mean 1,024²)."""
MAX_FILES = 200_000
"""Files that are counted of one package; about two seconds of looking."""
_LARGEST = 10
_ARCHIVES = frozenset({".zip", ".jar", ".war"})

_CONTAINERS = re.compile(r"python|nodejs|lib|lib64|site-packages|python3\.\d+|node\d+")
"""Folders of a layer or a virtual environment that only hold packages."""
_TEST_FOLDERS = frozenset({"__tests__", "test", "tests"})
_CACHES = frozenset({".mypy_cache", ".pytest_cache", ".ruff_cache", "__pycache__"})
_HISTORY = frozenset({".git", ".hg", ".svn"})
_DEVELOPMENT = re.compile(
    r"@types/.+|@typescript-eslint/.+|@jest/.+|aws-cdk(-lib)?|aws-sdk-mock|babel-jest|black|"
    r"coverage|eslint(-.+)?|esbuild|flake8|jest(-.+)?|mocha|moto|mypy|nodemon|nyc|prettier|"
    r"pylint|pytest(_.+)?|ruff|serverless|ts-jest|ts-node|typescript|webpack(-cli)?"
)
_PYTHON_SDK = frozenset({"boto3", "botocore", "s3transfer"})
_BUILT = (".aws-sam/build", "cdk.out")
_MANIFESTS = {
    "python": ("requirements.txt", "pyproject.toml", "Pipfile"),
    "nodejs": ("package.json",),
}


class Deployment(StrEnum):
    """Whether what lies on disk is what is deployed."""

    AS_IT_LIES = "as it lies"
    BUILT_FIRST = "built first"


@record(frozen=True)
class Part:
    """A package, folder or kind of file, and its unzipped bytes."""

    name: str
    size: int


@record(frozen=True)
class Leftover:
    """Something in a package that the function does not need, and its unzipped bytes."""

    what: str
    size: int


@record(frozen=True)
class PackageSize:
    """What a folder or an archive weighs, in bytes."""

    shown: str
    unzipped: int
    zipped: int | None
    """None for a folder: how well it packs is not known before it is packed."""
    files: int
    largest: tuple[Part, ...]
    """At most ten, the heaviest first."""
    leftovers: tuple[Leftover, ...]
    is_cut: bool
    """Whether counting stopped at the bound: the sizes are then too small."""


def measure(path: Path, *, root: Path, runtime: str = "") -> PackageSize | NotRead:
    """Return what a folder or zip archive weighs, or why that is not known.

    Sizes in an archive are those that it declares. Links are counted as the file they lead to,
    folders behind links are not entered, nothing outside `root` is looked at.
    """
    if not is_inside(path, root):
        return NotRead("its code lies outside the project's root")
    zipped: int | None = None
    try:
        if is_folder(path, root):
            entries = _folder_entries(path, root)
        elif not is_file(path, root):
            return NotRead(f"'{shown(path, root)}' is not there")
        elif path.suffix.lower() in _ARCHIVES:
            zipped = path.stat().st_size
            entries = ((name, size) for name, size, _ in zip_entries(path))
        else:
            entries = iter([(path.name, path.stat().st_size)])
        return _weigh(entries, shown(path, root), zipped, runtime)
    except OSError:
        return NotRead("its code is not readable")
    except ValueError as error:
        return NotRead(str(error))


def how_deployed(
    code: FunctionCode, *, root: Path, builds: bool
) -> tuple[Deployment, Path] | NotRead:
    """Return whether a function's code is deployed as it lies, and where that lies.

    `builds` says whether the template's tool has a build step at all: SAM's has, what
    `aws cloudformation package` uploads is what lies there.
    """
    path = code.folder / code.path
    if "\0" in code.path or "://" in code.path:
        return NotRead("its code is not a local path")
    if not is_inside(path, root):
        return NotRead("its code lies outside the project's root")
    if code.logical_id.isalnum():
        built = code.folder / _BUILT[0] / code.logical_id
        if builds and is_folder(built, root):
            return Deployment.AS_IT_LIES, built
    place = f"/{shown(path, root)}/"
    if is_file(path, root) or any(f"/{folder}/" in place for folder in _BUILT) or not builds:
        return Deployment.AS_IT_LIES, path
    if not is_folder(path, root):
        return NotRead(f"'{shown(path, root)}' is not there")
    family = re.match(r"[a-z]*", code.runtime.lower())
    manifests = _MANIFESTS.get(family[0] if family else "", ())
    if code.entry_points or any(is_file(path / name, root) for name in manifests):
        return Deployment.BUILT_FIRST, path
    # Compiled languages are built by their manifest, whatever it is called.
    compiled = bool(family and family[0] in {"java", "go", "dotnet", "dotnetcore"})
    return (Deployment.BUILT_FIRST if compiled else Deployment.AS_IT_LIES), path


def _folder_entries(folder: Path, root: Path) -> Iterator[tuple[str, int]]:
    """Yield the path inside the folder and the bytes of each file, in a fixed order."""
    stack = [""]
    while stack:
        inner = stack.pop()
        try:
            with os.scandir(folder / inner) as found:
                entries = sorted(found, key=lambda item: item.name)
        except OSError:
            continue
        for entry in entries:
            name = f"{inner}{entry.name}"
            try:
                if entry.is_dir(follow_symlinks=False):
                    stack.append(f"{name}/")
                    continue
                if entry.is_symlink() and not is_inside(Path(entry.path), root):
                    continue
                state = entry.stat()
            except OSError:
                continue
            if stat.S_ISREG(state.st_mode):
                yield name, state.st_size


def _weigh(
    entries: Iterator[tuple[str, int]], name: str, zipped: int | None, runtime: str
) -> PackageSize:
    parts: dict[str, int] = defaultdict(int)
    leftovers: dict[str, int] = defaultdict(int)
    total = files = 0
    is_cut = False
    for path, size in entries:
        if files >= MAX_FILES:
            is_cut = True
            break
        if path.endswith("/"):
            continue
        files += 1
        total += size
        part = part_of(path)
        parts[part] += size
        what = _leftover(path, part, runtime)
        if what:
            leftovers[what] += size
    largest = sorted(parts.items(), key=lambda item: (-item[1], item[0]))[:_LARGEST]
    removable = sorted(leftovers.items(), key=lambda item: (-item[1], item[0]))
    return PackageSize(
        shown=name,
        unzipped=total,
        zipped=zipped,
        files=files,
        largest=tuple(Part(*item) for item in largest),
        leftovers=tuple(Leftover(*item) for item in removable),
        is_cut=is_cut,
    )


def part_of(path: str) -> str:
    """Return the package or folder at the top that a file of a package belongs to."""
    names = path.lstrip("/").split("/")
    if len(names) == 1:
        return names[0]
    position = 0
    while position < len(names) - 1 and _CONTAINERS.fullmatch(names[position]):
        position += 1
    if "node_modules" in names[position : position + 2]:
        position = names.index("node_modules", position) + 1
        scoped = names[position].startswith("@") and position + 1 < len(names) - 1
        return "/".join(names[position : position + (2 if scoped else 1)])
    return names[position]


def _leftover(path: str, part: str, runtime: str) -> str:
    """Return what a file is, if it is nothing that a running function needs."""
    folders = path.split("/")[:-1]
    for folder in folders:
        if folder in _HISTORY:
            return f"version history ({folder})"
        if folder in _CACHES:
            return f"caches ({folder})"
    package = re.sub(r"-[^-/]+\.(dist|egg)-info$", "", part)
    if _DEVELOPMENT.fullmatch(package):
        return f"development dependency '{package}'"
    if runtime_has(package, runtime):
        return f"'{package}', which the runtime has"
    if folders and any(folder in _TEST_FOLDERS for folder in folders):
        return "tests"
    return "source maps" if path.endswith(".map") else ""


def runtime_has(package: str, runtime: str) -> bool:
    """Tell whether a runtime brings a package: an SDK, for JavaScript version 3 from 18 on.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
    """
    if runtime.startswith("python"):
        return package in _PYTHON_SDK
    version = re.fullmatch(r"nodejs(\d{1,3})\.x", runtime)
    if version is None:
        return False
    if package == "aws-sdk":
        return int(version[1]) < 18
    return int(version[1]) >= 18 and package.startswith("@aws-sdk/")

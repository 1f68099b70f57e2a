"""Which files of a project are looked at: the root, the directories, what is passed over."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.errors import ConfigError
from advisor.templates.sniff import Kind, sniff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

SUFFIXES = frozenset({".yaml", ".yml", ".json", ".template", ".asl"})
ROOT_MARKS = (".git", "advise.toml", "samconfig.toml", "pyproject.toml")
PASSED_OVER = frozenset(
    {
        ".aws-sam",
        ".eggs",
        ".git",
        ".hg",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".serverless",
        ".svn",
        ".terraform",
        ".tox",
        ".venv",
        "__pycache__",
        "cdk.out",
        "node_modules",
        "site-packages",
    }
)
"""Directories of generated or foreign files, wherever they stand."""

_GIT_SECONDS = 30
_MAX_DEPTH = 60
_MOST_PATTERNS = 1024 * 1024  # bytes of one file of patterns


def find_root(path: Path) -> Path:
    """Return the project's root: the nearest folder upwards with a mark, else the file's own."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 a symlink counts where it stands
    own = absolute if absolute.is_dir() else absolute.parent
    for folder in (own, *own.parents):
        if any((folder / mark).exists() for mark in ROOT_MARKS):
            return folder
    return own


def find_files(
    directory: Path,
    *,
    root: Path,
    exclude: Sequence[str] = (),
    use_git: bool = True,
) -> list[Path]:
    """Return the files below a directory whose names may be ours, sorted by path.

    What git ignores is passed over, and so are generated and foreign directories unless
    `directory` is one or lies inside it. `exclude` holds patterns as in `.gitignore`, relative
    to `root`. A link that leads out of the root is not followed.
    ConfigError where a pattern is none.
    """
    top = Path(os.path.abspath(directory))  # noqa: PTH100 links are judged one by one
    root = Path(os.path.abspath(root))  # noqa: PTH100 see above
    listed = _listed_by_git(top) if use_git else None
    if listed is None:
        ignored = _ignore_files(top, root)
        candidates: Iterable[Path] = _walk(top, ignored)
    else:
        candidates = (top / name for name in listed)
    excluded = _matcher(exclude)
    real_root = Path(os.path.realpath(root))
    found = set()
    foreign: dict[Path, bool] = {}
    for file in candidates:
        if file.suffix.lower() not in SUFFIXES:
            continue
        if file.parent not in foreign:
            foreign[file.parent] = _is_inside_passed_over(file.parent, top)
        if foreign[file.parent]:
            continue
        if exclude and excluded(_relative(file, root)):
            continue
        if _is_within(file, real_root) and file.is_file():
            found.add(file)
    return sorted(found, key=lambda file: file.relative_to(top).parts)


def is_passed_over(path: Path, root: Path) -> bool:
    """Tell whether a file stands in a directory that is passed over, seen from the root."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 a link counts where it stands
    top = Path(os.path.abspath(root))  # noqa: PTH100 see above
    return _is_inside_passed_over(absolute.parent, top)


def is_excluded(path: Path, root: Path, exclude: Sequence[str]) -> bool:
    """Tell whether patterns as in `.gitignore`, relative to the root, match a file."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 a link counts where it stands
    top = Path(os.path.abspath(root))  # noqa: PTH100 see above
    return bool(exclude) and _matcher(exclude)(_relative(absolute, top))


def _is_inside_passed_over(folder: Path, top: Path) -> bool:
    if not folder.is_relative_to(top):
        return any(part in PASSED_OVER for part in folder.parts)
    while folder != top:
        if _is_passed_over_folder(folder):
            return True
        folder = folder.parent
    return False


def _is_passed_over_folder(folder: Path) -> bool:
    name = folder.name
    return name in PASSED_OVER or (folder / "pyvenv.cfg").is_file()


def _is_within(file: Path, real_root: Path) -> bool:
    return Path(os.path.realpath(file)).is_relative_to(real_root)


def _relative(file: Path, root: Path) -> str:
    try:
        return file.relative_to(root).as_posix()
    except ValueError:
        return file.name


def _listed_by_git(top: Path) -> list[str] | None:
    """Return what git knows or would add below a folder; None without git or a work tree."""
    if not any((folder / ".git").exists() for folder in (top, *top.parents)):
        return None
    listed = _git(top, "ls-files", "-coz", "--exclude-standard")
    if not listed and _git(top, "check-ignore", ".") is not None:
        return None  # whoever names an ignored folder wants what is in it
    return listed


def _git(top: Path, *words: str) -> list[str] | None:
    """Return the names that git prints; None where it is missing or refuses."""
    import subprocess

    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        done = subprocess.run(  # noqa: S603  # a fixed command; no name of a file is on it
            ["git", "-c", "core.fsmonitor=false", *words],  # noqa: S607  # the git that is used
            cwd=top,
            env=environment | {"GIT_OPTIONAL_LOCKS": "0"},
            capture_output=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    if done.returncode != 0:
        return None
    return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]


def _walk(top: Path, ignored: Callable[[Path, bool], bool]) -> Iterator[Path]:
    for folder, folders, files in os.walk(top):
        here = Path(folder)
        deep = len(here.relative_to(top).parts) >= _MAX_DEPTH
        folders[:] = (
            [] if deep else [name for name in sorted(folders) if _enter(here / name, ignored)]
        )
        for name in files:
            if Path(name).suffix.lower() in SUFFIXES and not ignored(here / name, False):  # noqa: FBT003 a local predicate
                yield here / name


def _enter(folder: Path, ignored: Callable[[Path, bool], bool]) -> bool:
    return not _is_passed_over_folder(folder) and not ignored(folder, True)  # noqa: FBT003 a local predicate


def _ignore_files(top: Path, root: Path) -> Callable[[Path, bool], bool]:
    """Return whether the `.gitignore` files between the root and a path ignore it."""
    known: dict[Path, Callable[[str], bool | None] | None] = {}

    def patterns(folder: Path) -> Callable[[str], bool | None] | None:
        if folder not in known:
            known[folder] = None
            lines = _lines_of(folder / ".gitignore")
            if lines:
                known[folder] = _decider([line for line in lines if _is_pattern(line)])
        return known[folder]

    base = root if top.is_relative_to(root) else top

    def ignored(path: Path, is_folder: bool) -> bool:  # noqa: FBT001 a local predicate
        folder = path.parent
        while True:
            decide = patterns(folder)
            if decide is not None:
                name = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
                verdict = decide(name)
                if verdict is not None:
                    return verdict
            if folder in (base, folder.parent):
                return False
            folder = folder.parent

    above = [folder for folder in (top, *top.parents) if folder.is_relative_to(base)]
    if any(ignored(folder, True) for folder in above if folder != base):  # noqa: FBT003 a local predicate
        base = top  # whoever names an ignored folder wants what is in it
    return ignored


def _lines_of(file: Path) -> list[str]:
    """Return the lines of a file of patterns; as for git, a link is none, nor is a pipe."""
    try:
        if not stat.S_ISREG(file.lstat().st_mode):
            return []
        with file.open("rb") as stream:
            return stream.read(_MOST_PATTERNS).decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _decider(patterns: Sequence[str]) -> Callable[[str], bool | None]:
    """Return a judge of relative names: ignored, taken back in, or not mentioned.

    ValueError where a pattern is none.
    """
    from pathspec import GitIgnoreSpec  # only without git, or for excludes

    spec = GitIgnoreSpec.from_lines(patterns)

    def decide(name: str) -> bool | None:
        verdict: bool | None = spec.check_file(name).include
        return verdict

    return decide


def _is_pattern(line: str) -> bool:
    try:
        _decider([line])
    except ValueError:
        return False
    return True


def _matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Return a judge of root-relative names; ConfigError where a pattern is none."""
    if not patterns:
        return lambda _: False
    wrong = next((pattern for pattern in patterns if not _is_pattern(pattern)), None)
    if wrong is not None:
        raise ConfigError(f"'{wrong}' is no pattern of files to exclude")
    decide = _decider(patterns)
    return lambda name: decide(name) is True


__all__ = [
    "PASSED_OVER",
    "ROOT_MARKS",
    "SUFFIXES",
    "Kind",
    "find_files",
    "find_root",
    "is_excluded",
    "is_passed_over",
    "sniff",
]

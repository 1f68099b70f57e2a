"""The tree of a git revision, laid out in a folder of its own; the work tree is never touched.

Blobs are read as they are stored: no filter, hook or other program that a repository configures
is run, and nothing is fetched.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import TYPE_CHECKING

from advisor.errors import ConfigError
from advisor.records import record
from advisor.templates.discovery import find_root

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

_SECONDS = 120
_LARGEST = 5 * 1024 * 1024  # bytes; what is larger is only weighed, see `documents.load`
_MOST_BYTES = 1024 * 1024 * 1024  # of one tree
_MOST_FILES = 200_000
_LINK, _MODULE = "120000", "160000"
_SINCE_A_FORK = "..."


@record(frozen=True)
class _Entry:
    mode: str
    object: str
    size: int
    path: str


@contextmanager
def laid_out(revision: str, paths: Sequence[Path], home: Path) -> Iterator[list[Path]]:
    """Yield where those of the paths stand that a revision has, for as long as they are needed.

    `home` is the folder that fingerprints count from; the copy has it too. `main...`
    means the commit at which this branch left `main`. Raises ConfigError where there is no
    repository, no such revision, or too much in it.
    """
    real = [Path(os.path.realpath(path)) for path in paths]
    tops = {_top(path) for path in real}
    if len(tops) > 1:
        raise ConfigError("'--since' takes paths of one git repository")
    top = tops.pop() if tops else _top(Path.cwd())
    commit = _commit(revision, top)
    root = Path(os.path.commonpath([find_root(path) for path in real])) if real else top
    below = root.relative_to(top).as_posix() if root.is_relative_to(top) else "."
    entries = _entries(commit, top, below)
    with TemporaryDirectory(prefix="advise-") as folder:
        copy = Path(os.path.realpath(folder))
        # The copy is a project of its own, whatever stands above it.
        (copy / ".git").mkdir()
        if home.is_relative_to(top):
            (copy / home.relative_to(top) / ".git").mkdir(parents=True, exist_ok=True)
        _lay(entries, top, copy)
        yield [there for path in real if os.path.lexists(there := copy / path.relative_to(top))]


def _top(path: Path) -> Path:
    """Return the top of the repository that a path lies in."""
    folder = next(each for each in (path, *path.parents) if each.is_dir())
    done = _git(folder, "rev-parse", "--show-toplevel")
    if done.returncode:
        raise ConfigError(f"'--since' compares with git, and {path} is in no git work tree")
    return Path(os.path.realpath(os.fsdecode(done.stdout.rstrip(b"\n"))))


def _commit(revision: str, top: Path) -> str:
    start, dots, end = revision.partition(_SINCE_A_FORK)
    if dots and not end:
        found = _git(top, "merge-base", "--", start, "HEAD")
        what = f"'{start}' and HEAD have no commit in common"
    else:
        wanted = f"{revision}^{{commit}}"
        found = _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", wanted)
        what = f"'{revision}' names no commit"
    # With `--quiet` and `--end-of-options` git repeats the latter before the answer.
    words = found.stdout.decode("ascii", "replace").split()
    if found.returncode or not words:
        shallow = _git(top, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
        hint = "; this clone is shallow, fetch more of its history" if shallow else ""
        raise ConfigError(f"'--since': {what} in {top}{hint}")
    return words[-1]


def _entries(commit: str, top: Path, below: str) -> list[_Entry]:
    listed = _git(top, "ls-tree", "-r", "-z", "--long", "--full-tree", commit, "--", below)
    if listed.returncode:
        raise ConfigError(f"'--since': the tree of {commit} cannot be read in {top}")
    entries = []
    for line in listed.stdout.split(b"\0"):
        facts, tab, name = line.partition(b"\t")
        words = facts.decode("ascii", "replace").split()
        path = os.fsdecode(name)
        if not tab or len(words) != len(("mode", "type", "object", "size")):
            continue
        # A tree may have been made by hand.
        if any(part in {"", ".", ".."} or part.lower() == ".git" for part in path.split("/")):
            continue
        mode, _, object_, size = words
        entries.append(_Entry(mode, object_, int(size) if size.isdecimal() else 0, path))
    total = sum(entry.size for entry in entries if entry.size <= _LARGEST)
    if len(entries) > _MOST_FILES or total > _MOST_BYTES:
        raise ConfigError(
            f"'--since': the tree of {commit[:12]} has more than is compared "
            f"({_MOST_FILES} files, {_MOST_BYTES // 1024 // 1024} MiB); name a project inside it"
        )
    return entries


def _lay(entries: Sequence[_Entry], top: Path, copy: Path) -> None:
    # Links come last: nothing may be written through one.
    ordered = [e for e in entries if e.mode not in {_LINK, _MODULE}]
    ordered += [e for e in entries if e.mode == _LINK]
    read = [entry for entry in ordered if entry.size <= _LARGEST]
    for entry in ordered:
        # What is tracked is looked at although a pattern would ignore it, as in the work tree.
        if entry.size > _LARGEST and _room(copy / entry.path):
            with (copy / entry.path).open("xb") as stream:
                stream.truncate(entry.size)
    with TemporaryFile() as names:
        names.write(b"".join(f"{entry.object}\n".encode() for entry in read))
        names.seek(0)
        with subprocess.Popen(
            ["git", "cat-file", "--batch"],  # noqa: S607  # the git that is used
            cwd=top,
            env=_environment(),
            stdin=names,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            if process.stdout is None:  # a pipe was asked for
                return
            for entry in read:
                _write(entry, _blob(process.stdout, top), copy)


def _blob(stream: IO[bytes], top: Path) -> bytes:
    words = stream.readline().split()
    if len(words) != len(("object", "type", "size")) or not words[-1].isdigit():
        raise ConfigError(f"'--since': git cannot read a file of that revision in {top}")
    content = stream.read(int(words[-1]))
    stream.read(1)
    return content


def _write(entry: _Entry, content: bytes, copy: Path) -> None:
    file = copy / entry.path
    if file.name == ".gitignore" or not _room(file):
        return
    if entry.mode == _LINK:
        with suppress(OSError, ValueError):
            file.symlink_to(os.fsdecode(content))
        return
    with file.open("xb") as stream:
        stream.write(content)


def _room(file: Path) -> bool:
    """Make the folder of a file; tell whether the file can be made in it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError:  # two names that differ in case only, or one that this system does not take
        return False
    # No link of the tree leads a file out of the copy.
    return Path(os.path.realpath(file.parent)) == file.parent and not os.path.lexists(file)


def _git(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603  # no shell; a revision stands behind `--`
            ["git", "-c", "core.fsmonitor=false", *words],  # noqa: S607  # the git that is used
            cwd=folder,
            env=_environment(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise ConfigError("'--since' needs git, which is not installed") from None
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise ConfigError(f"'--since': git cannot be run: {error}") from error


def _environment() -> dict[str, str]:
    """Return an environment in which git asks nobody and reaches nothing."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
    }

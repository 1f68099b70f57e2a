"""From the paths that a user gives to the files that are read, per project root."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.errors import LoadError
from advisor.records import field, record
from advisor.report import Problem
from advisor.templates.discovery import find_files, find_root, is_excluded, is_passed_over
from advisor.templates.loading import Files
from advisor.templates.sniff import Kind, sniff

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from advisor.documents.document import Document

_MOST_BYTES = 5 * 1024 * 1024  # no file of ours is larger: see `documents.load`


@record()
class Inputs:
    """The files of one root that are ours, and what could not be read or was passed over."""

    files: Files
    templates: list[Path] = field(default_factory=list)
    workflows: list[Path] = field(default_factory=list)
    kinds: dict[Path, Kind] = field(default_factory=dict)
    given: set[Path] = field(default_factory=set)
    """Files whose findings are reported; others are read for their context only."""
    skipped: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, file: Path, *, text: str | None = None) -> bool:
        """Take a file in if its content is ours; tell whether it is and can be read."""
        if file in self.kinds:
            return True
        text = self.files.texts.get(file) if text is None else text
        try:
            kind = sniff(_head(file) if text is None else text)
        except OSError as error:
            reason = error.strerror or "cannot be read"
            self.problems.append(Problem(self.files.shown(file), reason.lower()))
            return False
        if kind is None:
            return False
        try:
            document = (
                self.files.document(file) if text is None else self.files.add_text(file, text)
            )
        except LoadError as error:
            self.problems.append(_problem(error))
            return False
        if not isinstance(document.data, dict):
            return False
        self.kinds[file] = kind
        (self.workflows if kind is Kind.WORKFLOW else self.templates).append(file)
        return True


def _head(file: Path) -> bytes:
    """Return enough of a file to tell what it is; OSError where it cannot be read."""
    if not file.is_file():
        raise OSError(None, "is not a regular file")
    with file.open("rb") as stream:
        return stream.read(_MOST_BYTES)


def _problem(error: LoadError) -> Problem:
    return Problem(error.path, error.message, error.line, error.column)


def gather(
    paths: Sequence[str | Path],
    *,
    exclude: Sequence[str] = (),
    forced: bool = False,
    texts: Mapping[Path, str] | None = None,
) -> list[Inputs]:
    """Return what the given files and directories hold, one entry per project root.

    `forced` applies excludes to files that are named as well. `texts` replaces the contents of
    files, such as those of an editor or of standard input.
    """
    texts = {absolute(file): text for file, text in (texts or {}).items()}
    by_root: dict[Path, Inputs] = {}
    several = {_root(Path(path)) for path in paths}
    base = Path(os.path.commonpath(several)) if several else Path.cwd()
    for given in dict.fromkeys(Path(path) for path in paths):
        path = absolute(given)
        root = _root(path)
        inputs = by_root.setdefault(
            root, Inputs(Files(root, base, definitions=_definition, texts=texts))
        )
        if path.is_dir():
            _add_directory(inputs, path, exclude)
        elif not path.exists() and path not in texts:
            inputs.problems.append(Problem(str(given), "no such file or directory"))
        elif forced and (is_passed_over(path, root) or is_excluded(path, root, exclude)):
            continue
        elif path in texts:
            inputs.add(path, text=texts[path])
            inputs.given.add(path)
        else:
            _add_file(inputs, path)
    return list(by_root.values())


def _definition(text: str, path: str) -> Document:
    from advisor.workflows.reader import read_definition

    return read_definition(text, path)


def absolute(path: Path) -> Path:
    """Return a path with every link followed, which is how a run tells files apart."""
    return Path(os.path.realpath(path))


def _root(path: Path) -> Path:
    return absolute(find_root(path))


def _add_file(inputs: Inputs, file: Path) -> None:
    if inputs.add(file):
        inputs.given.add(file)
    elif not any(problem.path == inputs.files.shown(file) for problem in inputs.problems):
        inputs.skipped.append(inputs.files.shown(file))


def _add_directory(inputs: Inputs, directory: Path, exclude: Sequence[str]) -> None:
    found = find_files(directory, root=inputs.files.root, exclude=exclude)
    before = len(inputs.kinds)
    for file in found:
        _add_file(inputs, absolute(file))
    if len(inputs.kinds) == before and (directory / "cdk.out").is_dir():
        shown = inputs.files.shown(directory / "cdk.out")
        inputs.notes.append(f"{shown} is there and passed over; name it to have it read")


def context(inputs: Inputs, files: Iterable[Path]) -> None:
    """Read further files for their context only: their findings are not reported."""
    for file in files:
        if file not in inputs.kinds:
            problems = len(inputs.problems)
            inputs.add(file)
            del inputs.problems[problems:]

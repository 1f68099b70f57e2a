"""What the paths of a report are relative to: the reader, the project or the repository."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.cli.streams import complain
from advisor.records import replace
from advisor.reporters.formats import FOR_A_READER, FROM_THE_ROOT
from advisor.reporters.look import Look

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from advisor.reading import Reading
    from advisor.report import Problem, Report

_WORKSPACES = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "CODEBUILD_SRC_DIR")
"""Where build services say that the repository is."""


def placed(
    look: Look, name: str, report: Report, *, environ: Mapping[str, str] = os.environ
) -> Look:
    """Return the look with paths as a format's readers can use them."""
    if not report.base or name in FROM_THE_ROOT:
        return look
    base = Path(report.base)
    start = Path.cwd() if name in FOR_A_READER else _repository(base, environ)
    if base.drive != start.drive:
        return look
    return replace(look, base=report.base, start=str(start))


def _repository(base: Path, environ: Mapping[str, str]) -> Path:
    for name in _WORKSPACES:
        workspace = environ.get(name, "")
        if workspace and base.is_relative_to(os.path.realpath(workspace)):
            return Path(os.path.realpath(workspace))
    marked = (folder for folder in (base, *base.parents) if (folder / ".git").exists())
    return next(marked, base)


def complain_of_errors(report: Report, typed: Sequence[str]) -> bool:
    """Say what could not be done in a run; tell whether there is any."""
    return _complained(report.errors, typed, look=placed(Look(), "text", report))


def complain_of_unread(readings: Iterable[Reading], typed: Sequence[str]) -> bool:
    """Say which files could not be read; tell whether there is any."""
    failed = False
    for inputs in (reading.inputs for reading in readings):
        look = Look(base=str(inputs.files.base), start=str(Path.cwd()))
        failed |= _complained(inputs.problems, typed, look=look)
    return failed


def _complained(problems: Sequence[Problem], typed: Sequence[str], *, look: Look) -> bool:
    for problem in problems:
        complain(f"error: {said(problem, typed, look=look)}")
    return bool(problems)


def said(error: Problem, typed: Sequence[str], *, look: Look) -> str:
    """Return a problem with its path as the reader can use it: as typed, or from here."""
    if error.path not in typed:
        return str(replace(error, path=look.path(error.path)))
    from difflib import get_close_matches

    from advisor.cli.commands import COMMANDS

    nearest = [] if Path(error.path).exists() else get_close_matches(error.path, COMMANDS, n=1)
    meant = f"; did you mean the command '{nearest[0]}'?" if nearest else ""
    return f"{error}{meant}"

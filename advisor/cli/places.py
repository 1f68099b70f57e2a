"""What the paths of a report are relative to: the reader, the project or the repository."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.records import replace
from advisor.reporters.formats import FOR_A_READER, FROM_THE_ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.report import Report
    from advisor.reporters.look import Look

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

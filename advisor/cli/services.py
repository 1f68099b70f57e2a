"""What build services get beside the text, without being asked: annotations and reports."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.cli.places import placed
from advisor.cli.streams import complain
from advisor.reporters.formats import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.cli.options import Options
    from advisor.report import Report
    from advisor.reporters.look import Look

GITLAB_REPORT = Path("gl-code-quality-report.json")
_LONGEST_SUMMARY = 1024 * 1024
"""Bytes that GitHub takes as the summary of one step."""


def with_service(
    text: str,
    report: Report,
    *,
    options: Options,
    look: Look,
    environ: Mapping[str, str] = os.environ,
) -> str:
    """Return what to write where nobody asked for a format: more than the text on a service.

    In GitHub Actions annotations follow the text, and the summary of the job is written; in
    GitLab CI the code quality report is. Whoever chooses a format or an output decides alone.
    """
    chosen = options.format or options.output or options.from_hook
    if chosen or not (report.files or report.errors):
        return text
    if environ.get("GITLAB_CI") == "true":
        _write_gitlab(report, look=look, environ=environ)
    if environ.get("GITHUB_ACTIONS") != "true":
        return text
    summary = environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        _append_summary(Path(summary), report, look=look, environ=environ)
    commands = render("github", report, look=placed(look, "github", report, environ=environ))
    return f"::group::advise\n{text}::endgroup::\n{commands}" if commands else text


def _append_summary(file: Path, report: Report, *, look: Look, environ: Mapping[str, str]) -> None:
    text = render("markdown", report, look=placed(look, "markdown", report, environ=environ))
    try:
        before = file.stat().st_size if file.exists() else 0
        if before + len(text.encode()) > _LONGEST_SUMMARY:
            return
        with file.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        complain(f"note: {file}: {error.strerror or 'cannot be written'}")


def _write_gitlab(report: Report, *, look: Look, environ: Mapping[str, str]) -> None:
    text = render("gitlab", report, look=placed(look, "gitlab", report, environ=environ))
    try:
        GITLAB_REPORT.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        complain(f"note: {GITLAB_REPORT}: {error.strerror or 'cannot be written'}")
    else:
        complain(f"note: the code quality report is in {GITLAB_REPORT}")

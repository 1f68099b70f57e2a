"""The names of all formats, each with the module that writes it; imported when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.report import Report
    from advisor.reporters.look import Look

FORMATS = (
    "text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown",
)  # fmt: skip
FOR_A_READER = frozenset({"text", "concise"})
"""Formats whose paths start where the reader stands."""
FROM_THE_ROOT = frozenset({"json", "jsonl"})
"""Formats whose paths start at the project's root; those of all others at the repository's."""


def render(name: str, report: Report, *, look: Look) -> str:
    """Return the report in a format; ValueError for a name that is none."""
    match name:
        case "text":
            from advisor.reporters import terminal

            return terminal.render(report, look=look)
        case "concise":
            from advisor.reporters import concise

            return concise.render(report, look=look)
        case "json":
            from advisor.reporters import json

            return json.render(report)
        case "jsonl":
            from advisor.reporters import json

            return json.render_lines(report)
        case "sarif":
            from advisor.reporters import sarif

            return sarif.render(report, look=look)
        case "github":
            from advisor.reporters import github

            return github.render(report, look=look)
        case "gitlab":
            from advisor.reporters import gitlab

            return gitlab.render(report, look=look)
        case "junit":
            from advisor.reporters import junit

            return junit.render(report, look=look)
        case "markdown":
            from advisor.reporters import markdown

            return markdown.render(report, look=look)
    raise ValueError(f"no format is called '{name}'")

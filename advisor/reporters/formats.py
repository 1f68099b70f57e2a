"""The names of all formats, each with the module that writes it; imported when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.report import Report
    from advisor.reporters.look import Look

FORMATS = ("text", "concise", "json", "jsonl")


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
    raise ValueError(f"no format is called '{name}'")

"""`advise report` writes a file to hand to a review: the picture, the summary, all findings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from advisor.cli import common  # noqa: TC001  # typer reads annotations at run time
from advisor.cli.graph import architectures_of, readings_of
from advisor.cli.options import SEVERITIES, Options
from advisor.cli.places import complain_of_errors
from advisor.cli.settings import config_for
from advisor.cli.streams import complain
from advisor.errors import ConfigError
from advisor.records import replace

ENDINGS = (".html", ".md")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report", help="Write a report for a review, as HTML or Markdown.")(report)


def report(
    *,
    paths: common.Paths,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Ends in .html or .md.")
    ],
    severity: Annotated[
        str | None,
        typer.Option("--severity", metavar="|".join(SEVERITIES), help="The lowest shown."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="REV", help="Say what has changed since this revision."),
    ] = None,
    parameter: common.Parameters = [],  # noqa: B006 - typer copies defaults
    config_file: common.ConfigFile = None,
    isolated: common.Isolated = False,
) -> int:
    """Write one file over all that the paths name; what was found changes no exit code."""
    file = Path(output)
    if file.suffix not in ENDINGS:
        raise ConfigError(f"'{output}' ends in none of {', '.join(ENDINGS)}")
    if severity is not None and severity not in SEVERITIES:
        raise ConfigError(f"'{severity}' is none of {', '.join(SEVERITIES)}")
    options = Options(
        paths=tuple(paths),
        parameter=tuple(parameter),
        config=config_file,
        isolated=isolated,
        severity=severity,
        since=since,
    )
    config = config_for(options)
    from advisor.analysis import analyze
    from advisor.reporters.look import Look
    from advisor.reporters.review import render_review_html, render_review_markdown

    # What was found before is found: a review is about everything that is there.
    found = analyze(paths, replace(config, since=""))
    if config.since:
        from advisor.known import at_revision, home

        before = at_revision(paths, config, home(Path(found.base)))
        found = replace(found, since=config.since, before=before)
    failed = complain_of_errors(found, paths)
    architectures = architectures_of(readings_of(paths, config))
    if not architectures:
        return 2
    render = render_review_html if file.suffix == ".html" else render_review_markdown
    title = ", ".join(Path(path).resolve().name for path in paths)
    text = render(found, architectures, title=title, look=Look())
    try:
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        complain(f"error: {file}: {error.strerror or 'cannot be written'}")
        return 2
    return 2 if failed else 0

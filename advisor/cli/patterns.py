"""`advise patterns` names the patterns that an architecture is made of, and what each lacks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.cli import common  # noqa: TC001  # typer reads annotations at run time
from advisor.cli.options import Options
from advisor.cli.places import complain_of_errors, placed
from advisor.cli.settings import config_for
from advisor.cli.streams import complain, look_for, write
from advisor.errors import ConfigError

if TYPE_CHECKING:
    from advisor.advice.advised import Advice
    from advisor.reporters.look import Look

FORMATS = ("text", "markdown", "json")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("patterns", help="Name the patterns in the architecture, and what each lacks.")(
        patterns
    )


def patterns(
    *,
    paths: common.Paths,
    form: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="How to write it.")
    ] = "text",
    parameter: common.Parameters = [],  # noqa: B006 - typer copies defaults
    config_file: common.ConfigFile = None,
    isolated: common.Isolated = False,
    color: common.Color = "auto",
    ascii_only: common.Ascii = False,
) -> int:
    """Write the patterns; what they lack changes no exit code."""
    if form not in FORMATS:
        raise ConfigError(f"'{form}' is none of {', '.join(FORMATS)}")
    options = Options(
        paths=tuple(paths),
        parameter=tuple(parameter),
        config=config_file,
        isolated=isolated,
        ascii=ascii_only,
        color=color,
    )
    config = config_for(options)
    from advisor.advice.advised import advised

    advice = advised([Path(path) for path in paths], config)
    failed = complain_of_errors(advice.report, paths)
    if advice.is_empty:
        complain("error: there is no template to look at")
        return 2
    write(_written(advice, form, look_for(options)))
    return 2 if failed else 0


def _written(advice: Advice, form: str, look: Look) -> str:
    from advisor.reporters.patterns import render_json, render_markdown, render_text

    if form == "json":
        return render_json(advice)
    look = placed(look, form, advice.report)
    return (render_text if form == "text" else render_markdown)(advice, look=look)

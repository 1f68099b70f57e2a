"""`advise cost` tells what an architecture costs in a month under a traffic of its own file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.cli import common  # noqa: TC001  # typer reads annotations at run time
from advisor.cli.options import Options
from advisor.cli.places import complain_of_unread
from advisor.cli.settings import config_for
from advisor.cli.streams import complain, look_for, write
from advisor.errors import ConfigError

if TYPE_CHECKING:
    from advisor.advice.cost.answers import Answers
    from advisor.advice.cost.result import Estimate
    from advisor.config import Config
    from advisor.reading import Reading
    from advisor.reporters.look import Look

FORMATS = ("text", "json", "markdown")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("cost", help="Tell what the architecture costs a month, under given traffic.")(cost)


def cost(  # noqa: PLR0913  # one for each option, all named
    *,
    path: common.Path,
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="With --init: the file to write.")
    ] = None,
    traffic: Annotated[
        str | None, typer.Option("--traffic", metavar="FILE", help="How much of what comes in.")
    ] = None,
    init: Annotated[
        bool, typer.Option("--init", help="Write a traffic file to fill in, to FILE or here.")
    ] = False,
    form: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="How to write it.")
    ] = "text",
    free_tier: Annotated[
        bool, typer.Option("--free-tier", help="Take off the free tier that does not expire.")
    ] = False,
    parameter: common.Parameters = [],  # noqa: B006 - typer copies defaults
    config_file: common.ConfigFile = None,
    isolated: common.Isolated = False,
    color: common.Color = "auto",
    ascii_only: common.Ascii = False,
) -> int:
    """Write the costs, or a traffic file with everything that can be given."""
    if form not in FORMATS:
        raise ConfigError(f"'{form}' is none of {', '.join(FORMATS)}")
    if init and traffic is not None:
        raise ConfigError("'--init' and '--traffic' exclude each other")
    if file is not None and not init:
        raise ConfigError(f"'{file}' is one path too many; '--traffic {file}' reads a traffic file")
    options = Options(
        paths=(path,),
        parameter=tuple(parameter),
        config=config_file,
        isolated=isolated,
        ascii=ascii_only,
        color=color,
    )
    config = config_for(options)
    readings, failed = _readings(path, config)
    if not readings:
        complain("error: there is no template to count the cost of")
        return 2
    if init:
        return max(_init(path, file, readings), 2 if failed else 0)
    if traffic is None:
        complain("note: no traffic is given; '--init FILE' writes a file to fill in")
    answers = _answers(traffic)
    from advisor.advice.cost.estimate import estimated

    estimate = estimated(
        [reading.architecture for reading in readings],
        answers,
        region=config.region,
        free_tier=free_tier,
        conditional=any(reading.formulas for reading in readings),
    )
    write(_rendered(estimate, form, look_for(options)))
    return 2 if failed else 0


def _readings(path: str, config: Config) -> tuple[list[Reading], bool]:
    """Return what was read, and whether anything could not be; complain of that."""
    from advisor.analysis import read

    readings = list(read([Path(path)], config))
    failed = complain_of_unread(readings, [path])
    return [reading for reading in readings if reading.inputs.kinds], failed


def _answers(traffic: str | None) -> Answers:
    if traffic is None:
        from advisor.advice.cost.answers import Answers

        return Answers()
    from advisor.advice.cost.traffic import read_traffic

    return read_traffic(Path(traffic), traffic)


def _init(path: str, file: str | None, readings: list[Reading]) -> int:
    from advisor.advice.cost.blank import blank
    from advisor.advice.cost.estimate import questions

    text = blank(questions([reading.architecture for reading in readings]), title=path)
    if file is None:
        write(text)
        return 0
    try:
        with Path(file).open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    except FileExistsError:
        complain(f"error: {file}: is there already; remove it or name another file")
        return 2
    except (OSError, ValueError) as error:
        complain(f"error: {file}: {getattr(error, 'strerror', None) or 'cannot be written'}")
        return 2
    return 0


def _rendered(estimate: Estimate, form: str, look: Look) -> str:
    if form == "json":
        from advisor.reporters.cost_json import render_cost_json

        return render_cost_json(estimate)
    if form == "markdown":
        from advisor.reporters.cost_markdown import render_cost_markdown

        return render_cost_markdown(estimate)
    from advisor.reporters.cost import render_cost

    return render_cost(estimate, look=look)

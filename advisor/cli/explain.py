"""`advise explain` shows what is known of a template or of one resource."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.cli import common  # noqa: TC001  # typer reads annotations at run time
from advisor.cli.options import Options
from advisor.cli.places import complain_of_unread
from advisor.cli.settings import config_for
from advisor.cli.streams import complain, look_for, write
from advisor.errors import ConfigError
from advisor.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.config import Config
    from advisor.explanation import Explanation
    from advisor.reading import Reading

FORMATS = ("text", "json")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain", help="Show what is known of a template, or of one resource.")(explain)


def explain(
    *,
    path: common.Path,
    resource: Annotated[
        str | None, typer.Argument(metavar="[RESOURCE]", help="A logical id, or an event's name.")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="How to write it.")
    ] = "text",
    parameter: common.Parameters = [],  # noqa: B006 - typer copies defaults
    config_file: common.ConfigFile = None,
    isolated: common.Isolated = False,
    color: common.Color = "auto",
    ascii_only: common.Ascii = False,
) -> int:
    """Write all that is known of one resource, or a line for each of a template."""
    if form not in FORMATS:
        raise ConfigError(f"'{form}' is none of {', '.join(FORMATS)}")
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
        complain("error: there is no template to explain")
        return 2
    look = look_for(options)
    if resource is None and form == "text":
        from advisor.explanation import resources, unread
        from advisor.reporters.explanation import render_overview

        for reading in readings:
            architecture = reading.architecture
            nodes = resources(architecture, _given(reading))
            counts = {
                n.id: (len(architecture.incoming(n)), len(architecture.outgoing(n))) for n in nodes
            }
            write(
                render_overview(nodes, counts=counts, unread=unread(architecture, nodes), look=look)
            )
        return 2 if failed else 0
    found = _explained(path, resource, readings, config)
    if form == "json":
        from advisor.reporters.explanation import explanations_as_json

        write(explanations_as_json(found))
    else:
        from advisor.reporters.explanation import render_explanation

        write("\n".join(render_explanation(each, look=look) for each in found))
    return 2 if failed else 0


def _readings(path: str, config: Config) -> tuple[list[Reading], bool]:
    """Return what was read, and whether anything could not be; complain of that."""
    from advisor.analysis import read

    everything = list(read([Path(path)], config))
    failed = complain_of_unread(everything, [path])
    readings = [reading for reading in everything if reading.inputs.kinds]
    for reading in readings:
        # What code does is part of what is known.
        reading.architecture.add_calls()
    return readings, failed


def _given(reading: Reading) -> list[str]:
    return [reading.inputs.files.shown(file) for file in reading.inputs.given]


def _explained(
    path: str, name: str | None, readings: Sequence[Reading], config: Config
) -> list[Explanation]:
    from advisor.analysis import analyze, selection_of
    from advisor.explanation import explained, named, resources
    from advisor.rules.finding import Confidence, Severity

    chosen = []
    known: list[str] = []
    for reading in readings:
        nodes = resources(reading.architecture, _given(reading))
        known += [node.name for node in nodes]
        found = nodes if name is None else named(reading.architecture, nodes, name)
        chosen += [(reading, node) for node in found]
    if name is not None and not chosen:
        close = get_close_matches(name, known, n=1)
        hint = f", did you mean '{close[0]}'?" if close else ""
        raise ConfigError(f"there is no resource '{name}' in '{path}'{hint}")
    everything = replace(config, severity=Severity.INFO, confidence=Confidence.LOW)
    report = analyze([Path(path)], everything)
    rules = selection_of(everything).rules
    return [
        explained(reading.architecture, node, report=report, rules=rules)
        for reading, node in chosen
    ]

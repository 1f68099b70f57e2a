"""`advise init` writes a first `advise.toml` for the repository that it is called in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.streams import write
from advisor.errors import ConfigError
from advisor.reporters.words import counted

NAME = "advise.toml"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init", help="Write a first advise.toml for this repository.")(init)


def init(
    *,
    directory: Annotated[
        Path, typer.Argument(metavar="[DIRECTORY]", help="By default this one.")
    ] = Path(),
) -> None:
    """Write the file from what the directory holds; one that is there is left alone."""
    from advisor.config import FILE_NAMES, find

    if not directory.is_dir():
        raise ConfigError(f"{directory}: is not a directory")
    there = find(directory)
    if there is not None and there.parent == directory.resolve():
        raise ConfigError(f"{there}: is there already, nothing is written")
    file = directory / FILE_NAMES[0]
    text = text_for(directory)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        reason = error.strerror or "cannot be written"
        raise ConfigError(f"{file}: {reason[:1].lower()}{reason[1:]}") from error
    write(f"{file} is written; 'advise {directory}' reads it\n")


def text_for(directory: Path) -> str:
    """Return a configuration that says what can be seen, and what else could be said."""
    from advisor.inputs import gather

    found = gather([directory])
    templates = sum(len(each.templates) for each in found)
    machines = sum(len(each.workflows) for each in found)
    region = _region(directory)
    there = f"{counted(templates, 'template')} and {counted(machines, 'state machine')}"
    lines = [
        f"# {there} were found; `advise config show` lists every setting.",
        "",
        "# default, production (advice as well) or pedantic (doubts and previews as well).",
        'profile = "default"',
        "",
        "# The lowest severity that fails a build: error, warning, info or never.",
        'fail-on = "warning"',
        "",
        "# Rules to leave out: ids, prefixes, names or pillars.",
        "# ignore = []",
        "",
        "# Files to pass over, as in .gitignore.",
        "# exclude = []",
        "",
        "# Findings that are known: `advise baseline write` makes the file.",
        '# baseline = ".advise-baseline.json"',
        "",
        "[account]",
        "# What no template tells.",
        f"region = {json.dumps(region)}" if region else '# region = "eu-central-1"',
        "# concurrency = 1000",
        "# production = false",
    ]
    return "\n".join(lines) + "\n"


def _region(directory: Path) -> str:
    """Return the region that samconfig.toml deploys to, empty where it does not say."""
    from advisor.templates.parameters import SAMCONFIG, region_of

    file = directory / SAMCONFIG
    return region_of(file) if file.is_file() and not file.is_symlink() else ""

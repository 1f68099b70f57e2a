"""`advise config`: what is configured and where it comes from, whether it is right, its schema."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.cli.streams import complain, write
from advisor.errors import AdviseError, ConfigError
from advisor.reporters.safe import safe

if TYPE_CHECKING:
    from advisor.config import Config

OK, FAILED = 0, 2

_Place = Annotated[
    str, typer.Argument(metavar="[PATH]", help="What would be analysed: a file or a directory.")
]


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
    group.command("show", help="Show every setting for a path, and where it comes from.")(show)
    group.command("check", help="Check that configuration files can be used.")(check)
    group.command("schema", help="Write the JSON Schema of configuration files.")(schema)
    app.add_typer(group, name="config", help="The configuration: show, check, schema.")


def show(
    *,
    path: _Place = ".",
    form: Annotated[
        str, typer.Option("--format", metavar="text|json", help="How to write it.")
    ] = "text",
    file: Annotated[
        str | None, typer.Option("--config", metavar="FILE", help="This file and no other.")
    ] = None,
) -> None:
    """Write name, value and origin of every setting."""
    from advisor.config import load

    if form not in {"text", "json"}:
        raise ConfigError(f"'{form}' is none of text, json")
    if not Path(path).exists():
        raise ConfigError(f"{path}: no such file or directory")
    config = load(Path(path), file=Path(file) if file else None)
    rows = [(key, _plain(value), _place(origin)) for key, value, origin in config.settings()]
    if form == "json":
        data = {key: {"value": value, "origin": origin} for key, value, origin in rows}
        write(json.dumps({"file": _file(config), "settings": data}, indent=2) + "\n")
        return
    width = max(len(key) for key, _, _ in rows)
    write(f"# {_file(config) or 'no configuration file'}\n")
    for key, value, origin in rows:
        shown = safe(json.dumps(value, ensure_ascii=False))
        write(f"{key:{width}} = {shown}{'' if origin == 'default' else f'  # {safe(origin)}'}\n")


def check(
    *,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]…", help="By default the one that counts here."),
    ] = None,
) -> int:
    """Read the files, and load and find the rules that they name."""
    from advisor.analysis import registry_of
    from advisor.config import find, read
    from advisor.rules.baseline import read as read_baseline
    from advisor.rules.selection import select

    nearest = find(Path.cwd())
    given = files or ([nearest] if nearest else [])
    if not given:
        raise ConfigError("no configuration file counts here; 'advise init' writes one")
    wrong = False
    for file in given:
        try:
            config = read(file)
            selection = select(registry_of(config), config)
            if config.baseline is not None:
                read_baseline(config.baseline)
        except AdviseError as error:
            complain(f"error: {error}")
            wrong = True
        else:
            write(f"{safe(_place(str(file)))}: in order, {len(selection.rules)} rules\n")
    return FAILED if wrong else OK


def schema() -> None:
    """Write the schema that is shipped."""
    import advisor

    file = Path(advisor.__file__).parent / "data" / "config.schema.json"
    write(file.read_text(encoding="utf-8"))


def _plain(value: object) -> object:
    """Return a setting as the JSON that says the same."""
    from advisor.config import RuleSettings
    from advisor.rules.finding import Confidence, Severity

    if isinstance(value, (Severity, Confidence)):
        return value.word
    if isinstance(value, RuleSettings):
        own = {"severity": value.severity.word} if value.severity else {}
        return {**own, **{key: _plain(item) for key, item in value.options.items()}}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Path):
        return _place(str(value))
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def _file(config: Config) -> str:
    return _place(str(config.file)) if config.file else ""


def _place(text: str) -> str:
    """Return a path as it is seen from here; other words as they are."""
    if not os.path.isabs(text):  # noqa: PTH117 - it may be no path at all
        return text
    way = os.path.relpath(text) if Path(text).drive == Path.cwd().drive else text
    return way if len(way) < len(text) else text

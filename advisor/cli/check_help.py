"""Tells typer of `advise check`, for its help page and for completion in shells."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.cli.options import OPTIONS, Options, Takes

if TYPE_CHECKING:
    from advisor.cli.options import Option

_MOST_CHOICES = 4
"""As many choices stand beside the name of their option; more go into its help."""


def register(app: typer.Typer) -> None:
    """Add the command, its parameters taken from the table of options."""

    def check(**values: object) -> int:
        from advisor.cli.check import check as run

        given = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
            if value is not None
        }
        return run(Options(**given))  # type: ignore[arg-type] # the table's fields

    paths = inspect.Parameter(
        "paths",
        inspect.Parameter.KEYWORD_ONLY,
        annotation=Annotated[
            list[str],
            typer.Argument(help="Files and directories; - is standard input.", metavar="PATH…"),
        ],
    )
    options = [
        _parameter(option, heading) for heading, group in OPTIONS.items() for option in group
    ]
    parameters = [paths, *options]
    check.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # inspect reads it
    check.__annotations__ = {each.name: each.annotation for each in parameters}
    app.command("check", help="Find faults in templates and state machines (the default).")(check)


def _parameter(option: Option, heading: str) -> inspect.Parameter:
    kinds = {
        Takes.NOTHING: bool,
        Takes.ONE: str | None,
        Takes.SEVERAL: list[str],
        Takes.LIST: list[str],
    }
    nothing: dict[Takes, object] = {
        Takes.NOTHING: False,
        Takes.ONE: None,
        Takes.SEVERAL: [],
        Takes.LIST: [],
    }
    names = [option.name, option.short] if option.short else [option.name]
    shows, described = "|".join(option.choices) or option.shows or None, option.help
    if len(option.choices) > _MOST_CHOICES:
        shows = option.name.removeprefix("--").upper()
        described = f"{option.help.removesuffix('.')}: {', '.join(option.choices)}."
    information = typer.Option(
        *names,
        help=described,
        metavar=shows if option.takes is not Takes.NOTHING else None,
        rich_help_panel=heading,
        show_default=False,
        autocompletion=(lambda: list(option.choices)) if option.choices else None,
    )
    return inspect.Parameter(
        option.field,
        inspect.Parameter.KEYWORD_ONLY,
        default=nothing[option.takes],
        annotation=Annotated[kinds[option.takes], information],
    )

"""The typer application: help, completion and every command but the default one."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.cli.commands import COMMANDS
from advisor.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_EPILOG = (
    "Exit codes: 0 nothing found, 1 findings at or above --fail-on, 2 something could not be "
    "done, 130 interrupted."
)


def run_app(arguments: Sequence[str], commands: Iterable[str]) -> int:
    """Return the exit code of the commands named; ConfigError for arguments that are wrong."""
    app = application(commands)
    try:
        result = app(args=list(arguments), prog_name="advise", standalone_mode=False)
    except typer.Abort:
        return 1
    except Exception as error:
        # The base of usage errors has no public name that all supported versions share.
        message = getattr(error, "format_message", None)
        if message is None:
            raise
        raise ConfigError(_lower_start(message())) from error
    return result if isinstance(result, int) else 0


def application(commands: Iterable[str]) -> typer.Typer:
    """Return the application with some of its commands, whose modules alone are imported."""
    app = typer.Typer(
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback(
        help="Linter and architecture advisor for AWS SAM, CloudFormation and Step Functions.\n\n"
        "'advise PATH…' is 'advise check PATH…'.",
        epilog=_EPILOG,
    )
    def _all(
        *, version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False
    ) -> None:
        """Hold the options that no command has; the version is answered before this."""

    for module in dict.fromkeys(COMMANDS[name] for name in commands):
        import_module(f"advisor.cli.{module}").register(app)
    return app


def _lower_start(text: str) -> str:
    flat = " ".join(text.split()).rstrip(".")
    return flat[:1].lower() + flat[1:]

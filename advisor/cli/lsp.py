"""`advise lsp` is a language server: an editor starts it and speaks with it."""

from __future__ import annotations

from typing import Annotated

import typer

from advisor.errors import ConfigError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("lsp", help="Serve an editor over the Language Server Protocol.")(lsp)


def lsp(
    *,
    stdio: Annotated[
        bool, typer.Option("--stdio", help="Speak over standard input and output, as always.")
    ] = True,
) -> int:
    """Serve until the editor says that it is done."""
    del stdio  # editors pass it; there is no other way
    try:
        from advisor.lsp.serve import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"pygls", "lsprotocol"}:
            raise
        raise ConfigError(
            "the language server needs pygls: pip install 'serverless-advisor[lsp]'"
        ) from error
    return serve()

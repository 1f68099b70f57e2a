"""Arguments that several commands take, each described once."""

from __future__ import annotations

from typing import Annotated

import typer

Path = Annotated[str, typer.Argument(metavar="PATH", help="A template or a directory.")]
Paths = Annotated[
    list[str], typer.Argument(metavar="PATH…", help="Templates, definitions, directories.")
]
Parameters = Annotated[
    list[str], typer.Option("--parameter", metavar="KEY=VALUE", help="Value of a parameter.")
]
ConfigFile = Annotated[
    str | None, typer.Option("--config", metavar="FILE", help="This configuration file.")
]
Isolated = Annotated[
    bool, typer.Option("--isolated", help="Read no configuration of the repository.")
]
Color = Annotated[
    str, typer.Option("--color", metavar="auto|always|never", help="When to use colour.")
]
Ascii = Annotated[bool, typer.Option("--ascii", help="Write ASCII only.")]

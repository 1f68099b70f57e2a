"""What a template says of a function's code, before any of it is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.records import record

if TYPE_CHECKING:
    from pathlib import Path


@record(frozen=True)
class InlineCode:
    """Code that stands in the template: the file shown, its first line, its indentation."""

    text: str
    shown: str
    line: int = 1
    indent: int = 0


@record(frozen=True)
class FunctionCode:
    """What a template says of one function's code; only literal values, "" where unknown."""

    logical_id: str
    folder: Path
    """The folder of the template: local paths are relative to it."""
    handler: str = ""
    runtime: str = ""
    path: str = ""
    """`CodeUri`, `Code` or the path of the CDK asset; "" for the template's own folder."""
    inline: InlineCode | None = None
    layers: tuple[str, ...] = ()
    """Local `ContentUri` of the layers."""
    other_layers: bool = False
    """Whether layers or extensions that are not at hand may provide the handler."""
    entry_points: tuple[str, ...] = ()
    """`Metadata.BuildProperties.EntryPoints` of an esbuild function."""
    is_image: bool = False
    docker_context: str = ""
    dockerfile: str = ""
    command: str = ""
    """`ImageConfig.Command`, its first word."""

"""`advise graph` draws the architecture in the direction of events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.cli import common  # noqa: TC001  # typer reads annotations at run time
from advisor.cli.options import Options
from advisor.cli.places import complain_of_errors, complain_of_unread
from advisor.cli.settings import config_for
from advisor.cli.streams import complain, look_for, write
from advisor.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.workflows import StateMachine
    from advisor.config import Config
    from advisor.reading import Reading
    from advisor.reporters.flow_part import Part
    from advisor.reporters.look import Look
    from advisor.rules.finding import Finding

FORMATS = ("text", "mermaid", "dot", "json", "graphml", "html")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("graph", help="Draw the architecture: what calls what, in which way.")(graph)


def graph(  # noqa: PLR0913  # one for each option, all named
    *,
    paths: common.Paths,
    form: Annotated[
        str,
        typer.Option("--format", metavar="FORMAT", help=f"How to draw it: {', '.join(FORMATS)}."),
    ] = "text",
    everything: Annotated[
        bool, typer.Option("--all", help="Draw helpers too: roles, permissions, log groups.")
    ] = False,
    findings: Annotated[
        bool, typer.Option("--findings/--no-findings", help="Mark what was found.")
    ] = True,
    focus: Annotated[
        str, typer.Option("--focus", metavar="RESOURCE", help="Draw what lies around this one.")
    ] = "",
    depth: Annotated[
        int | None,
        typer.Option(
            "--depth", metavar="N", min=0, help="Lines to follow from the focus: 1 unless given."
        ),
    ] = None,
    path: Annotated[
        tuple[str, str] | None,
        typer.Option("--path", metavar="FROM TO", help="Draw the ways from one to the other."),
    ] = None,
    parameter: common.Parameters = [],  # noqa: B006 - typer copies defaults
    config_file: common.ConfigFile = None,
    isolated: common.Isolated = False,
    ascii_only: common.Ascii = False,
) -> int:
    """Write one picture for each project that the paths lie in."""
    if form not in FORMATS:
        raise ConfigError(f"'{form}' is none of {', '.join(FORMATS)}")
    if focus and path:
        raise ConfigError("'--focus' and '--path' exclude each other")
    if depth is not None and not focus:
        raise ConfigError("'--depth' needs '--focus'")
    options = Options(
        paths=tuple(paths),
        parameter=tuple(parameter),
        config=config_file,
        isolated=isolated,
        ascii=ascii_only,
    )
    config = config_for(options)
    readings = readings_of(paths, config)
    if findings:
        found, failed = _found(paths, config)
    else:
        found, failed = (), complain_of_unread(readings, paths)
    architectures = architectures_of(readings)
    part = _part(
        architectures,
        focus=focus,
        depth=1 if depth is None else depth,
        path=path,
        everything=everything,
    )
    write(
        _drawn(
            form,
            architectures,
            paths=paths,
            findings=found,
            everything=everything,
            look=look_for(options),
            part=part,
        )
    )
    return 2 if failed or not architectures else 0


def _found(paths: Sequence[str], config: Config) -> tuple[Sequence[Finding], bool]:
    from advisor.analysis import analyze

    report = analyze([Path(path) for path in paths], config)
    return report.findings, complain_of_errors(report, paths)


def readings_of(paths: Sequence[str], config: Config) -> list[Reading]:
    """Return the projects that the paths lie in, those with nothing of ours included."""
    from advisor.analysis import read

    return list(read([Path(path) for path in paths], config))


def architectures_of(readings: Iterable[Reading]) -> list[Architecture]:
    """Return what was read, calls in code included; complain where there is nothing."""
    architectures = [reading.architecture for reading in readings if reading.inputs.kinds]
    for architecture in architectures:
        # What code does is part of the picture.
        architecture.add_calls()
    if not architectures:
        complain("error: there is no template to draw")
    return architectures


def _part(
    architectures: Sequence[Architecture],
    *,
    focus: str,
    depth: int,
    path: tuple[str, str] | None,
    everything: bool,
) -> Part | None:
    """Return which part of the picture is asked for; ConfigError where there is no such part."""
    if not focus and path is None:
        return None
    from advisor.reporters.flow import flow_of
    from advisor.reporters.flow_part import Part, checked

    part = Part(focus=focus, depth=depth, path=path)
    flows = [flow_of(each, everything=everything) for each in architectures]
    nodes = () if everything else (node for each in architectures for node in each.nodes())
    hidden = {name for node in nodes for name in (node.name, node.resource.logical_id)}
    for note in checked(part, flows, hidden=hidden):
        complain(f"note: {note}")
    return part


def _drawn(  # what was typed, all named
    form: str,
    architectures: Sequence[Architecture],
    *,
    paths: Sequence[str],
    findings: Sequence[Finding],
    everything: bool,
    look: Look,
    part: Part | None,
) -> str:
    if form in {"json", "graphml"}:
        from advisor.reporters.graph_formats import render_graph_json, render_graphml

        render = render_graph_json if form == "json" else render_graphml
        return render(architectures, findings=findings, part=part.of if part else None)
    of = part.of if part else lambda flow: flow
    if form == "html":
        from advisor.reporters.html import render_html

        title = ", ".join(Path(path).resolve().name for path in paths)
        return render_html(architectures, findings=findings, title=title, all=everything, part=of)
    if form == "dot":
        from advisor.reporters.graph_formats import render_dot

        return render_dot(architectures, findings=findings, all=everything, part=of)
    if form == "mermaid":
        from advisor.reporters.mermaid import render_mermaid

        return render_mermaid(architectures, findings=findings, all=everything, part=of)
    from advisor.reporters.tree import render_tree

    texts = []
    for each in architectures:
        alone, machines = _machines(each, paths) if part is None else (False, [])
        if not alone:
            texts.append(
                render_tree(
                    each,
                    findings=findings,
                    ascii=look.ascii_only,
                    all=everything,
                    part=of,
                    width=look.width,
                )
            )
        for machine in machines:
            from advisor.reporters.workflow_diagram import render_workflow

            texts.append(render_workflow(each, machine, findings=findings, ascii=look.ascii_only))
    return "\n".join(texts)


def _machines(architecture: Architecture, paths: Sequence[str]) -> tuple[bool, list[StateMachine]]:
    """Return whether only definitions were named, and the machines that are drawn state by state.

    A definition that is named is drawn with its states; a template's machines are boxes of it.
    """
    from advisor.architecture.nodes.external import External
    from advisor.architecture.nodes.workflows import StateMachine, StateNode

    named = {Path(path).name for path in paths}
    machines = [
        machine
        for machine in architecture.all(StateMachine)
        if (machine.stands_alone and not any(Path(path).is_dir() for path in paths))
        or (machine.workflow is not None and Path(machine.workflow.places.path).name in named)
    ]
    others = (
        node
        for node in architecture.nodes()
        if not isinstance(node, (External, StateNode)) and node not in machines
    )
    # A template that gives a definition its context was not asked for.
    template_named = any(node.at().path.rpartition("/")[2] in named for node in others)
    folder_named = any(Path(path).is_dir() for path in paths)
    return bool(machines) and not template_named and not folder_named, machines

"""Builds the graph of a template's text and shows its edges, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from advisor.architecture.build import build
from advisor.architecture.nodes.base import Node
from advisor.templates.resolver import Resolver

from .stacks import project_of, scenarios_of

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge, EdgeKind

N = TypeVar("N", bound=Node)


def graph(folder: Path, text: str, **files: str) -> Architecture:
    """Return the architecture of a template (and its neighbours) in the usual scenario."""
    project = project_of(folder, main=text, **files)
    return build(Resolver(project, scenarios_of(project).items[0]))


def one(architecture: Architecture, kind: type[N], logical_id: str = "") -> N:
    """Return the only node of a class, or the one of a logical id."""
    nodes = [
        node
        for node in architecture.all(kind)
        if logical_id in {"", node.resource.logical_id} and node.type
    ]
    assert len(nodes) == 1, nodes
    return nodes[0]


def shown(edge: Edge) -> str:
    """Return an edge in one line: source, verb, target, mode."""
    mode = f" {edge.mode.value}" if edge.mode else ""
    return f"{edge.source.name} {edge.kind.value} {edge.target.name}{mode}"


def lines(architecture: Architecture, *kinds: EdgeKind) -> list[str]:
    """Return the edges of some kinds in one line each, in the order of building."""
    return [shown(edge) for edge in architecture.edges(*kinds)]

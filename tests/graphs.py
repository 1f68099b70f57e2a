"""Builds the graph of templates given as text, for the tests of the architecture layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.build import build
from advisor.templates.resolver import Resolver

from .stacks import project_of, scenarios_of

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge, EdgeKind
    from advisor.architecture.nodes.base import Node

FUNCTION = "{Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: a.b}}"


def graph_of(folder: Path, template: str, **files: str) -> Architecture:
    """Return the graph of a template in its usual scenario; `files` lie beside it as YAML."""
    project = project_of(folder, main=template, **files)
    return build(Resolver(project, scenarios_of(project).items[0]))


def node_of(architecture: Architecture, name: str) -> Node:
    """Return the node of a logical id, or of the name of a route or state."""
    return next(node for node in architecture.nodes() if node.name == name)


def edges_between(
    architecture: Architecture, source: str, target: str, *kinds: EdgeKind
) -> list[Edge]:
    """Return the edges between two nodes by name."""
    return [
        edge
        for edge in architecture.edges(*kinds)
        if edge.source.name == source and edge.target.name == target
    ]


def edge_between(architecture: Architecture, source: str, target: str, *kinds: EdgeKind) -> Edge:
    """Return the one edge between two nodes by name."""
    (edge,) = edges_between(architecture, source, target, *kinds)
    return edge

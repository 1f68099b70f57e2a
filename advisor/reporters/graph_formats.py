"""The graph of an architecture as data for other programs: JSON, and DOT for Graphviz."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from advisor.architecture.nodes.external import External
from advisor.reporters.flow import flow_of, note_of, title_of
from advisor.reporters.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.documents.location import Location
    from advisor.rules.finding import Finding

VERSION = 1
"""Of the JSON; what it holds is only ever added to within a version."""


def render_graph_json(architectures: Sequence[Architecture]) -> str:
    """Return all nodes and edges, helpers included, as one JSON document."""
    data = {
        "version": VERSION,
        "nodes": [_node(node) for item in architectures for node in item.nodes()],
        "edges": [_edge(edge) for item in architectures for edge in item.edges()],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _node(node: Node) -> dict[str, object]:
    outside = isinstance(node, External)
    return {
        "id": node.id,
        "name": node.name,
        "type": node.type or None,
        "external": outside,
        "generated": node.is_generated,
        "location": _place(node.at()),
    }


def _edge(edge: Edge) -> dict[str, object]:
    return {
        "source": edge.source.id,
        "target": edge.target.id,
        "kind": edge.kind.value,
        "mode": edge.mode.value if edge.mode is not None else None,
        "evidence": edge.evidence.word,
        "via": edge.via,
        "location": _place(edge.at()),
    }


def _place(place: Location) -> dict[str, object]:
    return {"path": place.path, "line": place.span.start.line, "column": place.span.start.column}


def render_dot(
    architecture: Architecture,
    *,
    findings: Sequence[Finding] = (),
    all: bool = False,  # noqa: A002  # as the flag is called
) -> str:
    """Return the architecture as a digraph in the DOT language.

    https://graphviz.org/doc/info/lang.html
    """
    flow = flow_of(architecture, findings=findings, everything=all)
    names = {box.node.id: f"n{at}" for at, box in enumerate(flow.boxes)}
    lines = ["digraph architecture {", "  rankdir=LR;", "  node [shape=box];"]
    for box in flow.boxes:
        ids = sorted({finding.rule.id for finding in box.findings})
        label = " · ".join(filter(None, (title_of(box.node), note_of(box.node), *ids)))
        style = ", style=rounded" if isinstance(box.node, External) else ""
        lines.append(f"  {names[box.node.id]} [label={_quoted(label)}{style}];")
    for box in flow.boxes:
        for link in box.links:
            ends = f"{names[link.source.node.id]} -> {names[link.target.node.id]}"
            style = "" if link.sure else ", style=dashed"
            lines.append(f"  {ends} [label={_quoted(link.label)}{style}];")
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    """Return a quoted string, in which only quotes and backslashes mean something."""
    shown = safe(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{shown}"'


__all__ = ["render_dot", "render_graph_json"]

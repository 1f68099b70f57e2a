"""The graph of an architecture as data for other programs: JSON, GraphML, and DOT."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from advisor.architecture.nodes.external import External
from advisor.reporters.flow import flow_of, note_of, title_of
from advisor.reporters.safe import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.documents.location import Location
    from advisor.reporters.flow import Flow
    from advisor.rules.finding import Finding

VERSION = 1
"""Of the JSON; what it holds is only ever added to within a version."""


def render_graph_json(
    architectures: Sequence[Architecture], *, part: Callable[[Flow], Flow] | None = None
) -> str:
    """Return all nodes and edges, helpers included, as one JSON document; or those of a part."""
    nodes, edges = _wanted(architectures, part)
    data = {
        "version": VERSION,
        "nodes": [_node(node) for node in nodes],
        "edges": [_edge(edge) for edge in edges],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def render_graphml(
    architectures: Sequence[Architecture], *, part: Callable[[Flow], Flow] | None = None
) -> str:
    """Return all nodes and edges, or those of a part, as one GraphML document.

    http://graphml.graphdrawing.org
    """
    import networkx as nx

    nodes, edges = _wanted(architectures, part)
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in nodes:
        graph.add_node(safe(node.id), **_flat(_node(node), leave="id"))
    for edge in edges:
        attributes = _flat(_edge(edge), leave="")
        ends = attributes.pop("source"), attributes.pop("target")
        graph.add_edge(str(ends[0]), str(ends[1]), **attributes)
    return "\n".join(nx.generate_graphml(graph, named_key_ids=True)) + "\n"


def _flat(data: dict[str, object], *, leave: str) -> dict[str, str | int | bool]:
    """Return attributes as GraphML has them: no parts, no absent values, no control characters."""
    flat: dict[str, str | int | bool] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            flat |= {name: safe(v) if isinstance(v, str) else v for name, v in value.items()}
        elif isinstance(value, (bool, int)):
            flat[key] = value
        elif value is not None and key != leave:
            flat[key] = safe(str(value))
    return flat


def _wanted(
    architectures: Sequence[Architecture], part: Callable[[Flow], Flow] | None
) -> tuple[list[Node], list[Edge]]:
    nodes: list[Node] = []
    edges: list[Edge] = []
    for item in architectures:
        if part is None:
            nodes += item.nodes()
            edges += item.edges()
            continue
        ids = {box.node.id for box in part(flow_of(item, everything=True)).boxes}
        nodes += [node for node in item.nodes() if node.id in ids]
        edges += [edge for edge in item.edges() if {edge.source.id, edge.target.id} <= ids]
    return nodes, edges


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
    part: Callable[[Flow], Flow] = lambda flow: flow,
) -> str:
    """Return the architecture as a digraph in the DOT language.

    https://graphviz.org/doc/info/lang.html
    """
    flow = part(flow_of(architecture, findings=findings, everything=all))
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


__all__ = ["render_dot", "render_graph_json", "render_graphml"]

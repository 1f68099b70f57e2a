"""The graph of an architecture as data for other programs: JSON, GraphML, and DOT."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from advisor.architecture.nodes.external import External
from advisor.reporters.flow import flow_of, joined, stack_names
from advisor.reporters.flow_words import label_of, note_of, title_of
from advisor.reporters.safe import safe
from advisor.rules.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.documents.location import Location
    from advisor.reporters.flow import Box, Flow
    from advisor.rules.finding import Finding

VERSION = 1
"""Of the JSON; what it holds is only ever added to within a version."""
_ENTITY = re.compile(r"&(?=#?\w+;)")
"""What Graphviz would read as another character, also in a plain string."""
_COLOURS: dict[Severity | None, str] = {Severity.ERROR: "#b3261e", Severity.WARNING: "#9a6700"}


def render_graph_json(
    architectures: Sequence[Architecture],
    *,
    findings: Sequence[Finding] = (),
    part: Callable[[Flow], Flow] | None = None,
) -> str:
    """Return all nodes and edges, helpers included, or those of a part, as node-link data.

    `networkx.node_link_graph(data, edges="edges")` reads it.
    https://networkx.org/documentation/stable/reference/readwrite/json_graph.html
    """
    nodes, edges = _wanted(architectures, findings, part)
    data = {
        "version": VERSION,
        "directed": True,
        "multigraph": True,
        "graph": {},
        "nodes": nodes,
        "edges": edges,
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def render_graphml(
    architectures: Sequence[Architecture],
    *,
    findings: Sequence[Finding] = (),
    part: Callable[[Flow], Flow] | None = None,
) -> str:
    """Return all nodes and edges, or those of a part, as one GraphML document.

    http://graphml.graphdrawing.org
    """
    import networkx as nx

    nodes, edges = _wanted(architectures, findings, part)
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in nodes:
        graph.add_node(safe(str(node["id"])), **_flat(node, leave="id"))
    for edge in edges:
        attributes = _flat(edge, leave="key")
        ends = attributes.pop("source"), attributes.pop("target")
        graph.add_edge(str(ends[0]), str(ends[1]), key=edge["key"], **attributes)
    return "\n".join(nx.generate_graphml(graph, named_key_ids=True)) + "\n"


def _flat(data: dict[str, object], *, leave: str) -> dict[str, str | int | bool]:
    """Return attributes as GraphML has them: no parts, no absent values, no control characters."""
    flat: dict[str, str | int | bool] = {}
    for key, value in data.items():
        if key == leave:
            continue
        if isinstance(value, list):
            flat[key] = " ".join(sorted({str(item["rule"]) for item in value}))
        elif isinstance(value, dict):
            flat |= {name: safe(v) if isinstance(v, str) else v for name, v in value.items()}
        elif isinstance(value, (bool, int)):
            flat[key] = value
        elif value is not None:
            flat[key] = safe(str(value))
    return flat


def _wanted(
    architectures: Sequence[Architecture],
    findings: Sequence[Finding],
    part: Callable[[Flow], Flow] | None,
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return nodes and edges as plain data, those of several architectures under one id once."""
    nodes: dict[str, dict[str, object]] = {}
    edges: list[dict[str, object]] = []
    for item in architectures:
        flow = flow_of(item, findings=findings, everything=True)
        found = {box.node.id: box.findings for box in flow.boxes}
        ids = {box.node.id for box in part(flow).boxes} if part else None
        for node in item.nodes():
            if ids is None or node.id in ids:
                nodes.setdefault(node.id, _node(node, item, found.get(node.id, [])))
        for edge in item.edges():
            if ids is None or {edge.source.id, edge.target.id} <= ids:
                edges.append(_edge(edge, len(edges)))
    return list(nodes.values()), edges


def _node(node: Node, architecture: Architecture, findings: Sequence[Finding]) -> dict[str, object]:
    outside = isinstance(node, External)
    return {
        "id": node.id,
        "name": node.name,
        "title": title_of(node),
        "type": node.type or None,
        "stack": node.resource.owner or None,
        "external": outside,
        "generated": node.is_generated,
        "note": note_of(node, architecture),
        "findings": [{"rule": each.rule.id, "severity": each.severity.word} for each in findings],
        "location": _place(node.at()),
    }


def _edge(edge: Edge, number: int) -> dict[str, object]:
    return {
        "source": edge.source.id,
        "target": edge.target.id,
        "key": number,
        "kind": edge.kind.value,
        "mode": edge.mode.value if edge.mode is not None else None,
        "label": label_of(edge),
        "evidence": edge.evidence.word,
        "via": edge.via,
        "location": _place(edge.at()),
    }


def _place(place: Location) -> dict[str, object]:
    return {"path": place.path, "line": place.span.start.line, "column": place.span.start.column}


# --- DOT ----------------------------------------------------------------------------------------


def render_dot(
    architectures: Sequence[Architecture],
    *,
    findings: Sequence[Finding] = (),
    all: bool = False,  # noqa: A002  # as the flag is called
    part: Callable[[Flow], Flow] = lambda flow: flow,
) -> str:
    """Return architectures as one digraph in the DOT language, a cluster for each stack.

    https://graphviz.org/doc/info/lang.html
    """
    flow = joined(
        [part(flow_of(each, findings=findings, everything=all)) for each in architectures]
    )
    names = {id(box): f"n{at}" for at, box in enumerate(flow.boxes)}
    lines = ["digraph architecture {", "  rankdir=LR;", "  node [shape=box];"]
    stacks = stack_names(flow.boxes)
    for at, stack in enumerate([*stacks, ""]):
        boxes = [box for box in flow.boxes if not stacks or box.stack == stack]
        if stack:
            lines += [f"  subgraph cluster_{at} {{", f"    label={_quoted(stacks[stack])};"]
        indent = "    " if stack else "  "
        lines += [f"{indent}{names[id(box)]} [{_attributes(box)}];" for box in boxes]
        if stack:
            lines.append("  }")
    for box in flow.boxes:
        for link in box.links:
            ends = f"{names[id(link.source)]} -> {names[id(link.target)]}"
            style = "" if link.sure else ", style=dashed"
            lines.append(f"  {ends} [label={_quoted(link.label)}{style}];")
    return "\n".join([*lines, "}"]) + "\n"


def _attributes(box: Box) -> str:
    ids = sorted({finding.rule.id for finding in box.findings})
    label = _quoted(" · ".join(filter(None, (box.title, box.note, *ids))))
    style = ", style=rounded" if isinstance(box.node, External) else ""
    colour = f", color={_quoted(_COLOURS[box.severity])}" if box.severity in _COLOURS else ""
    return f"label={label}{style}{colour}"


def _quoted(text: str) -> str:
    """Return a quoted string, in which only quotes, backslashes and entities mean something."""
    shown = safe(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_ENTITY.sub("&amp;", shown)}"'


__all__ = ["render_dot", "render_graph_json", "render_graphml"]

"""What a template's authors say of its resources: dependencies that nothing else shows.

`Metadata: com.aws.cloudformation.Context` holds purpose, constraints and producers; only `deps`
becomes edges. What it refers to elsewhere is never opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import Edge, EdgeKind, Evidence
from advisor.architecture.nodes.part import Part

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node

CONTEXT = "com.aws.cloudformation.Context"


def build(architecture: Architecture) -> None:
    """Add an edge from each resource to those that its context names as producers."""
    by_stem: dict[tuple[str, str], Node] = {}
    noted = []
    for node in architecture.nodes():
        if isinstance(node, Part) or node.is_generated or not node.resource.owner:
            continue
        file = node.resource.owner.rpartition(">")[2].rpartition("/")[2]
        by_stem[file.partition(".")[0].lower(), node.resource.logical_id] = node
        if "Metadata" in node.resource.attributes:
            noted.append(node)
    for node in noted:
        deps = node.view.attribute(node.resource, "Metadata", CONTEXT, "deps")
        for dep in deps if isinstance(deps, list) else ():
            if not isinstance(dep, str):
                continue
            stack, _, name = dep.rpartition(".")
            target = architecture.node(f"{node.resource.owner}#{dep}") or by_stem.get(
                (stack.lower(), name)
            )
            if target is not None and target is not node:
                architecture.add_edge(
                    Edge(
                        node,
                        target,
                        EdgeKind.USES,
                        Evidence.DECLARED,
                        node,
                        via="declared dependency",
                    )
                )

"""References from a function's environment to resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import Edge, EdgeKind, Evidence
from advisor.architecture.nodes.functions import Function, Version
from advisor.architecture.resolution import parts_of
from advisor.templates.values import Reference, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.templates.values import Value

MAX_REFERENCES = 20
"""References followed in one variable."""

_LABELS = ("POWERTOOLS_", "OTEL_", "DD_", "NEW_RELIC_")
"""Variables that name the function in logs and traces; a resource of that name is a coincidence."""


def build(architecture: Architecture) -> None:
    """Add an edge from a function to every resource that its environment names."""
    for function in architecture.all(Function):
        environment = function.environment
        for name, value in ({} if isinstance(environment, Unknown) else environment).items():
            if name.startswith(_LABELS):
                continue
            # What names the function itself leads nowhere.
            seen = {function.id}
            for node in _named(architecture, value, function):
                if node.id in seen:
                    continue
                seen.add(node.id)
                architecture.add_edge(
                    Edge(
                        function,
                        node,
                        EdgeKind.USES,
                        Evidence.REFERENCED,
                        function,
                        path=("Environment", "Variables", name),
                        via=f"environment variable {name}",
                    )
                )


def _named(architecture: Architecture, value: Value, function: Function) -> Iterator[Node]:
    """Yield what a value names as a whole, else what the references in it name."""
    found = architecture.node_of(value, near=function)
    if found is not None:
        yield _followed(architecture, found)
        return
    references = [part for part in parts_of(value) or () if isinstance(part, Reference)]
    for reference in references[:MAX_REFERENCES]:
        found = architecture.node_of(reference)
        if found is not None:
            yield _followed(architecture, found)


def _followed(architecture: Architecture, node: Node) -> Node:
    """Return the function of a version or alias."""
    if isinstance(node, Version):
        return architecture.function_of(node.function, node)[0] or node
    return node

"""Text for remediations: properties under the keys where a reader has to write them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.architecture.nodes.base import Node


def setting(node: Node, text: str) -> str:
    """Return YAML that sets properties of a node, at the place where the template holds them.

    For what SAM makes of an event that is the event itself, below its function. `text` are
    properties in the node's own terms, one a line.
    """
    body = textwrap.dedent(text).strip("\n")
    first = body.partition(":")[0]
    place = (*node.resource.place, "Properties")
    if node.is_generated:
        origins = node.resource.origins
        place = origins.get((), place)
        named = origins.get((first,), ())
        if named:
            place = named[:-1] if named[-1] == first else named
    keys = [key for key in place[1:] if isinstance(key, str)]
    lines = [f"{'  ' * depth}{key}:" for depth, key in enumerate(keys)]
    return "\n".join([*lines, textwrap.indent(body, "  " * len(keys))]) + "\n"


__all__ = ["setting"]

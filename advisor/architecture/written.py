"""What a template writes for a property, before functions and parameters are resolved."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.architecture.nodes.base import Node
    from advisor.documents.document import Data

_NAMED = re.compile(r"\$\{([A-Za-z0-9]+)\}")
_DEEPEST = 40
"""Nested functions that are looked into; CloudFormation's own limit is far below."""


def written(node: Node, *path: str | int) -> Data:
    """Return the raw data of a property, functions and all; None where the template has none."""
    place = node.at(*path)
    document = node.view.document(node.resource)
    if document is None or place.path != document.path or not place.pointer:
        return None
    data: Data = document.data
    for key in place.pointer:
        if isinstance(data, dict) and isinstance(key, str):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int) and 0 <= key < len(data):
            data = data[key]
        else:
            return None
    return data


def secret_parameters(node: Node, *path: str | int) -> list[str]:
    """Return the parameters with a secret that a property is made of, by `Ref` or `Fn::Sub`."""
    hidden = node.view.hidden_parameters(node.resource)
    if not hidden:
        return []
    return [name for name in _names(written(node, *path), _DEEPEST) if name in hidden]


def _names(data: Data, depth: int) -> list[str]:
    """Return the names that a raw value refers to, in order."""
    if depth == 0 or not isinstance(data, (dict, list)):
        return []
    if isinstance(data, list):
        return [name for item in data for name in _names(item, depth - 1)]
    found: list[str] = []
    for key, item in data.items():
        if key == "Ref" and isinstance(item, str):
            found.append(item)
        elif key == "Fn::Sub":
            text = item[0] if isinstance(item, list) and item else item
            found += _NAMED.findall(text) if isinstance(text, str) else []
            found += _names(item, depth - 1)
        else:
            found += _names(item, depth - 1)
    return found


__all__ = ["secret_parameters", "written"]

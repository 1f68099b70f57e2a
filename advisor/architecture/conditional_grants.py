"""Whether a template grants an action under a condition only, which may not hold here."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from advisor.templates.sam.policies import from_template
from advisor.templates.template import section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.architecture.nodes.functions import Function
    from advisor.documents.document import Data

_LONGEST = 200  # characters of an action that are compared


def is_granted_by_condition(function: Function, action: str) -> bool:
    """Tell whether the template of a function names an action where a condition decides.

    What a condition grants, a feature needs that the same condition switches on.
    """
    document = function.view.document(function.resource)
    data = document.data if document is not None else None
    if not isinstance(data, dict):
        return False
    for resource in section(data, "Resources").values():
        whole = isinstance(resource, dict) and "Condition" in resource
        pieces = [resource] if whole else [*_choices(resource)]
        if any(_names(piece, action.lower()) for piece in pieces):
            return True
    return False


def _choices(data: Data) -> Iterator[Data]:
    for item in _parts(data):
        if isinstance(item, dict) and "Fn::If" in item:
            yield item["Fn::If"]


def _names(data: Data, action: str) -> bool:
    for item in _parts(data):
        if isinstance(item, str):
            if ":" in item and fnmatchcase(action, item[:_LONGEST].lower()):
                return True
        elif isinstance(item, dict):
            templates = (from_template(key, {}) for key in item if key.endswith("Policy"))
            if any(found is not None and _names(found, action) for found in templates):
                return True
    return False


def _parts(data: Data) -> Iterator[Data]:
    """Yield data and everything inside it."""
    waiting = [data]
    while waiting:
        item = waiting.pop()
        yield item
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


__all__ = ["is_granted_by_condition"]

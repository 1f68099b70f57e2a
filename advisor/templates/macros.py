"""What AWS's own macros do to a template before anything else: loops and included files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.records import record
from advisor.templates.template import scalar_text, section

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from advisor.documents.document import Data, Document
    from advisor.documents.location import Pointer
    from advisor.templates.stacks import Stack
    from advisor.templates.template import Template
    from advisor.templates.values import Value

LOOP = "Fn::ForEach::"
SYMBOL = "Fn::ForEach:"
"""Starts the name of a loop variable whose collection is not known."""

_MOST_COPIES = 5_000  # bodies that all loops of a template may give; CloudFormation stops at 500
_DEEPEST = 100
_NAME = re.compile(r"[$&]\{\s*([^{}!]+?)\s*\}")


@record(frozen=True)
class Included:
    """Where a piece of data stands that another file contributes."""

    document: Document
    pointer: Pointer


# --- AWS::Include and local definition files -------------------------------------------------


def include_files(stack: Stack, load: Callable[[Stack, str], Template | None]) -> None:
    """Merge what `AWS::Include` names where it is a local file; leave the rest as it is.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-aws-include.html
    """
    if "AWS::Include" not in stack.template.document.text:
        return
    merged = _merge(stack.data, stack, load, 0)
    if isinstance(merged, dict):
        stack.data = merged


def _merge(
    data: Data, stack: Stack, load: Callable[[Stack, str], Template | None], depth: int
) -> Data:
    if depth > _DEEPEST:
        return data
    if isinstance(data, list):
        return [_merge(item, stack, load, depth + 1) for item in data]
    if not isinstance(data, dict):
        return data
    plain = {
        key: _merge(value, stack, load, depth + 1)
        for key, value in data.items()
        if not (key == "Fn::Transform" and _include_location(value))
    }
    if len(plain) == len(data):
        return plain
    location = _include_location(data["Fn::Transform"])
    template = load(stack, location) if location else None
    if template is None:
        plain["Fn::Transform"] = data["Fn::Transform"]
        return plain
    for key, value in template.data.items():
        if key not in plain:
            plain[key] = value
            if isinstance(value, (dict, list)):
                stack.included[id(value)] = Included(template.document, (key,))
    return plain


def _include_location(transform: Data) -> str:
    """Return the local file that an `AWS::Include` names, or nothing."""
    if not isinstance(transform, dict) or transform.get("Name") != "AWS::Include":
        return ""
    location = section(transform, "Parameters").get("Location")
    return location if isinstance(location, str) and "://" not in location else ""


# --- Fn::ForEach -------------------------------------------------------------------------------


def expand_loops(stack: Stack, evaluate: Callable[[Stack, Data], Value]) -> dict[str, Pointer]:
    """Unroll the loops of a stack; return where each resource of a loop is written.

    A collection that is not known gives one body, its variable standing for something unknown;
    `evaluate` tells what a collection is that a function computes.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html
    """
    if LOOP not in stack.template.document.text:
        return {}
    loops = _Loops(stack, evaluate)
    moved: dict[str, Pointer] = {}
    data = dict(stack.data)
    for name in ("Conditions", "Resources", "Outputs"):
        places: dict[str, Pointer] = {}
        data[name] = loops.section(section(stack.data, name), (name,), {}, places, 0)
        if name == "Resources":
            moved = {key: place for key, place in places.items() if place != (name, key)}
    stack.data = data
    return moved


class _Loops:
    def __init__(self, stack: Stack, evaluate: Callable[[Stack, Data], Value]) -> None:
        self._stack = stack
        self._evaluate = evaluate
        self._copies = 0

    def section(
        self,
        data: Mapping[str, Data],
        at: Pointer,
        variables: Mapping[str, Data],
        places: dict[str, Pointer],
        depth: int,
    ) -> dict[str, Data]:
        """Return a mapping with its loops unrolled, and note in `places` where each key stands."""
        result: dict[str, Data] = {}
        for key, value in data.items():
            if key.startswith(LOOP) and isinstance(value, list) and len(value) == 3:
                result.update(self._unroll(value, (*at, key), variables, places, depth))
                continue
            name = _in_text(key, variables)
            result[name] = self._value(value, variables, depth + 1)
            places[name] = (*at, key)
        return result

    def _unroll(
        self,
        loop: list[Data],
        at: Pointer,
        variables: Mapping[str, Data],
        places: dict[str, Pointer],
        depth: int,
    ) -> dict[str, Data]:
        name, collection, body = loop
        result: dict[str, Data] = {}
        if not isinstance(name, str) or not isinstance(body, dict) or depth > _DEEPEST:
            return result
        items = self._items(self._value(collection, variables, depth + 1))
        if items is None:
            items = [{"Ref": f"{SYMBOL}{name}"}]
        for item in items:
            self._copies += 1
            if self._copies > _MOST_COPIES:
                break
            inner = {**variables, name: item}
            result.update(self.section(body, (*at, 2), inner, places, depth + 1))
        return result

    def _items(self, collection: Data) -> list[Data] | None:
        """Return the items of a collection: a list, or a parameter whose value is known."""
        if isinstance(collection, dict) and len(collection) == 1 and "Ref" in collection:
            return self._parameter(collection["Ref"])
        if isinstance(collection, dict):
            computed = self._evaluate(self._stack, collection)
            if not isinstance(computed, list):
                return None
            known = [item for item in computed if isinstance(item, (str, int, float))]
            return [scalar_text(item) for item in known] if len(known) == len(computed) else None
        if not isinstance(collection, list):
            return None
        items: list[Data] = []
        for item in collection:
            if isinstance(item, dict):
                inner = self._items(item)
                if inner is None:
                    return None
                items.extend(inner)
            else:
                items.append(scalar_text(item))
        return items

    def _parameter(self, name: Data) -> list[Data] | None:
        parameter = self._stack.parameters.get(name) if isinstance(name, str) else None
        if parameter is None or not isinstance(name, str):
            return None
        value: Data = self._stack.overrides.get(name)
        if value is None and self._stack.parent is not None:
            value = self._stack.bindings.get(name)
        if value is None:
            value = parameter.default
        if isinstance(value, list):
            return [scalar_text(item) for item in value]
        if not isinstance(value, (str, int, float)):
            return None
        if parameter.is_list:
            return [item.strip() for item in str(value).split(",") if item.strip()]
        return [scalar_text(value)]

    def _value(self, data: Data, variables: Mapping[str, Data], depth: int) -> Data:
        """Return data with loop variables put in, and the loops inside it unrolled."""
        if depth > _DEEPEST:
            return data
        if isinstance(data, list):
            return [self._value(item, variables, depth + 1) for item in data]
        if isinstance(data, str):
            return _put_in(data, variables)
        if not isinstance(data, dict):
            return data
        if len(data) == 1:
            if isinstance(name := data.get("Ref"), str) and name in variables:
                return variables[name]
            if "Fn::Sub" in data and isinstance(text := data["Fn::Sub"], str):
                result = _in_text(text, variables)
                # The macro itself evaluates what needs nothing more.
                return {"Fn::Sub": result} if "${" in result else result
        return self.section(data, (), variables, {}, depth + 1)


def _in_text(text: str, variables: Mapping[str, Data]) -> str:
    """Return a text with the loop variables in it replaced; unknown ones by their symbol."""
    if not variables or "{" not in text:
        return text

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in variables:
            return match.group(0)
        item = variables[name]
        if isinstance(item, dict):
            return f"${{{SYMBOL}{name}}}"
        text = scalar_text(item)
        # `&{x}` stands where only letters and digits may: in logical ids.
        return re.sub(r"[^A-Za-z0-9]", "", text) if match.group(0).startswith("&") else text

    return _NAME.sub(value, text)


def _put_in(text: str, variables: Mapping[str, Data]) -> Data:
    result = _in_text(text, variables)
    if f"${{{SYMBOL}" in result and result != text:
        return {"Fn::Sub": result}
    return result

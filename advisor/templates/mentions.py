"""Which resources of its template a resource can refer to, read off its raw data.

Resolving every property in every scenario is the surest way to learn what refers to what, and the
dearest. What is read here holds in all scenarios at once, and may be too much but not too little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.intrinsics import variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.documents.document import Data
    from advisor.templates.resource import Resource
    from advisor.templates.stacks import Stack


def mentions(stack: Stack, resource: Resource) -> frozenset[str] | None:
    """Return the logical ids that the properties of a resource name, in whatever branch.

    A nested stack stands for what its outputs lead to: its own properties name that. An import
    or a stored parameter leads to nothing that the same deployment makes. None where a name is
    computed, which only values tell.
    """
    if resource.logical_id not in stack.mentions:
        names = list(_names(resource.properties))
        stack.mentions[resource.logical_id] = (
            None
            if None in names
            else frozenset(id_ for name in names if name for id_ in _meant(stack, name))
        )
    return stack.mentions[resource.logical_id]


def hidden_parameters(stack: Stack) -> frozenset[str]:
    """Return the parameters that hold a secret: by `NoEcho`, or because the parent passes one.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
    """
    own = {name for name, parameter in stack.parameters.items() if parameter.hidden}
    if stack.parent is None or not stack.bindings:
        return frozenset(own)
    above = hidden_parameters(stack.parent)
    passed = {
        name
        for name, data in stack.bindings.items()
        if above and any(item in above for item in _names(data))
    }
    return frozenset(own | passed)


def _meant(stack: Stack, name: str) -> Iterator[str]:
    yield name.partition(".")[0]
    for alias, logical_id in stack.aliases.items():
        if name == alias or name.startswith(f"{alias}."):
            yield logical_id


def _names(properties: Data) -> Iterator[str | None]:
    """Yield what functions name, with an attribute behind a dot; None for what is not known."""
    pending = [properties]
    while pending:
        data = pending.pop()
        if isinstance(data, list):
            pending.extend(data)
        elif isinstance(data, dict):
            for key, item in data.items():
                if key == "Fn::GetAtt":
                    yield _attribute(item)
                elif key == "Ref" and isinstance(item, str):
                    yield item
                elif key == "Fn::Sub":
                    text = item[0] if isinstance(item, list) and item else item
                    if isinstance(text, str):
                        yield from variables(text)
                pending.append(item)


def _attribute(argument: Data) -> str | None:
    if isinstance(argument, str):
        return argument
    if isinstance(argument, list) and all(isinstance(part, str) for part in argument):
        return ".".join(str(part) for part in argument)
    return None

"""What SAM is expanded from and into: a resource after Globals, and a resource being made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from advisor.digests import sha1
from advisor.records import field, record
from advisor.templates.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.documents.document import Data
    from advisor.documents.location import Pointer

Path = tuple[str, ...]
"""Keys below `Properties`; an index of a list stands as text, as in `Resource.origins`."""

_HASH_LENGTH = 10
"""As many hexadecimal digits as SAM appends to an id that depends on content."""
_LONGEST_INTRINSIC = 1
_PASSED_ON = ("DeletionPolicy", "UpdateReplacePolicy")
NO_VALUE: dict[str, Data] = {"Ref": "AWS::NoValue"}


def mapping(value: Data) -> dict[str, Data]:
    """Return the value where it is a map that is not an intrinsic function, else an empty map."""
    return value if isinstance(value, dict) and not is_intrinsic(value) else {}


def items(value: Data) -> list[Data]:
    """Return the value where it is a list, else an empty list."""
    return value if isinstance(value, list) else []


def as_list(value: Data) -> list[Data]:
    """Return a list as it is, nothing as an empty list, anything else as its only item."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def is_intrinsic(value: Data) -> bool:
    """Tell whether the value is an intrinsic function in its long form."""
    if not isinstance(value, dict) or len(value) != _LONGEST_INTRINSIC:
        return False
    key = next(iter(value))
    return isinstance(key, str) and (key in {"Ref", "Condition"} or key.startswith("Fn::"))


def is_no_value(value: Data) -> bool:
    """Tell whether the value removes its property."""
    return value == NO_VALUE


def choice(value: Data) -> tuple[str, Data, Data] | None:
    """Return condition, value if true and value if false of a well-formed `Fn::If`."""
    if not isinstance(value, dict) or len(value) != _LONGEST_INTRINSIC:
        return None
    branches = value.get("Fn::If")
    match branches:
        case [str() as condition, then, otherwise]:
            return condition, then, otherwise
        case _:
            return None


def choose(condition: str, then: Data, otherwise: Data = None) -> Data:
    """Return an `Fn::If`; without `otherwise` the property is absent where it is false."""
    absent = NO_VALUE if otherwise is None else otherwise
    return {"Fn::If": [condition, then, absent]}


def ref(logical_id: str) -> Data:
    """Return a `Ref`."""
    return {"Ref": logical_id}


def get_att(logical_id: str, attribute: str) -> Data:
    """Return an `Fn::GetAtt`."""
    return {"Fn::GetAtt": [logical_id, attribute]}


def sub(text: str, **variables: Data) -> Data:
    """Return an `Fn::Sub`, with a map where there are variables."""
    return {"Fn::Sub": [text, dict(variables)]} if variables else {"Fn::Sub": text}


def referenced_id(value: Data) -> str:
    """Return the logical id that a `Ref` or `Fn::GetAtt` names; "" for anything else."""
    if not isinstance(value, dict) or len(value) != _LONGEST_INTRINSIC:
        return ""
    match value:
        case {"Ref": str() as name} | {"Fn::GetAtt": [str() as name, *_]}:
            return name
        case {"Fn::GetAtt": str() as text}:
            return text.partition(".")[0]
        case _:
            return ""


def digest(content: Data) -> str:
    """Return the suffix that SAM gives an id that depends on content."""
    text = content if isinstance(content, str) else canonical(content)
    return sha1(text)[:_HASH_LENGTH] if text else ""


def canonical(content: Data) -> str:
    """Return a text that is the same for equal data."""
    return json.dumps(content, separators=(",", ":"), sort_keys=True, default=str)


def id_with(stem: str, suffix: str) -> str:
    """Return stem and suffix, the suffix hashed where a logical id cannot hold it."""
    return stem + (suffix if suffix.isalnum() and suffix.isascii() else digest(suffix))


def tag_list(tags: Data) -> list[Data]:
    """Return a map of tags in the list form of CloudFormation."""
    return [{"Key": key, "Value": value} for key, value in mapping(tags).items()]


@record(eq=False)
class Source:
    """A SAM resource after Globals: what it says, and where each part of it is written."""

    owner: str
    logical_id: str
    type: str
    place: Pointer
    properties: dict[str, Data]
    origins: dict[Path, Pointer] = field(default_factory=dict)
    """Places of what Globals say, and of list items that Globals push back."""
    conditions: tuple[str, ...] = ()
    attributes: dict[str, Data] = field(default_factory=dict)

    def get(self, name: str) -> Data:
        """Return the raw value of a property, None where absent."""
        return self.properties.get(name)

    def map(self, name: str) -> dict[str, Data]:
        """Return the property where it is a plain map, else an empty one."""
        return mapping(self.properties.get(name))

    def where(self, *path: str | int) -> Pointer:
        """Return where the value at the path is written."""
        keys = tuple(str(step) for step in path)
        for length in range(len(keys), 0, -1):
            origin = self.origins.get(keys[:length])
            if origin is not None:
                return origin + path[length:]
        return (*self.place, "Properties", *path)

    def below(self, *path: str) -> Iterator[tuple[Path, Pointer]]:
        """Yield the parts below the path that are written somewhere else, relative to it."""
        for key, origin in self.origins.items():
            if len(key) > len(path) and key[: len(path)] == path:
                yield key[len(path) :], origin

    @property
    def passed_on(self) -> dict[str, Data]:
        """What SAM repeats on every resource that it makes of this one."""
        return {key: self.attributes[key] for key in _PASSED_ON if key in self.attributes}


@record(eq=False)
class Draft:
    """A resource being made: properties are put in together with where they are written."""

    source: Source
    logical_id: str
    type: str
    place: Pointer
    properties: dict[str, Data] = field(default_factory=dict)
    origins: dict[Path, Pointer] = field(default_factory=dict)
    conditions: tuple[str, ...] = ()
    attributes: dict[str, Data] = field(default_factory=dict)

    def put(self, name: str, value: Data, at: Pointer | None = None) -> None:
        """Set a property unless it is absent; `at` is where it is written."""
        if value is None:
            return
        self.properties[name] = value
        if at is not None:
            self.origins[name,] = at

    def copy(self, *names: str) -> None:
        """Take properties over from the source under their own names."""
        for name in names:
            self.take(name, name)

    def take(self, name: str, *path: str, into: Path = ()) -> None:
        """Take the source's value at `path` over, with the places of its parts.

        `into` is where it stands inside the property `name`.
        """
        value: Data = self.source.properties
        for step in path:
            if not isinstance(value, dict):
                return
            value = value.get(step)
        if value is None:
            return
        if not into:
            self.properties[name] = value
        else:
            holder = self.properties.setdefault(name, {})
            for step in into[:-1]:
                if not isinstance(holder, dict):
                    return
                holder = holder.setdefault(step, {})
            if not isinstance(holder, dict):
                return
            holder[into[-1]] = value
        target = (name, *into)
        origin = self.source.where(*path)
        if origin != (*self.place, "Properties", *target):
            self.origins[target] = origin
        for rest, part in self.source.below(*path):
            self.origins[target + rest] = part

    def build(self) -> Resource:
        """Return the resource."""
        own = self.logical_id == self.source.logical_id
        return Resource(
            owner=self.source.owner,
            logical_id=self.logical_id,
            type=self.type,
            properties=self.properties,
            place=self.place,
            declared_type=self.source.type if own else "",
            origins=self.origins,
            conditions=self.conditions,
            attributes=self.attributes,
            made_by="" if own else self.source.logical_id,
        )


def main_draft(source: Source, kind: str) -> Draft:
    """Return the draft of what the SAM resource itself becomes, under its own id."""
    return Draft(
        source=source,
        logical_id=source.logical_id,
        type=kind,
        place=source.place,
        conditions=source.conditions,
        attributes=source.attributes,
    )


def made_draft(
    source: Source, logical_id: str, kind: str, *, place: Pointer | None = None
) -> Draft:
    """Return the draft of a resource that SAM makes on the way; `place` is what causes it."""
    return Draft(
        source=source,
        logical_id=logical_id,
        type=kind,
        place=source.place if place is None else place,
        conditions=source.conditions,
        attributes=source.passed_on,
    )

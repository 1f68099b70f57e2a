"""What a change does to deployed resources: whether it replaces them or is forbidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.fixes.patch import Refused, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from advisor.documents.document import Data
    from advisor.documents.location import Pointer

_CONTEXT = "com.aws.cloudformation.Context"
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-metadata.html"""
_FORBIDDEN = "must-never-change"
_CAREFUL = frozenset({"change-with-constraints", "review-required"})
_HARMLESS = frozenset({"Metadata", "DeletionPolicy", "UpdateReplacePolicy", "DependsOn"})
"""What stands beside `Properties` and makes no other resource of it."""
_KEYS = ("KmsKeyId", "KmsKeyArn", "KmsMasterKeyId", "KMSMasterKeyID", "KmsKeyName")
"""What is encrypted with one key cannot be read with another."""
_EVENT_SOURCES = (
    "Type", "Queue", "Stream", "Broker", "Cluster", "StartingPosition", "Topic", "Topics",
    "Queues", "Name", "EventBusName", "RestApiId", "ApiId", "Path", "Method", "Bucket",
)  # fmt: skip
"""Of SAM events: what another mapping, rule or route stands behind."""
_LONGEST_PATH = 40


def unsafe_because(before: Data, after: Data, changed: Iterable[Pointer]) -> str:
    """Return why changes are not safe, "" where they are.

    Refused where the template itself says that what is changed must never change.
    """
    reason = ""
    for pointer in changed:
        reason = _judged(before, after, pointer) or reason
    return reason


def _judged(before: Data, after: Data, pointer: Pointer) -> str:
    if not isinstance(before, dict) or "Resources" not in before:
        return ""  # a definition of a state machine: it is updated in place
    if pointer[0] == "Globals":
        return _globals(before, after, pointer)
    if pointer[0] == "Metadata":
        return ""
    if pointer[0] != "Resources":
        return f"'{pointer[0]}' is changed, on which anything may depend"
    place = _resource_place(before, pointer)
    if place is None:
        return "a resource is added"
    old, new = _at(before, place), _at(after, place)
    if not isinstance(old, dict):
        return "a resource is replaced"
    name = place[-1]
    if not isinstance(new, dict):
        _permitted(old, {}, name)
        return f"'{name}' is removed"
    return _permitted(old, new, name) or _replaced(old, new, name)


def _resource_place(data: Data, pointer: Pointer) -> Pointer | None:
    """Return the pointer of the resource that a pointer leads into; loops have theirs inside."""
    for length in range(2, min(len(pointer), _LONGEST_PATH) + 1):
        value = _at(data, pointer[:length])
        if isinstance(value, dict) and isinstance(value.get("Type"), str):
            return pointer[:length]
    return None


def _at(data: Data, pointer: Pointer) -> Data:
    for key in pointer:
        if isinstance(data, dict) and isinstance(key, str):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return None
    return data


def _permitted(old: dict[str, Data], new: dict[str, Data], name: str | int) -> str:
    """Return why care is asked for; Refused where the resource's own notes forbid the change."""
    context = _at(old, ("Metadata", _CONTEXT))
    if not isinstance(context, dict):
        return ""
    usual = context.get("mutable")
    levels = context.get("mutability")
    levels = levels if isinstance(levels, dict) else {}
    careful = ""
    for path in _differences(old, new):
        level = levels.get(path, levels.get(path.partition(".")[0], usual))
        if level == _FORBIDDEN:
            raise Refused(f"'{path}' of '{name}' must never change, says its Metadata")
        if level in _CAREFUL:
            careful = f"'{path}' of '{name}' is marked '{level}' in its Metadata"
    for path, level in levels.items():
        keys = tuple(path.split("."))
        changed = not same(_at(_properties(old), keys), _at(_properties(new), keys))
        if changed and level == _FORBIDDEN:
            raise Refused(f"'{path}' of '{name}' must never change, says its Metadata")
    return careful


def _properties(resource: dict[str, Data]) -> dict[str, Data]:
    properties = resource.get("Properties")
    return properties if isinstance(properties, dict) else {}


def _differences(old: dict[str, Data], new: dict[str, Data]) -> Iterator[str]:
    """Yield the names of properties, and of what stands beside them, that are not the same."""
    mine, yours = _properties(old), _properties(new)
    for key in mine.keys() | yours.keys():
        if not same(mine.get(key), yours.get(key)):
            yield key
    for key in (old.keys() | new.keys()) - {"Properties", "Metadata"}:
        if not same(old.get(key), new.get(key)):
            yield key


def _replaced(old: dict[str, Data], new: dict[str, Data], name: str | int) -> str:
    from advisor.data.replacement import replacing_properties

    for key in (old.keys() | new.keys()) - _HARMLESS - {"Properties"}:
        if not same(old.get(key), new.get(key)):
            return f"'{key}' of '{name}' is changed"
    mine, yours = _properties(old), _properties(new)
    if same(mine, yours):
        return ""
    paths = replacing_properties().get(str(old.get("Type")))
    if paths is None:
        return f"what a change does to a resource of type '{old.get('Type')}' is not known"
    return _replacing(mine, yours, paths, name) or _events(mine, yours, name)


def _replacing(
    mine: dict[str, Data],
    yours: dict[str, Data],
    paths: Iterable[tuple[str, ...]],
    name: str | int,
) -> str:
    for path in paths:
        if _values(mine, path) != _values(yours, path):
            return f"another '{'.'.join(path)}' replaces '{name}'"
    for key in mine.keys() | yours.keys():
        if key.endswith(_KEYS) and not same(mine.get(key), yours.get(key)):
            return f"another '{key}' makes data of '{name}' unreadable"
    return ""


def _values(data: Data, path: tuple[str, ...]) -> list[str]:
    """Return what stands at a path, for all items of the lists that it leads through."""
    if not path:
        return [] if data is None else [repr(data)]
    if isinstance(data, list):
        rest = path[1:] if path[0] == "*" else path
        return [value for item in data for value in _values(item, rest)]
    if isinstance(data, dict):
        if path[0] in data:
            return _values(data[path[0]], path[1:])
        if len(data) == 1 and next(iter(data)).startswith(("Fn::", "Ref")):
            return [repr(data)]
    return []


def _events(mine: dict[str, Data], yours: dict[str, Data], name: str | int) -> str:
    old, new = mine.get("Events"), yours.get("Events")
    if same(old, new):
        return ""
    if not isinstance(old, dict) or not isinstance(new, dict) or old.keys() != new.keys():
        return f"events of '{name}' are added or removed"
    for event in old:
        for key in _EVENT_SOURCES:
            for path in ((event, key), (event, "Properties", key)):
                if not same(_at(old, path), _at(new, path)):
                    return f"another '{key}' replaces what event '{event}' of '{name}' makes"
    return ""


def _globals(before: Data, after: Data, pointer: Pointer) -> str:
    from advisor.data.replacement import replacing_properties

    if len(pointer) < 2:  # all of Globals
        return "'Globals' is changed as a whole"
    section = pointer[1]
    mine, yours = _at(before, pointer[:2]), _at(after, pointer[:2])
    mine, yours = (each if isinstance(each, dict) else {} for each in (mine, yours))
    paths = replacing_properties().get(f"AWS::Serverless::{section}")
    if paths is None:
        return f"what a change of 'Globals.{section}' does is not known"
    return _replacing(mine, yours, paths, f"Globals.{section}")

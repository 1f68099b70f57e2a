"""The Globals section, merged into the resources the way SAM merges it.

Scalars of the resource replace those of Globals, maps are merged key by key, lists are
concatenated with the global items first. An intrinsic function counts as a scalar. Source:
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.sam.source import is_intrinsic, mapping

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.documents.location import Pointer
    from advisor.templates.sam.source import Path

_DEEPEST = 60
"""Deeper than any document is read; below it the resource's own value stands."""
_REPLACED = {("Function", "Architectures"), ("CapacityProvider", "InstanceRequirements")}
"""Where the resource's own list replaces the global one instead of following it."""
_LOCAL_KEYS_ONLY = {("CapacityProvider", "ManagedResourceTags")}
"""Maps of which only the keys stay that the resource names itself."""
_PREFIX = "AWS::Serverless::"


def merged(
    template: dict[str, Data], kind: str, resource: dict[str, Data], place: Pointer
) -> tuple[dict[str, Data], dict[Path, Pointer]]:
    """Return the properties of a SAM resource with Globals, and where the global parts stand."""
    own = mapping(resource.get("Properties"))
    section = kind.removeprefix(_PREFIX)
    defaults = mapping(mapping(template.get("Globals")).get(section))
    ignored = resource.get("IgnoreGlobals")
    if not defaults or ignored == "*":
        return dict(own), {}
    skipped = {key for key in ignored if isinstance(key, str)} if isinstance(ignored, list) else ()
    here: Pointer = (*place, "Properties")
    there: Pointer = ("Globals", section)
    result: dict[str, Data] = {}
    origins: dict[Path, Pointer] = {}
    for name, value in defaults.items():
        if name in skipped:
            continue
        if own.get(name) is None:
            result[name] = value
            origins[name,] = (*there, name)
            continue
        merge = _Merge(section, origins)
        result[name] = merge.both(value, own[name], (name,), (*there, name), (*here, name))
    for name, value in own.items():
        result.setdefault(name, value)
    return result, origins


class _Merge:
    """Merges one property of Globals with one of a resource and notes where parts stand."""

    def __init__(self, section: str, origins: dict[Path, Pointer]) -> None:
        self.section = section
        self.origins = origins

    def both(self, wide: Data, own: Data, path: Path, there: Pointer, here: Pointer) -> Data:
        if is_intrinsic(wide) or is_intrinsic(own) or len(path) > _DEEPEST:
            return own
        if isinstance(wide, dict) and isinstance(own, dict):
            return self._maps(wide, own, path, there, here)
        if isinstance(wide, list) and isinstance(own, list):
            if (self.section, path[0]) in _REPLACED:
                return own
            for index in range(len(wide)):
                self.origins[*path, str(index)] = (*there, index)
            for index in range(len(own)):
                self.origins[*path, str(len(wide) + index)] = (*here, index)
            return [*wide, *own]
        return own

    def _maps(
        self,
        wide: dict[str, Data],
        own: dict[str, Data],
        path: Path,
        there: Pointer,
        here: Pointer,
    ) -> Data:
        prune = (self.section, path[0]) in _LOCAL_KEYS_ONLY and bool(own)
        result: dict[str, Data] = {}
        for key, value in wide.items():
            if key in own:
                result[key] = self.both(value, own[key], (*path, key), (*there, key), (*here, key))
            elif not prune:
                result[key] = value
                self.origins[*path, key] = (*there, key)
        for key, value in own.items():
            result.setdefault(key, value)
        return result

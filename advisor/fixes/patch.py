"""Changes of one document as a tree: what each of them sets, removes or adds, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.fixes.calls import call_of
from advisor.records import field, record, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.documents.document import Data
    from advisor.documents.location import Pointer
    from advisor.rules.finding import Change

_DEEPEST = 200
"""Levels of a value; documents are bounded at half of it."""


class Refused(Exception):  # noqa: N818  # says that nothing is done, not that something failed
    """A change cannot be made here; the text says why, in one line."""


class Overlap(Refused):
    """Two changes are about the same place; the second waits until the first is made."""


@record(eq=False)
class Patch:
    """What happens to one value: it is set, removed, or something below it changes."""

    value: Data = None
    is_set: bool = False
    remove: bool = False
    parts: dict[str | int, Patch] = field(default_factory=dict)
    inside: Patch | None = None
    """What happens to the document that the value is the text of."""
    rename: str = ""
    """What the key is called that holds the value; empty for what it is called already."""


def patch_of(changes: Iterable[Change]) -> Patch:
    """Return the changes as one tree. Overlap where two of them contradict each other."""
    root = Patch()
    for change in changes:
        if not change.pointer:
            raise Refused("the whole document would be replaced")
        _add(root, change)
    return root


def _add(root: Patch, change: Change) -> None:
    patch = root
    for part in change.pointer:
        if patch.is_set or patch.remove:
            raise Overlap("another fix changes the same place")
        if patch.inside is not None:
            raise Overlap("another fix changes the same place")
        patch = patch.parts.setdefault(part, Patch())
    if change.inside and not (patch.parts or patch.is_set or patch.remove):
        patch.inside = patch.inside or Patch()
        _add(patch.inside, replace(change, pointer=change.inside, inside=()))
        return
    if change.rename and not (patch.is_set or patch.remove):
        if patch.rename not in {"", change.rename}:
            raise Overlap("another fix changes the same place")
        patch.rename = change.rename
        return
    if patch.parts or patch.inside is not None or change.inside:
        raise Overlap("another fix changes the same place")
    if patch.is_set or patch.remove:
        if patch.remove != change.remove or not same(patch.value, change.value):
            raise Overlap("another fix changes the same place")
        return
    patch.remove = change.remove
    patch.is_set = not change.remove
    patch.value = None if change.remove else change.value


def patched(data: Data, patch: Patch) -> Data:
    """Return the data with the patch applied; Refused where it leads through what is no map."""
    if patch.inside is not None:
        from advisor.fixes.embedded import edited

        if not isinstance(data, str):
            raise Refused("a value stands where a text is expected")
        return edited(data, patch.inside)
    if patch.is_set or not patch.parts:
        return patch.value if patch.is_set else data
    if data is None:
        data = [] if all(isinstance(part, int) for part in patch.parts) else {}
    if isinstance(data, dict):
        return _patched_map(data, patch)
    if isinstance(data, list):
        return _patched_list(data, patch)
    raise Refused("a text stands where something is to be added")


def _patched_map(data: dict[str, Data], patch: Patch) -> Data:
    result = dict(data)
    call = call_of(data)
    for key, part in patch.parts.items():
        if not isinstance(key, str):
            raise Refused("a mapping stands where a list is expected")
        if call is not None and key != call[0]:
            raise Refused(f"'{call[0]}' stands where keys are to be changed")
        if part.remove:
            if key not in result:
                raise Refused(f"'{key}' is not there to be removed")
            del result[key]
        else:
            result[key] = patched(result.get(key), part)
    names = {key: part.rename for key, part in patch.parts.items() if part.rename}
    if names.keys() - data.keys() or data.keys() & set(names.values()):
        raise Refused("the key to be renamed is not there, or its new name is taken")
    return {names.get(key, key): value for key, value in result.items()} if names else result


def _patched_list(data: list[Data], patch: Patch) -> Data:
    result = list(data)
    removed = []
    for key, part in sorted(patch.parts.items(), key=lambda item: str(item[0]).zfill(9)):
        if not isinstance(key, int) or not 0 <= key <= len(result):
            raise Refused("a list stands where a mapping is expected, or is too short")
        if part.remove:
            if key >= len(data):
                raise Refused("the item is not there to be removed")
            removed.append(key)
        elif key == len(result):
            result.append(patched(None, part))
        else:
            result[key] = patched(result[key], part)
    return [item for index, item in enumerate(result) if index not in removed]


def same(one: Data, other: Data, depth: int = 0) -> bool:
    """Tell whether two values are the same with their types; `A.Arn` is the list `[A, Arn]`."""
    if depth > _DEEPEST or type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            same(_joined(key, value), _joined(key, other[key]), depth + 1)
            for key, value in one.items()
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            same(mine, yours, depth + 1) for mine, yours in zip(one, other, strict=True)
        )
    return one == other


def _joined(key: str, value: Data) -> Data:
    """Return the argument of `Fn::GetAtt` in its short form, whichever it is written in."""
    if key == "Fn::GetAtt" and isinstance(value, list):
        texts = [part for part in value if isinstance(part, str)]
        return ".".join(texts) if len(texts) == len(value) else value
    return value


def pointers(patch: Patch, *, limit: int = 10_000) -> list[Pointer]:
    """Return where values are set or removed."""
    found: list[Pointer] = []
    todo: list[tuple[Patch, Pointer]] = [(patch, ())]
    while todo and len(found) < limit:
        current, pointer = todo.pop()
        if current.is_set or current.remove or current.rename or current.inside is not None:
            found.append(pointer)
        todo += [(part, (*pointer, key)) for key, part in current.parts.items()]
    return found

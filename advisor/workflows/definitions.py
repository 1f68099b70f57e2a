"""Finds the definition of a state machine: in its template, or in a local file beside it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from advisor.documents.load import read_bytes
from advisor.errors import LoadError
from advisor.templates.evaluation import choose
from advisor.templates.intrinsics import variables
from advisor.templates.resolver import Resolver
from advisor.templates.values import Reference, Text, Unknown, show
from advisor.workflows.reader import read_definition, read_object, read_string, read_workflow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.documents.document import Data, Document
    from advisor.documents.location import Pointer
    from advisor.templates.resource import Resource
    from advisor.templates.values import Value
    from advisor.templates.view import View
    from advisor.workflows.model import Workflow

_LOCAL = ("DefinitionUri", "DefinitionS3Location")


def workflow_of(resource: Resource, view: View) -> Workflow | None:
    """Return the definition of a state machine with its substitutions applied.

    None where it lies elsewhere: in S3, in a file that is not there, in a text that is not
    known. Raises LoadError where it is there and cannot be read.
    """
    if not isinstance(view, Resolver):
        return None
    stack = view.project.stacks[resource.owner]
    if not resource.logical_id:
        # The file of a machine by itself, which no template deploys.
        return read_workflow(stack.template.document)
    key = ("workflow", resource.owner, resource.logical_id)
    return view.once(key, lambda: _deployed(resource, view))


def _deployed(resource: Resource, view: Resolver) -> Workflow | None:
    substitutions = view.get(resource, "DefinitionSubstitutions")
    known: Mapping[str, Value] = substitutions if isinstance(substitutions, dict) else {}
    for key in ("Definition", "DefinitionString"):
        raw = choose(resource.properties.get(key), view.truths(view.project.stacks[resource.owner]))
        if raw is not None:
            return _inline(view, resource, key, raw, known)
    for key in _LOCAL:
        found = view.get(resource, key)
        if isinstance(found, str):
            return _file(view, resource, found, known)
    return None


def _inline(
    view: Resolver, resource: Resource, key: str, raw: Data, substitutions: Mapping[str, Value]
) -> Workflow | None:
    document, pointer = _place(view, resource, key)
    if isinstance(raw, dict) and not _is_call(raw):
        return read_object(
            raw,
            document=document,
            pointer=pointer,
            resolve=lambda data: view.resolve(resource, data),
            substitutions=substitutions,
            resource=resource.shown_id,
        )
    found = _text(view, resource, raw)
    if found is None:
        return None
    text, names, below = found
    return read_string(
        text,
        document=document,
        pointer=(*pointer, *below),
        names=names,
        substitutions=substitutions,
        resource=resource.shown_id,
    )


def _place(view: Resolver, resource: Resource, key: str) -> tuple[Document, Pointer]:
    """Return the document and the pointer of a property, whatever it was included from."""
    stack = view.project.stacks[resource.owner]
    location = view.at(resource, key)
    document: Document = stack.template.document
    for included in stack.included.values():
        if included.document.path == location.path != document.path:
            return included.document, location.pointer
    return document, location.pointer


def _text(
    view: Resolver, resource: Resource, raw: Data
) -> tuple[str, dict[str, Value], Pointer] | None:
    """Return the text of a definition with `${…}` for what is filled in, their values, a pointer.

    The pointer leads from the property to the text as it is written.
    """
    if isinstance(raw, str):
        return raw, {}, ()
    if not isinstance(raw, dict):
        return None
    sub = raw.get("Fn::Sub")
    if isinstance(sub, str):
        return sub, _names(view, resource, sub, None), ("Fn::Sub",)
    if isinstance(sub, list) and sub and isinstance(sub[0], str):
        return sub[0], _names(view, resource, sub[0], sub[1:]), ("Fn::Sub", 0)
    value = view.resolve(resource, raw)
    if isinstance(value, str):
        return value, {}, ()
    return _joined(value) if isinstance(value, Text) else None


def _names(
    view: Resolver, resource: Resource, text: str, local: list[Data] | None
) -> dict[str, Value]:
    """Return what the variables of a `Fn::Sub` text stand for."""
    found: dict[str, Value] = {}
    for name in variables(text):
        inner: Data = f"${{{name}}}"
        found[name] = view.resolve(resource, {"Fn::Sub": [inner, *local] if local else inner})
    return found


def _joined(value: Text) -> tuple[str, dict[str, Value], Pointer]:
    """Return a text put together by other functions, its unknown parts as names."""
    names: dict[str, Value] = {}
    pieces: list[str] = []
    for part in value.parts:
        if isinstance(part, (Reference, Unknown)):
            name = "".join(c for c in show(part) if c not in '{}"\\\n')[:200].strip("!") or "?"
            while name in names and names[name] != part:
                name += "'"
            names[name] = part
            pieces.append(f"${{{name}}}")
        else:
            pieces.append(part)
    return "".join(pieces), names, ()


def _file(
    view: Resolver, resource: Resource, location: str, substitutions: Mapping[str, Value]
) -> Workflow | None:
    files = view.project.files
    path = files.local(view.project.stacks[resource.owner].template.file, location)
    if path is None:
        return None
    shown = files.shown(path)
    text = files.texts.get(path)
    if text is None:
        try:
            text = read_bytes(path, shown).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise LoadError(shown, "is not text in UTF-8") from error
    return read_workflow(
        _document(text, shown), substitutions=substitutions, resource=resource.shown_id
    )


@lru_cache(maxsize=256)
def _document(text: str, path: str) -> Document:
    """Return a definition file, parsed once however many scenarios ask."""
    return read_definition(text, path)


def _is_call(data: Mapping[str, Data]) -> bool:
    return len(data) == 1 and next(iter(data)).startswith(("Fn::", "Ref"))


__all__ = ["workflow_of"]

"""Where a property of a resource is written, through conditions, Globals, loops and includes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.documents.location import Location, Position, Span

if TYPE_CHECKING:
    from advisor.documents.document import Data, Document
    from advisor.documents.location import Pointer
    from advisor.templates.conditions import Truths
    from advisor.templates.resource import Resource
    from advisor.templates.stacks import Stack

_DEEPEST = 120


def locate(
    stack: Stack,
    resource: Resource,
    path: tuple[str | int, ...],
    *,
    label: str,
    truths: Truths,
) -> Location:
    """Return the place of a property, of the deepest part of its path that exists, or the key."""
    document: Document = stack.template.document
    pointer: Pointer = resource.place
    if path:
        document, pointer = _follow(stack, resource, path, truths)
    return Location(
        path=document.path,
        pointer=pointer,
        span=_span(stack, document, pointer, prefer_key=pointer == resource.place),
        label=label,
        resource=resource.shown_id or None,
        construct=resource.construct,
    )


def _span(stack: Stack, document: Document, pointer: Pointer, *, prefer_key: bool) -> Span:
    """Return the span of a place, looked up once for all scenarios."""
    key = (document.path, pointer, prefer_key)
    if key not in stack.spans:
        stack.spans[key] = line_span(document, pointer, prefer_key=prefer_key)
    return stack.spans[key]


def _follow(
    stack: Stack, resource: Resource, path: tuple[str | int, ...], truths: Truths
) -> tuple[Document, Pointer]:
    document: Document = stack.template.document
    data: Data = resource.properties
    base = (*resource.place, "Properties")
    found = resource.place
    current = resource.origins.get((), base)
    for depth, key in enumerate(path):
        data, current = _choose(data, current, truths)
        if id(data) in stack.included:
            source = stack.included[id(data)]
            document, current = source.document, source.pointer
        if isinstance(data, dict) and str(key) in data:
            data, current = data[str(key)], (*current, str(key))
        elif isinstance(data, list) and isinstance(key, int) and 0 <= key < len(data):
            data, current = data[key], (*current, key)
        else:
            break
        origin = resource.origins.get(tuple(str(part) for part in path[: depth + 1]))
        if origin is not None:
            document, current = stack.template.document, origin
        found = current
    else:
        _, chosen = _choose(data, current, truths)
        if chosen != current and document.has(chosen):
            return document, chosen
    return document, _existing(document, found, resource.place)


def _choose(data: Data, pointer: Pointer, truths: Truths) -> tuple[Data, Pointer]:
    """Step into the branch of each `Fn::If` that the scenario takes."""
    for _ in range(_DEEPEST):
        if not isinstance(data, dict) or len(data) != 1:
            break
        argument = data.get("Fn::If")
        if not isinstance(argument, list) or len(argument) != 3:
            break
        name = argument[0]
        if isinstance(name, dict):
            name = name.get("Condition")
        if not isinstance(name, str):
            break
        branch = 1 if truths[name] else 2
        data, pointer = argument[branch], (*pointer, "Fn::If", branch)
    return data, pointer


def _existing(document: Document, pointer: Pointer, place: Pointer) -> Pointer:
    """Shorten a pointer until it names something in the file."""
    while len(pointer) > 1 and not document.has(pointer):
        pointer = pointer[:-1]
    return pointer if document.has(pointer) else place


def line_span(document: Document, pointer: Pointer, *, prefer_key: bool = False) -> Span:
    """Return a span of one line: the value's, or its key's where the value has several.

    One line, because reviews show a finding only where all its lines have changed.
    """
    try:
        span = document.span(pointer)
        key = document.key_span(pointer) if pointer else span
    except KeyError:
        return Span(Position(1, 1), Position(1, 1))
    if prefer_key and pointer and not isinstance(pointer[-1], int):
        span = key
    if span.start.line == span.end.line == key.start.line:
        return span
    if key.start.line == key.end.line:
        return key
    return Span(span.start, _line_end(document, span.start))


def _line_end(document: Document, start: Position) -> Position:
    line = document.line(start.line)
    return Position(start.line, max(len(line.rstrip()) + 1, start.column))

"""Where an editor goes from a place: to what is named there, or to the other end of an edge."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsprotocol import types

from advisor.architecture.edges import EdgeKind
from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.functions import Function
from advisor.architecture.nodes.workflows import StateMachine, StateNode
from advisor.documents.load import decode, read_bytes
from advisor.documents.location import Location, Position, Span
from advisor.errors import LoadError
from advisor.lsp.diagnostics import Pages
from advisor.lsp.pages import Page
from advisor.lsp.places import covers, node_at, pointer_at, value_at
from advisor.source.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.documents.document import Data
    from advisor.documents.location import Pointer
    from advisor.documents.tree import TreeDocument
    from advisor.lsp.places import Here
    from advisor.reading import Reading

_HELPERS = frozenset({EdgeKind.USES, EdgeKind.CONTAINS})
_MOST = 50
_REFERENCES = frozenset({"Ref", "Fn::GetAtt", "Fn::Sub", "DependsOn"})
_SECTIONS = {
    **dict.fromkeys(_REFERENCES, ("Resources", "Parameters")),
    "Condition": ("Conditions",),
    "Fn::If": ("Conditions",),
    "Fn::FindInMap": ("Mappings",),
}
_STEPS = frozenset({"Next", "Default", "StartAt"})
_FILES = frozenset({"DefinitionUri", "DefinitionS3Location", "TemplateURL", "Location"})
_CODE = frozenset({"Handler", "CodeUri", "Code", "InlineCode", "ZipFile"})
_VARIABLE = re.compile(r"\$\{\s*!?([A-Za-z0-9_.:]+)[^}]*\}")


def definition(
    at: Here,
    graph: Callable[[], Sequence[Reading]],
    *,
    encoding: str,
    uri: Callable[[Path], str],
) -> list[types.Location]:
    """Return the places to go to, the nearest first; none where nothing is known."""
    readings = graph()
    found: dict[Location, None] = {}
    for location in _places(at, readings):
        here = location.path == at.path and at.before is not None
        if not (here and at.before is not None and covers(location, at.path, at.before)):
            found.setdefault(location.labelled(""), None)
    pages = Pages(at.judged, encoding)
    return [
        types.Location(uri(at.judged.file(each.path)), _range(each, pages, at, readings, encoding))
        for each in list(found)[:_MOST]
    ]


def _range(
    place: Location, pages: Pages, at: Here, readings: Sequence[Reading], encoding: str
) -> types.Range:
    where = pages.range(place)
    if where is not None:
        return where
    text = next((t for r in readings if (t := r.sources.text(place.path)) is not None), None)
    if text is None:
        try:
            text = decode(read_bytes(at.judged.file(place.path), place.path), place.path)[0]
        except LoadError:
            text = ""
    return Page(text, encoding).span(place.span)


def _places(at: Here, readings: Sequence[Reading]) -> Iterator[Location]:
    document, before = at.document, at.before
    if document is None or before is None:
        yield from _on_edges(at, readings, None)
        return
    pointer, is_key = pointer_at(document, before)
    named = list(_named(at, document, pointer))
    yield from named
    found = node_at(at, readings)
    if found is None:
        return
    architecture, node = found
    yield from _filled_in(at, node)
    key = str(pointer[-1]) if pointer else ""
    if not is_key and key in _FILES:
        yield from _files(document, at, readings, value_at(document, pointer))
    if key in _CODE and isinstance(node, Function):
        yield from _handler(node)
    if named:
        return  # it is what is meant; the edge that it makes leads to the same
    yield from _on_edges(at, readings, node)
    if is_key and pointer == node.at().pointer:
        yield from _ends(architecture, node)


# --- names --------------------------------------------------------------------------------------


def _named(at: Here, document: TreeDocument, pointer: Pointer) -> Iterator[Location]:
    """Yield where the resource, parameter, condition or state is that a reference names."""
    value = value_at(document, pointer)
    keys = [key for key in pointer if isinstance(key, str)]
    if not isinstance(value, str) or not keys:
        return
    if keys[-1] in _STEPS:
        yield from _state(document, pointer, value)
        return
    context = next((key for key in reversed(keys[-2:]) if key in _SECTIONS), "")
    name = value.partition(".")[0]
    if context == "Fn::Sub":
        name = _variable(at)
    for section in _SECTIONS.get(context, ()):
        if name and document.has((section, name)):
            yield _key(document, (section, name))


def _variable(at: Here) -> str:
    """Return the name in `${…}` around the place."""
    column = at.offset - at.page.lines.starts[at.position.line]
    for found in _VARIABLE.finditer(at.line):
        if found.start() <= column <= found.end():
            return found[1].partition(".")[0]
    return ""


def _state(document: TreeDocument, pointer: Pointer, name: str) -> Iterator[Location]:
    for length in range(len(pointer), -1, -1):
        place = (*pointer[:length], "States", name)
        if document.has(place):
            yield _key(document, place)
            return


def _key(document: TreeDocument, pointer: Pointer) -> Location:
    return Location(document.path, pointer, document.key_span(pointer))


def _filled_in(at: Here, node: Node) -> Iterator[Location]:
    """Yield where a template fills in the placeholder of a definition."""
    machine = node.machine if isinstance(node, StateNode) else node
    name = _variable(at)
    if name and isinstance(machine, StateMachine):
        place = machine.at("DefinitionSubstitutions", name)
        if place.pointer and place.pointer[-1] == name:
            yield place


# --- files --------------------------------------------------------------------------------------


def _files(
    document: TreeDocument, at: Here, readings: Sequence[Reading], value: Data
) -> Iterator[Location]:
    if not isinstance(value, str) or "://" in value:
        return
    for reading in readings:
        files = reading.inputs.files
        found = files.local(files.base / document.path, value)
        if found is not None:
            start = Position(1, 1)
            yield Location(at.judged.shown(found), (), Span(start, start))
            return


def _handler(function: Function) -> Iterator[Location]:
    facts = function.source
    if isinstance(facts, Facts) and facts.handler_place is not None:
        yield function.in_code(facts.handler_place)


# --- edges --------------------------------------------------------------------------------------


def _on_edges(at: Here, readings: Sequence[Reading], node: Node | None) -> Iterator[Location]:
    """Yield the far ends of the edges that the place itself declares."""
    if at.before is None:
        return
    for reading in readings:
        for edge in reading.architecture.edges():
            if covers(edge.at(), at.path, at.before):
                if edge.target is not node:
                    yield from _end(edge, source=False)
                if edge.source is not node and edge.place is None:
                    yield from _end(edge, source=True)


def _ends(architecture: Architecture, node: Node) -> Iterator[Location]:
    """Yield the other ends of all edges of a node, in the direction of events first."""
    if isinstance(node, StateMachine) and node.workflow is not None:
        yield node.workflow.at(("StartAt",), key=True)
    if isinstance(node, StateNode):
        yield node.machine.at()
    edges = [
        edge
        for edge in architecture.edges()
        if edge.kind not in _HELPERS and node in {edge.source, edge.target, edge.declared_by}
    ]
    for edge in edges:
        if edge.target is not node:
            yield from _end(edge, source=False)
    for edge in edges:
        if edge.source is not node:
            yield from _end(edge, source=True)


def _end(edge: Edge, *, source: bool) -> Iterator[Location]:
    end = edge.source if source else edge.target
    if isinstance(end, External):
        return
    if source and (edge.place is not None or isinstance(edge.declared_by, StateNode)):
        yield edge.at()  # the line of code, or the state
    else:
        yield end.at()


__all__ = ["definition"]

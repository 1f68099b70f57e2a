"""Read a definition in any of its three shapes: a file, an object in a template, a text there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from advisor.errors import LoadError
from advisor.templates.tags import long_form
from advisor.templates.values import UNKNOWN
from advisor.workflows.integrations import find_calls
from advisor.workflows.model import (
    Catcher,
    Language,
    Retrier,
    Scope,
    ScopeKind,
    State,
    Transition,
    TransitionKind,
    Workflow,
)
from advisor.workflows.placeholders import Placeholder, has_placeholder, prepare, type_leaves
from advisor.workflows.places import DocumentPlaces, TextPlaces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from advisor.documents.document import Data, Document
    from advisor.documents.location import Pointer
    from advisor.templates.values import Value
    from advisor.workflows.placeholders import Asl
    from advisor.workflows.places import Places


def is_definition(data: object) -> bool:
    """Tell whether data looks like a state machine, whatever the file is called."""
    return isinstance(data, dict) and "StartAt" in data and isinstance(data.get("States"), dict)


def read_definition(text: str, path: str) -> Document:
    """Return a definition file as a document; bare placeholders do not stop it being JSON.

    Raises LoadError where the text is neither JSON nor YAML.
    """
    from advisor.documents.load import read_text

    text = text.removeprefix("\ufeff")
    # Only JSON needs it: in block YAML a bare placeholder is text already.
    prepared = prepare(text) if text.lstrip().startswith("{") else text
    document = read_text(prepared, path, tags=long_form)
    # Same width, so that every position holds for the text as written.
    document.text = text
    return document


def read_workflow(
    document: Document,
    *,
    substitutions: Mapping[str, Value] | None = None,
    resource: str | None = None,
) -> Workflow:
    """Return the machine that a definition file holds.

    `substitutions` is what the template that deploys the file replaces; None if none does.
    `resource` is the logical id that the template has for the machine.
    """
    return build_workflow(
        document.data,
        places=DocumentPlaces(document, (), resource),
        substitutions=substitutions,
        size=len(document.text.encode("utf-8", "replace")),
    )


def read_object(
    data: Data,
    *,
    document: Document,
    pointer: Pointer,
    resolve: Callable[[Data], Value],
    substitutions: Mapping[str, Value] | None = None,
    resource: str | None = None,
) -> Workflow:
    """Return the machine that is an object below a pointer of a template, intrinsics included."""
    return build_workflow(
        data,
        places=DocumentPlaces(document, pointer, resource),
        substitutions=substitutions,
        resolve=resolve,
    )


def read_string(
    text: str,
    *,
    document: Document,
    pointer: Pointer,
    names: Mapping[str, Value] | None = None,
    substitutions: Mapping[str, Value] | None = None,
    resource: str | None = None,
) -> Workflow:
    """Return the machine that is a string at a pointer of a template.

    `names` are the values of what `Fn::Sub` or `Fn::Join` puts in, written `${…}` in the text.
    Raises LoadError with the place in the template where the text is not JSON.
    """
    try:
        inner = _read_json(text, document.path)
    except LoadError as error:
        place = DocumentPlaces(document, (), resource).at(pointer, key=False).span.start
        message = f"the definition of '{resource}' is not JSON: {error.message}"
        raise LoadError(document.path, message, line=place.line, column=place.column) from error
    return build_workflow(
        inner.data,
        places=TextPlaces(inner, document, pointer, resource),
        substitutions=substitutions,
        names=names,
        size=len(text.encode("utf-8", "replace")),
    )


def _read_json(text: str, path: str) -> Document:
    """Return a text as a document that has to be JSON, as `DefinitionString` has."""
    from advisor.documents.construct import ShapeError
    from advisor.documents.document import Syntax
    from advisor.documents.json import read_json

    inner = read_definition(text, path)
    if inner.syntax is not Syntax.JSON:
        try:
            read_json(prepare(text))
        except ShapeError as error:
            raise LoadError(path, error.message) from None
    return inner


def _unknown(_data: Data) -> Value:
    """Resolve an intrinsic function of a template that is not at hand."""
    return UNKNOWN


def build_workflow(
    data: Data,
    *,
    places: Places,
    substitutions: Mapping[str, Value] | None = None,
    names: Mapping[str, Value] | None = None,
    resolve: Callable[[Data], Value] | None = None,
    size: int = 0,
) -> Workflow:
    """Return the machine of plain data, wherever it stands."""
    known = names or {}
    if resolve is None and substitutions is None and not known:
        # A file that no template here deploys may be included into one, intrinsics and all.
        resolve = _unknown
        size = size or len(json.dumps(data, default=str))

    def lookup(name: str) -> Value:
        if substitutions is not None and name in substitutions:
            return substitutions[name]
        return known.get(name)

    typed = type_leaves(data, lookup=lookup, resolve=resolve)
    workflow = Workflow(
        data=typed,
        places=places,
        substitutions=substitutions,
        names=known,
        language=_machine_language(typed),
        size=size or (len(json.dumps(data, default=str)) if resolve is None else 0),
    )
    _fill(workflow)
    return workflow


def _language(data: Asl, default: Language) -> Language:
    written = data.get("QueryLanguage") if isinstance(data, dict) else None
    try:
        return Language(written) if isinstance(written, str) else default
    except ValueError:
        return default


def _machine_language(data: Asl) -> Language:
    """Return the machine's language, also where it is written among the states by mistake.

    There it has no effect, but what follows from that is one fault and not one in every state.
    """
    if isinstance(data, dict) and "QueryLanguage" not in data:
        return _language(data.get("States"), Language.JSONPATH)
    return _language(data, Language.JSONPATH)


def _fill(workflow: Workflow) -> None:
    """Add all scopes and states in reading order, without recursion."""
    if not isinstance(workflow.data, dict):
        return
    waiting = [_scope(workflow, ScopeKind.MACHINE, pointer=(), data=workflow.data, owner=None)]
    while waiting:
        scope = waiting.pop()
        states = scope.data.get("States")
        inner: list[Scope] = []
        for name, data in states.items() if isinstance(states, dict) else ():
            if isinstance(data, dict):
                state = _state(scope, name, data)
                scope.states[name] = state
                inner.extend(state.scopes)
        workflow.scopes.append(scope)
        waiting.extend(reversed(inner))


def _scope(
    workflow: Workflow,
    kind: ScopeKind,
    *,
    pointer: Pointer,
    data: dict[str, Asl],
    owner: State | None,
) -> Scope:
    states = data.get("States")
    if isinstance(states, dict):
        is_open = any(key.startswith("Fn::") or has_placeholder(key) for key in states)
    else:
        is_open = isinstance(states, Placeholder)
    depth = owner.scope.depth + 1 if owner else 0
    return Scope(workflow, kind, pointer, data, owner, depth, is_open=is_open)


def _state(scope: Scope, name: str, data: dict[str, Asl]) -> State:
    kind = data.get("Type")
    state = State(
        name=name,
        type=kind if isinstance(kind, str) else "",
        pointer=(*scope.pointer, "States", name),
        scope=scope,
        data=data,
        # A Map or Parallel state does not hand its language on to the states inside.
        language=_language(data, scope.workflow.language),
    )
    state.transitions.extend(_transitions(state))
    for index, item in _entries(data.get("Retry")):
        state.retriers.append(Retrier(state, (*state.pointer, "Retry", index), item))
    for index, item in _entries(data.get("Catch")):
        pointer = (*state.pointer, "Catch", index)
        transition = None
        if "Next" in item:
            transition = _transition(state, TransitionKind.CATCH, (*pointer, "Next"), item["Next"])
            state.transitions.append(transition)
        state.catchers.append(Catcher(state, pointer, item, transition))
    state.scopes.extend(_inner_scopes(state))
    state.calls.extend(find_calls(state))
    return state


def _transitions(state: State) -> Iterator[Transition]:
    data = state.data
    if "Next" in data:
        yield _transition(state, TransitionKind.NEXT, (*state.pointer, "Next"), data["Next"])
    for index, rule in _entries(data.get("Choices")):
        if "Next" in rule:
            pointer = (*state.pointer, "Choices", index, "Next")
            yield _transition(state, TransitionKind.CHOICE, pointer, rule["Next"])
    if "Default" in data:
        pointer = (*state.pointer, "Default")
        yield _transition(state, TransitionKind.DEFAULT, pointer, data["Default"])


def _transition(state: State, kind: TransitionKind, pointer: Pointer, target: Asl) -> Transition:
    plain = isinstance(target, str) and not has_placeholder(target)
    return Transition(state, kind, pointer, str(target) if plain else None)


def _inner_scopes(state: State) -> Iterator[Scope]:
    workflow = state.workflow
    if state.type == "Parallel":
        for index, branch in _entries(state.data.get("Branches")):
            pointer = (*state.pointer, "Branches", index)
            yield _scope(workflow, ScopeKind.BRANCH, pointer=pointer, data=branch, owner=state)
    elif state.type == "Map":
        for key in ("ItemProcessor", "Iterator"):
            processor = state.data.get(key)
            if isinstance(processor, dict):
                pointer = (*state.pointer, key)
                yield _scope(
                    workflow, ScopeKind.PROCESSOR, pointer=pointer, data=processor, owner=state
                )


def _entries(data: Asl) -> Iterator[tuple[int, dict[str, Asl]]]:
    """Yield the objects of a list with their index."""
    if isinstance(data, list):
        for index, item in enumerate(data):
            if isinstance(item, dict):
                yield index, item


__all__ = [
    "build_workflow",
    "is_definition",
    "read_definition",
    "read_object",
    "read_string",
    "read_workflow",
]

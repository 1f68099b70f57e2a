"""What there is to tell of one kind of resource only: its code, its routes, its states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.apis import Api
from advisor.architecture.nodes.functions import Function
from advisor.architecture.nodes.mappings import EventSourceMapping
from advisor.architecture.nodes.workflows import StateMachine
from advisor.source.facts import NotRead
from advisor.templates.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.apis import Route
    from advisor.architecture.nodes.base import Node
    from advisor.documents.location import Location
    from advisor.source.facts import Facts

MOST = 40
"""Calls, routes or states that are told of one resource."""


def particulars(architecture: Architecture, node: Node) -> tuple[str, tuple[str, ...]]:
    """Return a heading and what stands below it, a line each; "" and nothing for most kinds."""
    if isinstance(node, Function):
        return "code", tuple(_code(node))
    if isinstance(node, StateMachine):
        return "states", tuple(_states(architecture, node))
    if isinstance(node, Api):
        return "routes", tuple(_routes(node))
    return "", ()


def bounds(edge: Edge) -> str:
    """Return how a poller gathers what it hands over: `batch 10, window 5 s`."""
    return ", ".join(polling(edge.declared_by))


def polling(node: Node) -> Iterator[str]:
    """Yield what bounds a mapping, documented defaults included."""
    if not isinstance(node, EventSourceMapping):
        return
    window, most, lanes = node.batching_window, node.max_concurrency, node.parallelization
    if isinstance(node.batch_size, int):
        yield f"batch {node.batch_size}"
    if isinstance(window, int) and window > 0:
        yield f"window {window} s"
    if isinstance(most, int):
        yield f"concurrency {most}"
    elif node.is_stream and isinstance(lanes, int) and lanes > 1:
        yield f"{lanes} per shard"
    if node.enabled is False:
        yield "disabled"


def _shown(place: Location) -> str:
    return f"{place.path}:{place.span.start.line}"


# --- states and routes --------------------------------------------------------------------------


def _states(architecture: Architecture, machine: StateMachine) -> Iterator[str]:
    workflow = machine.workflow
    if workflow is None:
        yield f"not read: {machine.problem or 'its definition is not here'}"
        return
    states = list(workflow.states())
    count = f"{len(states)} state{'s' if len(states) != 1 else ''}"
    yield f"{count}, {workflow.language.value}, {_shown(workflow.at(()))}"
    tasks = {task.state: task for task in architecture.workflow_tasks(machine)}
    for state in states[:MOST]:
        task = tasks.get(state)
        words = [state.name, state.type.lower() or "no type"]
        if task is not None:
            words.append(" ".join([task.label, *(f"→ {each.title}" for each in task.targets)]))
        if isinstance(state.timeout, (int, float)) and state.call is not None:
            words.append(f"{state.timeout:g} s")
        guards = [f"{len(state.retriers)} retry"] if state.retriers else []
        guards += ["catch"] if state.data.get("Catch") else []
        yield ", ".join([*words, *guards])
    if len(states) > MOST:
        yield f"and {len(states) - MOST} more"


def _routes(api: Api) -> Iterator[str]:
    for route in api.routes[:MOST]:
        yield f"{route.label}, {_authorization(route)}, {_integration(route)}  {_shown(route.at())}"
    if len(api.routes) > MOST:
        yield f"and {len(api.routes) - MOST} more"
    if not api.routes:
        yield "none is known"


def _authorization(route: Route) -> str:
    kind = route.authorization.kind
    if isinstance(kind, Unknown):
        return "authorization not known"
    if kind == "none":
        return "no authorization"
    by = route.authorization.authorizer
    return f"authorized by {kind}" + (f" ({by.name})" if by is not None else "")


def _integration(route: Route) -> str:
    found = route.integration
    if found is None:
        return "no integration"
    how = found.action if isinstance(found.action, str) else "an integration that is not known"
    waits = f", waits {found.timeout_ms / 1000:g} s" if isinstance(found.timeout_ms, int) else ""
    return how + waits


# --- code ---------------------------------------------------------------------------------------


def silence(node: Node) -> str:
    """Return why the code of a function does not tell all, "" where it does."""
    if not isinstance(node, Function):
        return ""
    facts = node.source
    if isinstance(facts, NotRead):
        return facts.reason
    return "" if facts.is_complete else "not all of its code is read"


def _code(function: Function) -> Iterator[str]:
    facts = function.source
    if isinstance(facts, NotRead):
        yield (
            f"not read: {facts.reason}; what it calls is known by its grants and its "
            "environment only"
        )
        return
    yield from _read(function, facts)


def _read(function: Function, facts: Facts) -> Iterator[str]:
    handler = facts.handler_place
    where = f", handler at {_shown(function.in_code(handler))}" if handler is not None else ""
    files = len(facts.files)
    yield f"read: {files} file{'' if files == 1 else 's'}{where}"
    for call in facts.calls[:MOST]:
        target = call.target
        on = f" on {target.kind.value} '{target.text}'" if target.text else ""
        how = f", {call.invocation.value}" if call.invocation is not None else ""
        yield f"calls {call.action}{on}{how} at {_shown(function.in_code(call.place))}"
    for place in facts.opaque:
        yield f"uses a client in a way that is not followed at {_shown(function.in_code(place))}"
    for problem in facts.problems:
        yield f"not all is read: {problem}"


__all__ = ["bounds", "particulars", "polling", "silence"]

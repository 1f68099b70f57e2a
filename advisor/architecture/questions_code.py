"""Questions about what functions do in their code, which is read when one of these is asked."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from advisor.architecture.code_calls import NOT_AWAITED
from advisor.architecture.edges import EdgeKind, Evidence, Mode
from advisor.architecture.nodes.functions import (
    Alias,
    CustomResource,
    EventInvokeConfig,
    Function,
)
from advisor.architecture.nodes.identity import Role
from advisor.architecture.nodes.workflows import StateMachine, StateNode
from advisor.source.facts import Facts, Invocation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node

_RUNS = (EdgeKind.INVOKES, EdgeKind.STARTS)
_WIDE = frozenset(
    {"AdministratorAccess", "AWSLambda_FullAccess", "AWSLambdaRole", "PowerUserAccess"}
)
"""Managed policies of AWS that let a role invoke every function."""
_LONGEST = 100
_ROUNDS = 10
"""Steps from a custom resource that are followed; provider frameworks have three."""


def calls(architecture: Architecture, function: Function) -> list[Edge]:  # noqa: ARG001  # as all
    """Return the calls and connections in a function's code whose targets are known here.

    Their evidence is `PROVED`, their place a line of code. They are no edges of the graph until
    `add_calls` makes them so.
    """
    return [] if function.code is None else function.code.calls


def add_calls(architecture: Architecture) -> None:
    """Read the code of every function and add its calls to the graph, once."""
    known = set(architecture.edges())
    for function in architecture.functions():
        for edge in calls(architecture, function):
            if edge not in known:
                architecture.add_edge(edge)


def callers_in_code(architecture: Architecture, function: Node) -> list[Edge]:
    """Return the calls of a function in the code of others that may invoke it or know its name."""
    near = {
        edge.source.id: edge.source
        for edge in architecture.incoming(function)
        if edge.evidence <= Evidence.GRANTED and isinstance(edge.source, Function)
    }
    return [
        edge
        for source in near.values()
        if isinstance(source, Function)
        for edge in calls(architecture, source)
        if edge.target is function and edge.kind is EdgeKind.INVOKES
    ]


def waiting_calls(architecture: Architecture) -> list[Edge]:
    """Return an edge for each pair of functions of which one waits for the other.

    Known from a call in code; else from a grant to invoke this one function together with its
    name in the environment, unless the code shows that no such call waits. A durable function
    waits for others without running, so that its grants say nothing.
    """
    if architecture.found_waits is None:
        # Several rules ask, some of them once per finding.
        kept = _functions_that_keep_failed_events(architecture)
        architecture.found_waits = [
            edge
            for function in architecture.functions()
            for edge in _waiting(architecture, function, kept)
        ]
    return list(architecture.found_waits)


def _waiting(
    architecture: Architecture, function: Function, kept: frozenset[str]
) -> Iterator[Edge]:
    """Yield an edge to each function that one waits for; `kept` are not called and waited for."""
    outgoing = architecture.outgoing(function)
    near: dict[str, Node] = {
        edge.target.id: edge.target
        for edge in outgoing
        if edge.evidence <= Evidence.GRANTED and isinstance(edge.target, Function)
    }
    if not near and not _may_invoke_any(architecture, function):
        return
    # What is called by a literal name is named nowhere in the template.
    in_code: dict[str, list[Edge]] = {}
    for edge in calls(architecture, function):
        if edge.kind is EdgeKind.INVOKES:
            near.setdefault(edge.target.id, edge.target)
            in_code.setdefault(edge.target.id, []).append(edge)
    granted = _granted_and_named(outgoing)
    for target in near.values():
        if target is function:
            continue
        called = in_code.get(target.id, [])
        waits = next((edge for edge in called if edge.mode is Mode.SYNCHRONOUS), None)
        if waits is None and target.id in granted and target.id not in kept:
            durable = _may_be_durable(function) or _may_be_durable(target)
            if not durable and not _is_refuted(function, called):
                waits = granted[target.id]
        if waits is not None:
            yield waits


def _granted_and_named(outgoing: list[Edge]) -> dict[str, Edge]:
    """Return the first grant to call each target that the environment names as well, by its id."""
    named = {edge.target.id for edge in outgoing if edge.evidence is Evidence.REFERENCED}
    found: dict[str, Edge] = {}
    for edge in outgoing:
        if edge.kind is not EdgeKind.INVOKES or edge.target.id not in named:
            continue
        if edge.evidence is Evidence.GRANTED and edge.mode is not Mode.ASYNCHRONOUS:
            found.setdefault(edge.target.id, edge)
    return found


def waiting_starts(architecture: Architecture) -> list[Edge]:
    """Return an edge for each Express workflow that a function starts and waits for.

    Known from a call in code; else from a grant of `states:StartSyncExecution` on this one
    machine, unless the code is at hand in full and makes no such call.
    """
    found: list[Edge] = []
    for function in architecture.functions():
        granted = {
            edge.target.id: edge
            for edge in architecture.outgoing(function, EdgeKind.STARTS)
            if edge.mode is Mode.SYNCHRONOUS and edge.evidence >= Evidence.GRANTED
        }
        if not granted:
            continue
        proved = {
            edge.target.id: edge
            for edge in calls(architecture, function)
            if edge.kind is EdgeKind.STARTS and edge.mode is Mode.SYNCHRONOUS
        }
        facts = function.source
        if isinstance(facts, Facts) and facts.is_complete:
            made = any(call.action == "states:StartSyncExecution" for call in facts.calls)
            granted = granted if made else {}
        found += [
            edge
            for edge in (granted | proved).values()
            if isinstance(edge.target, StateMachine) and edge.target.is_express is True
        ]
    return found


def _may_be_durable(node: Node) -> bool:
    return not isinstance(node, Function) or node.is_durable is not False


def _functions_that_keep_failed_events(architecture: Architecture) -> frozenset[str]:
    """Return functions that are set up for asynchronous calls that nothing but grants explain."""
    configured = {
        edge.source.id
        for edge in architecture.edges(EdgeKind.DEAD_LETTERS)
        if isinstance(edge.source, Function)
    }
    for config in architecture.all(EventInvokeConfig):
        function = architecture.function_of(config.function, config)[0]
        if function is not None:
            configured.add(function.id)
    explained = {
        edge.target.id
        for edge in architecture.edges(EdgeKind.INVOKES)
        if edge.mode is Mode.ASYNCHRONOUS and edge.evidence is Evidence.DECLARED
    }
    return frozenset(configured - explained)


def _may_invoke_any(architecture: Architecture, function: Function) -> bool:
    """Tell whether a role lets a function invoke others without naming them."""
    role = architecture.node_of(function.role, "role", function)
    if not isinstance(role, Role):
        return True
    managed = role.managed_policies
    for value in managed if isinstance(managed, list) else ():
        if isinstance(value, str) and value.rpartition("/")[2] in _WIDE:
            return True
    return any(
        fnmatchcase("lambda:invokefunction", action[:_LONGEST].lower())
        for statement in role.statements()
        for action in statement.actions
    )


def _is_refuted(function: Function, in_code: list[Edge]) -> bool:
    """Tell whether the code shows that a function does not wait for one that it may invoke."""
    if in_code and all(
        edge.mode is Mode.ASYNCHRONOUS or edge.via.endswith(NOT_AWAITED) for edge in in_code
    ):
        return True
    facts = function.source
    if not isinstance(facts, Facts) or not facts.is_complete or in_code:
        return False
    # The code is at hand in full: what waits would be among its calls, target known or not.
    return not any(
        call.service == "lambda"
        and call.operation.startswith("Invoke")
        and call.invocation in {Invocation.REQUEST_RESPONSE, Invocation.UNKNOWN, None}
        and not call.target.is_known
        for call in (*facts.calls, *facts.possible_calls)
    )


def deployment_functions(architecture: Architecture) -> frozenset[str]:
    """Return the ids of functions that only run while a stack is deployed.

    Providers of custom resources and what they alone set off, and hooks of CodeDeploy, to which
    SAM gives a reserved name:
    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/automating-updates-to-serverless-apps.html
    """
    found = _providers(architecture)
    for function in architecture.functions():
        name = function.physical_name
        if isinstance(name, str) and name.startswith("CodeDeployHook_"):
            found.add(function.id)
    for alias in architecture.all(Alias):
        for key in ("BeforeAllowTrafficHook", "AfterAllowTrafficHook"):
            path = ("UpdatePolicy", "CodeDeployLambdaAliasUpdate", key)
            value = alias.view.attribute(alias.resource, *path)
            hook = architecture.function_of(value, alias)[0] if value is not None else None
            if hook is not None:
                found.add(hook.id)
    return frozenset(found)


def _providers(architecture: Architecture) -> set[str]:
    """Return the ids of functions and state machines that only custom resources set off."""
    found: set[str] = {node.id for node in architecture.all(CustomResource)}
    if not found:
        return found
    runners = [*architecture.all(Function), *architecture.all(StateMachine)]
    for _ in range(_ROUNDS):
        before = len(found)
        for node in runners:
            if node.id in found:
                continue
            edges = architecture.incoming(node, *_RUNS)
            # What only grants speak of, such as the state machine that a provider waits with, is
            # judged by them.
            sure = [edge for edge in edges if edge.evidence is Evidence.DECLARED]
            sources = [
                edge.source.machine if isinstance(edge.source, StateNode) else edge.source
                for edge in sure or edges
            ]
            if sources and all(source.id in found for source in sources):
                found.add(node.id)
        if len(found) == before:
            break
    return found


__all__ = [
    "add_calls",
    "callers_in_code",
    "calls",
    "deployment_functions",
    "waiting_calls",
    "waiting_starts",
]

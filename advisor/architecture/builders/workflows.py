"""State machines: their definitions, their states, and edges to all that their tasks call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.builders.common import bus_of
from advisor.architecture.calls import KINDS, call_kind
from advisor.architecture.edges import Edge, EdgeKind, Evidence, Mode
from advisor.architecture.marked import is_blank, references
from advisor.architecture.nodes.workflows import Activity, StateMachine, StateNode
from advisor.architecture.resolution import kind_of
from advisor.errors import LoadError

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.documents.location import Pointer
    from advisor.templates.values import Value
    from advisor.workflows.integrations import Integration, Target

MAX_STATES = 5_000
"""States of one machine that become nodes; a definition has at most 1 MiB."""

_SERVICES = {
    "sfn": "states",
    "eventbridge": "events",
    "cloudwatchevents": "events",
    "cloudwatchlogs": "logs",
    "rdsdata": "rds-data",
}
"""IAM's name of a service where the name in an integration's ARN differs."""

_ONE_OF = frozenset({"ecs", "batch"})
"""Services whose parameters name parts of one target: a task and the cluster that it runs on."""


def build(architecture: Architecture) -> None:
    """Read the definitions and add the edges of all tasks."""
    machines = architecture.all(StateMachine)
    if not machines:
        return
    # Needed only where there is a machine; a clean run over functions does not pay for it.
    from advisor.workflows.definitions import workflow_of

    for machine in machines:
        try:
            machine.workflow = workflow_of(machine.resource, machine.view)
        except LoadError as error:
            machine.problem = str(error)
        if machine.workflow is not None:
            _states(architecture, machine)


def _states(architecture: Architecture, machine: StateMachine) -> None:
    nodes: list[StateNode] = []
    for state in machine.workflow.states("Task", "Map") if machine.workflow else ():
        if len(nodes) >= MAX_STATES:
            break
        node = StateNode(machine, state)
        nodes.append(node)
        architecture.add_node(node)
        architecture.add_edge(Edge(machine, node, EdgeKind.CONTAINS, Evidence.DECLARED, node))
        for call in state.calls:
            _call(architecture, node, call)
    machine.states = tuple(nodes)


def _call(architecture: Architecture, node: StateNode, call: Integration) -> None:
    """Add the edges from the machine to what one call of a state works on."""
    from advisor.workflows.integrations import CallKind

    if call.kind in {CallKind.FUNCTION, CallKind.PLACEHOLDER, CallKind.ACTIVITY}:
        target, qualifier = _direct(architecture, node, call)
        if target is not None:
            runs = kind_of(target) == "function"
            kind = EdgeKind.INVOKES if runs else EdgeKind.STARTS
            mode = Mode.SYNCHRONOUS if runs else Mode.ASYNCHRONOUS
            _add(architecture, node, call, target, kind=kind, mode=mode, qualifier=qualifier)
        return
    if call.kind is CallKind.INVALID:
        return
    targets = call.targets()
    if call.action == "putEvents" and not targets:
        bus = bus_of(architecture, None, node)
        if bus is not None:
            _add(architecture, node, call, bus, kind=EdgeKind.PUBLISHES)
        return
    reached: set[str] = set()
    for argument in targets:
        target, qualifier = _named(architecture, node, call, argument)
        if target is None or target.id in reached:
            continue
        reached.add(target.id)
        kind = call_kind(_service(call), call.action)
        _add(
            architecture,
            node,
            call,
            target,
            kind=kind,
            mode=_mode(call, kind),
            qualifier=qualifier,
            pointer=argument.pointer,
        )
        if call.service in _ONE_OF:
            return


def _direct(
    architecture: Architecture, node: StateNode, call: Integration
) -> tuple[Node | None, Value]:
    """Return the function or activity that the resource itself names."""
    from advisor.workflows.integrations import CallKind

    if call.kind is CallKind.FUNCTION and not is_blank(call.value):
        return architecture.target(call.value, "function", declared_by=node)
    # Whatever a placeholder stands for; it names a target only if that is in the architecture.
    function, qualifier = architecture.function_of(call.value, node)
    if function is not None:
        return function, qualifier
    found = architecture.node_of(call.value, near=node)
    return (found if isinstance(found, Activity) else None), None


def _named(
    architecture: Architecture, node: StateNode, call: Integration, argument: Target
) -> tuple[Node | None, Value]:
    """Return what an argument names; None where the execution's data decide."""
    from advisor.workflows.integrations import How

    if argument.how is How.DYNAMIC or is_blank(argument.value):
        return None, None
    kind = KINDS.get(call.service, "")
    if kind == "bus":
        return bus_of(architecture, argument.value, node), None
    if kind and not (call.service in _ONE_OF and argument.key in {"Cluster", "JobDefinition"}):
        return architecture.target(argument.value, kind, declared_by=node)
    found = architecture.node_of(argument.value, near=node)
    if found is None and call.service == "apigateway":
        # The host of an API holds its id: `${Api}.execute-api.…`.
        found = next(filter(None, map(architecture.node_of, references(argument.value))), None)
    return found, None


def _service(call: Integration) -> str:
    return _SERVICES.get(call.service, call.service)


def _mode(call: Integration, kind: EdgeKind) -> Mode | None:
    """Return whether a task waits until what it runs has ended."""
    if kind not in {EdgeKind.INVOKES, EdgeKind.STARTS, EdgeKind.CONNECTS}:
        return None
    if kind is EdgeKind.INVOKES:
        # How the function itself is run, which decides who retries; a callback comes after it.
        # https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
        how = call.argument("InvocationType")
        is_event = how is not None and how.value == "Event"
        return Mode.ASYNCHRONOUS if is_event or call.action == "invokeAsync" else Mode.SYNCHRONOUS
    if call.is_callback:
        return Mode.ASYNCHRONOUS
    if kind is EdgeKind.CONNECTS or call.is_job or call.action == "startSyncExecution":
        return Mode.SYNCHRONOUS
    return Mode.ASYNCHRONOUS


def _add(
    architecture: Architecture,
    node: StateNode,
    call: Integration,
    target: Node,
    *,
    kind: EdgeKind,
    mode: Mode | None = None,
    qualifier: Value = None,
    pointer: Pointer | None = None,
) -> None:
    where = pointer or call.pointer
    # The field within the state; of a reader or writer as well.
    path = where[len(node.state.pointer) :]
    service = _service(call) or "lambda"
    action = f"{call.action[:1].upper()}{call.action[1:]}" if call.action else ""
    word = f"{service}:{call.action}{call.suffix}" if action else "task"
    if service == "lambda" and action == "Invoke":
        action = "InvokeFunction"
    architecture.add_edge(
        Edge(
            node.machine,
            target,
            kind,
            Evidence.DECLARED,
            node,
            path=path,
            mode=mode,
            via=f"state {node.name} ({word})",
            qualifier=qualifier,
            actions=(f"{service}:{action}",) if action else (),
        )
    )


__all__ = ["build"]

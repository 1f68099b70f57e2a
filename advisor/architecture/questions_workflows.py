"""Questions about state machines: what is wrong with them, and what their tasks lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import EdgeKind
from advisor.architecture.nodes.functions import Function
from advisor.architecture.nodes.workflows import StateNode
from advisor.records import record

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.nodes.workflows import StateMachine
    from advisor.documents.change import Change
    from advisor.documents.document import Data
    from advisor.documents.location import Location
    from advisor.workflows.integrations import Integration
    from advisor.workflows.model import State, Workflow
    from advisor.workflows.validity import Problem

_MUTATING = (
    "put", "update", "delete", "send", "publish", "start", "create", "run", "submit", "transact",
    "batchwrite", "terminate", "stop", "copy", "execute", "cancel", "modify", "remove", "add",
)  # fmt: skip
_READING = ("transactget", "startquery", "executestatement")


@record(frozen=True, eq=False)
class Fault:
    """One fault of a definition, in terms of the files."""

    machine: StateMachine
    workflow: Workflow
    problem: Problem
    state: State | None
    """The state that it is in; None for the machine itself."""

    @property
    def message(self) -> str:
        """The fault as a fact."""
        return self.problem.message

    @property
    def code(self) -> str:
        """The code under which the service itself reports it."""
        return self.problem.code.value

    @property
    def is_error(self) -> bool:
        """Whether the service refuses the definition for it."""
        return self.problem.severity.value == "error"

    @property
    def suggestion(self) -> str:
        """The name that is meant where one is misspelt; empty for none."""
        return self.problem.suggestion

    @property
    def place(self) -> Location:
        """Where it stands."""
        return self.workflow.at(self.problem.pointer, key=self.problem.on_key)

    @property
    def related(self) -> tuple[Location, ...]:
        """Further places that belong to it."""
        return tuple(
            self.workflow.at(pointer, key=True, label="the other one")
            for pointer in self.problem.related
        )

    @property
    def field(self) -> str:
        """The last key of the place."""
        names = [key for key in self.problem.pointer if isinstance(key, str)]
        return names[-1] if names else ""

    def change(self, value: Data) -> Change | None:
        """Return the change that gives what stands there another value; None where none can be."""
        return self.workflow.change(self.problem.pointer, value)


@record(frozen=True, eq=False)
class WorkflowTask:
    """One Task of a state machine with what it calls and what that leads to."""

    node: StateNode
    state: State
    call: Integration
    edges: tuple[Edge, ...]

    @property
    def function(self) -> Function | None:
        """The function of the templates that it runs."""
        targets = (edge.target for edge in self.edges if edge.kind is EdgeKind.INVOKES)
        return next((target for target in targets if isinstance(target, Function)), None)

    @property
    def runs_function(self) -> bool:
        """Whether it runs a function, directly or by whatever integration and substitution."""
        return self.call.is_lambda or any(edge.kind is EdgeKind.INVOKES for edge in self.edges)

    @property
    def targets(self) -> list[Node]:
        """What it works on, in the templates or outside."""
        return [edge.target for edge in self.edges]

    @property
    def changes_something(self) -> bool:
        """Whether running it twice may do something twice, as far as the action's name tells."""
        if self.runs_function or self.call.service in {"http", "apigateway"}:
            return self.call.kind.value != "placeholder" or self.runs_function
        action = self.call.action.lower()
        return action.startswith(_MUTATING) and not action.startswith(_READING)

    @property
    def label(self) -> str:
        """Service and action, such as `sqs:sendMessage`; empty where they are not known."""
        if self.call.action:
            return f"{self.call.service}:{self.call.action}"
        return "lambda:invoke" if self.runs_function else ""


def definition_faults(
    architecture: Architecture,  # noqa: ARG001  # asked like every other question
    machine: StateMachine,
    kind: str,
) -> list[Fault]:
    """Return what is wrong with a definition, of one kind.

    Kinds: shape, target, unreachable, ending, name, field, path, jsonata, language, resource,
    parameter, express, undelimited, error-name, dead-handler.
    """
    if machine.faults is None:
        machine.faults = _faults(machine)
    return machine.faults.get(kind, [])


def workflow_tasks(architecture: Architecture, machine: StateMachine) -> tuple[WorkflowTask, ...]:
    """Return the Task states of a machine at any depth, in reading order."""
    if machine.tasks is None:
        edges: dict[str, list[Edge]] = {}
        for edge in architecture.outgoing(machine):
            if isinstance(edge.declared_by, StateNode) and edge.kind is not EdgeKind.CONTAINS:
                edges.setdefault(edge.declared_by.id, []).append(edge)
        machine.tasks = tuple(
            WorkflowTask(node, node.state, node.state.call, tuple(edges.get(node.id, ())))
            for node in machine.states
            if node.state.call is not None
        )
    return machine.tasks


def _faults(machine: StateMachine) -> dict[str, list[Fault]]:
    from advisor.workflows.validity import validate

    workflow = machine.workflow
    found: dict[str, list[Fault]] = {}
    if workflow is None:
        return found
    kind = machine.kind
    states = {state.pointer: state for state in workflow.states()}
    for problem in validate(workflow, machine_type=kind if isinstance(kind, str) else None):
        pointer = problem.pointer
        inside = next(
            (
                states[pointer[:end]]
                for end in range(len(pointer), 1, -1)
                if pointer[:end] in states
            ),
            None,
        )
        fault = Fault(machine, workflow, problem, inside)
        found.setdefault(_kind(problem, inside), []).append(fault)
    return found


_BY_CODE = {
    "INVALID_JSON_DESCRIPTION": "shape",
    "MISSING_TRANSITION_TARGET": "target",
    "MISSING_END_STATE": "ending",
    "DUPLICATE_STATE_NAME": "name",
    "INVALID_STATE_NAME": "name",
    "DUPLICATE_LABEL_NAME": "name",
    "INVALID_LABEL_NAME": "name",
}
_BY_TOPIC = {
    "yaml": "target",
    "way-out": "ending",
    "reserved-error-name": "error-name",
    "inline-map": "field",
    "variable": "field",
}


def _kind(problem: Problem, state: State | None) -> str:
    topic = _BY_TOPIC.get(problem.topic, problem.topic)
    if topic:
        return topic
    by_code = _BY_CODE.get(problem.code.value)
    if by_code:
        return by_code
    return "shape" if state is None and len(problem.pointer) <= 1 else "field"


__all__ = ["Fault", "WorkflowTask", "definition_faults", "workflow_tasks"]

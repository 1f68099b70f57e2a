"""State machines, their states, and activities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.base import Node
from advisor.documents.location import format_pointer
from advisor.templates.values import UNKNOWN, Unknown

if TYPE_CHECKING:
    from advisor.architecture.questions_workflows import Fault, WorkflowTask
    from advisor.documents.location import Location
    from advisor.templates.values import Value
    from advisor.workflows.model import State, Workflow
    from advisor.workflows.placeholders import Asl


class StateMachine(Node):
    """A Step Functions state machine; its definition is filled in when the graph is built."""

    workflow: Workflow | None = None
    """The definition; None where it lies elsewhere (S3, a missing file) or cannot be read."""
    states: tuple[StateNode, ...] = ()
    """The Task and Map states, in reading order."""
    problem: str = ""
    """Why the definition cannot be read, in one line; empty where there is nothing to say."""
    faults: dict[str, list[Fault]] | None = None
    """What is wrong with the definition, by kind; asked for with `definition_faults`."""
    tasks: tuple[WorkflowTask, ...] | None = None
    """The tasks with what they lead to; asked for with `workflow_tasks`."""

    @property
    def stands_alone(self) -> bool:
        """Whether it is a mere definition that no template deploys: its type is not known."""
        return not self.resource.logical_id

    @property
    def about(self) -> tuple[str, ...]:
        """The logical ids for a finding about it; none where no template deploys it."""
        return (self.name,) if self.name else ()

    @property
    def heading(self) -> str:
        """What a message calls it: the logical id in quotes, or that it is the machine."""
        return f"'{self.name}'" if self.name else "the state machine"

    @property
    def kind(self) -> str | Unknown | None:
        """`STANDARD` or `EXPRESS`."""
        value = self.text("StateMachineType", default="STANDARD")
        return value.upper() if isinstance(value, str) else value

    @property
    def is_express(self) -> bool | Unknown:
        """Whether executions are short and not recorded one by one."""
        kind = self.kind
        return kind if isinstance(kind, Unknown) else kind == "EXPRESS"

    @property
    def log_level(self) -> str | Unknown | None:
        """`OFF`, `ERROR`, `FATAL` or `ALL`."""
        return self.text("LoggingConfiguration", "Level", default="OFF")

    @property
    def has_log(self) -> bool | Unknown:
        """Whether executions are logged anywhere."""
        level = self.log_level
        if isinstance(level, Unknown):
            return level
        destinations = self.items("LoggingConfiguration", "Destinations")
        if isinstance(destinations, Unknown):
            return destinations
        return level != "OFF" and bool(destinations)

    @property
    def tracing(self) -> bool | Unknown:
        """Whether executions are traced with X-Ray."""
        return self.flag("TracingConfiguration", "Enabled")

    @property
    def role(self) -> Value:
        """The role that it acts in."""
        return self.get("RoleArn")


class StateNode(Node):
    """One state of a machine, as a node; `state` is the state as the definition writes it."""

    def __init__(self, machine: StateMachine, state: State) -> None:
        super().__init__(machine.resource, machine.view)
        self.machine = machine
        self.state = state

    @property
    def id(self) -> str:
        """The machine's id and the pointer in the definition."""
        return f"{self.machine.id}{format_pointer(self.state.pointer)}"

    @property
    def name(self) -> str:
        """The name of the state."""
        return self.state.name

    @property
    def type(self) -> str:
        """Empty: a state is no resource of its own."""
        return ""

    def get(self, *path: str | int) -> Value:
        """Return a field of the state with its placeholders resolved."""
        value: Asl = dict(self.state.data)
        for key in path:
            if isinstance(value, dict):
                value = value.get(str(key))
            elif isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
                value = value[key]
            else:
                return None
        # A mapping or a list may hold anything; only its leaves have values.
        return UNKNOWN if isinstance(value, (dict, list)) else self.state.workflow.value(value)

    def at(self, *path: str | int, label: str = "") -> Location:
        """Return the place in the definition: a file of its own, or within the template."""
        return self.state.workflow.at((*self.state.pointer, *path), key=not path, label=label)


class Activity(Node):
    """A Step Functions activity: work that is fetched by a worker of one's own."""


__all__ = ["Activity", "StateMachine", "StateNode"]

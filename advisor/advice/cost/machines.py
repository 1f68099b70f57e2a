"""State machines: how often each state is entered, and what that and an execution are billed for.

A state that is entered is one state transition; so is each retry of a task.
https://aws.amazon.com/step-functions/pricing/
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from advisor.advice.cost.amounts import ONE, UNKNOWN, Amount
from advisor.advice.cost.model import tries
from advisor.architecture.edges import EdgeKind, Evidence
from advisor.architecture.nodes import Function, StateMachine, StateNode
from advisor.documents.location import format_pointer
from advisor.templates.values import Unknown

if TYPE_CHECKING:
    from advisor.advice.cost.model import Model
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.workflows.model import Scope, State

_CALLS = frozenset({EdgeKind.INVOKES, EdgeKind.STARTS, EdgeKind.PUBLISHES, EdgeKind.WRITES})
_CATCH, _CHOICES = "Catch", frozenset({"Choices", "Default"})
MEMORY_PIECE = 64
"""MB in which the memory of an Express execution is billed."""


STANDARD_DURATION = "milliseconds of one execution; decides whether it could be an Express one"


def connect_machines(model: Model, architecture: Architecture) -> None:
    """Add the links and charges of all state machines."""
    for machine in architecture.all(StateMachine):
        if machine.id in model.deployment:
            continue
        _Machine(model, architecture, machine).connect()


class _Machine:
    """One state machine while its links are added."""

    def __init__(self, model: Model, architecture: Architecture, machine: StateMachine) -> None:
        self.model = model
        self.machine = machine
        self.express = machine.is_express is True
        self.calls: dict[str, list[Edge]] = {}
        for edge in architecture.outgoing(machine):
            by = edge.declared_by
            if edge.evidence is Evidence.DECLARED and isinstance(by, StateNode):
                self.calls.setdefault(by.id, []).append(edge)

    def connect(self) -> None:
        """Link the machine to its states and these to each other and to what they call."""
        model, machine = self.model, self.machine
        name = model.names.of(machine)
        if isinstance(machine.is_express, Unknown) or machine.stands_alone:
            model.ledger.suppose("a state machine of an unknown type is a Standard one", name)
        if self.express:
            self._charge_express()
        else:
            model.answers.number("machines", name, "duration_ms", note=STANDARD_DURATION)
        workflow = machine.workflow
        if workflow is None or not workflow.scopes:
            if not self.express:
                model.ledger.lack("the definition of the state machine cannot be read", name)
                model.charge(machine.id, machine, "states-transition", UNKNOWN)
            return
        self._enter(machine.id, workflow.scopes[0], ONE, counted=not self.express)

    def _charge_express(self) -> None:
        model, machine = self.model, self.machine
        name = model.names.of(machine)
        model.charge(machine.id, machine, "states-express-request")
        duration = model.answers.number(
            "machines", name, "duration_ms", note="milliseconds of one execution", most=300_000
        )
        memory = model.answers.number(
            "machines", name, "memory_mb", note="MB of one execution",
            most=100_000, known=Decimal(MEMORY_PIECE),
        )  # fmt: skip
        if duration is None:
            model.ledger.lack("duration of one execution (machines.….duration_ms)", name)
        used = express_gb_seconds(duration, memory or Decimal(MEMORY_PIECE))
        model.ledger.suppose("an Express execution takes 64 MB unless given (machines)", name)
        model.charge(machine.id, machine, "states-express-gb-second", used)

    def _id(self, state: State) -> str:
        return f"{self.machine.id}{format_pointer(state.pointer)}"

    def _enter(self, source: str, scope: Scope, factor: Amount, *, counted: bool) -> None:
        """Link something to the start of a scope, and the states of the scope to each other."""
        start = scope.start
        if start is None:
            self.model.ledger.lack(
                "the first state cannot be told", self.model.names.of(self.machine)
            )
            return
        self.model.link(source, self._id(start), factor)
        for state in scope.states.values():
            self._state(state, counted=counted)

    def _state(self, state: State, *, counted: bool) -> None:
        model, here = self.model, self._id(state)
        failure, attempts = self._task(state)
        if counted:
            model.charge(here, self.machine, "states-transition", Amount(attempts))
        if state.type == "Choice":
            self._choice(state)
        else:
            lost = failure ** _most(state) if failure else Decimal(0)
            caught = [t for t in state.transitions if t.kind.value == _CATCH and t.state]
            for move in state.transitions:
                if move.state is None:
                    continue
                if move.kind.value != _CATCH:
                    model.link(here, self._id(move.state), Amount(1 - lost))
                elif lost:
                    model.link(here, self._id(move.state), Amount(lost / len(caught)))
        for scope in state.scopes:
            inside = self._items(state) if state.type == "Map" else ONE
            self._enter(
                here, scope, inside, counted=counted and self._children(state, scope, inside)
            )

    def _children(self, state: State, scope: Scope, items: Amount) -> bool:
        """Charge the Express children of a distributed Map; tell whether states are billed."""
        if scope.execution_type != "EXPRESS":
            return True
        model, here = self.model, self._id(state)
        model.ledger.lack("duration of the Express children of a Map state", state.name)
        model.charge(here, self.machine, "states-express-request", items, "children of a Map")
        model.charge(here, self.machine, "states-express-gb-second", items * UNKNOWN)
        return False

    def _task(self, state: State) -> tuple[Decimal, Decimal]:
        """Link a task to what it calls; return its failure rate and its mean attempts."""
        failure, attempts = Decimal(0), Decimal(1)
        edges = [edge for edge in self.calls.get(self._id(state), ()) if edge.kind in _CALLS]
        for edge in edges:
            if isinstance(edge.target, Function) and state.type == "Task":
                failure = self.model.failure(edge.target)
                attempts = tries(failure, _most(state))
            self.model.link(self._id(state), edge.target, Amount(attempts))
        return failure, attempts

    def _items(self, state: State) -> Amount:
        model, name = self.model, self.model.names.state(self.machine, state)
        note = "batches of items each time" if "ItemBatcher" in state.data else "items each time"
        given = model.answers.number("maps", name, note=note, most=10**8)
        if given is None:
            model.ledger.lack("items that a Map state goes through (maps)", name)
            return UNKNOWN
        return Amount(given)

    def _choice(self, state: State) -> None:
        """Link a Choice to its ways: by the shares that are given, else all alike."""
        model, name = self.model, self.model.names.state(self.machine, state)
        targets = {
            move.state.name: move.state
            for move in state.transitions
            if move.state is not None and move.kind.value in _CHOICES
        }
        note = f"share that goes this way; 1/{len(targets)} is supposed"
        given = {
            target: model.answers.number("choices", name, target, note=note, most=1)
            for target in targets
        }
        told = [share for share in given.values() if share is not None]
        if told and (sum(told) > 1 or (len(told) == len(given) and sum(told) != 1)):
            model.ledger.suppose("shares that do not add up to 1 are brought to it (choices)", name)
        for target, share in shares(given).items():
            model.link(self._id(state), self._id(targets[target]), Amount(share))
        if len(targets) > 1 and any(share is None for share in given.values()):
            model.ledger.suppose(
                "ways out of a Choice state are taken alike unless given (choices)", name
            )


def shares(given: dict[str, Decimal | None]) -> dict[str, Decimal]:
    """Return a share for each way: what is left of 1 is split among those that have none.

    Shares that add up to another number than 1 are brought to it.
    """
    told = sum((share for share in given.values() if share is not None), Decimal(0))
    silent = [target for target, share in given.items() if share is None]
    each = max(Decimal(0), 1 - told) / len(silent) if silent else Decimal(0)
    found = {target: each if share is None else share for target, share in given.items()}
    whole = sum(found.values(), Decimal(0))
    return {target: share / whole for target, share in found.items()} if whole else found


def express_gb_seconds(duration: Decimal | None, memory: Decimal) -> Amount:
    """Return the GB-seconds of one Express execution: 100 ms and 64 MB are begun in full."""
    from advisor.advice.cost.amounts import chunks

    if duration is None:
        return UNKNOWN
    seconds = chunks(duration, 100) / 10
    return Amount(seconds * chunks(memory, MEMORY_PIECE) * MEMORY_PIECE / 1024)


def _most(state: State) -> int:
    """Return how often a task is tried at most."""
    counts = [retrier.attempts for retrier in state.retriers]
    known = [int(count) for count in counts if not isinstance(count, Unknown)]
    return 1 + min(max(known, default=0), 1_000)


__all__ = ["MEMORY_PIECE", "STANDARD_DURATION", "connect_machines", "express_gb_seconds", "shares"]

"""A state machine as a value: scopes, states, transitions, retriers and catchers."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from advisor.records import field, record, replace
from advisor.templates.values import UNKNOWN, Cause, Unknown
from advisor.workflows.placeholders import Placeholder, fill

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from advisor.documents.change import Change
    from advisor.documents.document import Data
    from advisor.documents.location import Location, Pointer
    from advisor.templates.values import Value
    from advisor.workflows.integrations import Integration
    from advisor.workflows.placeholders import Asl
    from advisor.workflows.places import Places
    from advisor.workflows.validity.problem import Problem

_BEYOND_ALL = 1e15
"""No number of seconds, attempts or items in a definition comes near it."""
_DELAYS_COUNTED = 10_000
"""Retries whose delay is computed one by one; later ones count as the last of these."""


class Language(StrEnum):
    """How a state reads and shapes its data."""

    JSONPATH = "JSONPath"
    JSONATA = "JSONata"


class ScopeKind(StrEnum):
    """What a set of states belongs to."""

    MACHINE = "machine"
    BRANCH = "branch"
    PROCESSOR = "processor"


class TransitionKind(StrEnum):
    """The field that names the target of a transition."""

    NEXT = "Next"
    DEFAULT = "Default"
    CHOICE = "Choices"
    CATCH = "Catch"


@record(frozen=True, eq=False)
class Transition:
    """One way out of a state. `target` is None where it is not plain text."""

    source: State
    kind: TransitionKind
    pointer: Pointer
    target: str | None

    @property
    def state(self) -> State | None:
        """The state that it leads to, None where there is none of that name in the scope."""
        return None if self.target is None else self.source.scope.states.get(self.target)


@record(frozen=True, eq=False)
class Retrier:
    """One entry of `Retry`, with the defaults of the language."""

    state: State
    pointer: Pointer
    data: Mapping[str, Asl]

    @property
    def errors(self) -> tuple[str, ...]:
        """The error names that it answers, those that are plain text."""
        return _texts(self.data.get("ErrorEquals"))

    @property
    def is_open(self) -> bool:
        """Whether some of its error names are filled in at deployment."""
        return _is_open(self.data.get("ErrorEquals"))

    @property
    def interval(self) -> float | Unknown:
        """Seconds before the first retry."""
        return _or_default(self.state.workflow.number(self.data.get("IntervalSeconds")), 1)

    @property
    def attempts(self) -> float | Unknown:
        """How many times it retries at most."""
        return _or_default(self.state.workflow.number(self.data.get("MaxAttempts")), 3)

    @property
    def backoff(self) -> float | Unknown:
        """The factor by which each delay exceeds the one before."""
        return _or_default(self.state.workflow.number(self.data.get("BackoffRate")), 2.0)

    @property
    def max_delay(self) -> float | Unknown | None:
        """The longest delay in seconds, None where not limited."""
        return self.state.workflow.number(self.data.get("MaxDelaySeconds"))

    @property
    def jitter(self) -> bool:
        """Whether delays are spread at random."""
        return self.data.get("JitterStrategy") == "FULL"

    @property
    def delays(self) -> tuple[float, float] | None:
        """The longest single delay and the sum of all, in seconds; None where not known."""
        interval, attempts, rate, cap = self.interval, self.attempts, self.backoff, self.max_delay
        if isinstance(interval, Unknown) or isinstance(attempts, Unknown):
            return None
        if isinstance(rate, Unknown) or isinstance(cap, Unknown):
            return None
        delay, total, last = float(interval), 0.0, 0.0
        counted = min(int(attempts), _DELAYS_COUNTED)
        for _ in range(counted):
            last = delay if cap is None else min(delay, float(cap))
            total += last
            # Beyond a millennium the exact figure says nothing, and floats overflow.
            delay = min(delay * rate, 1e11)
        return last, total + max(int(attempts) - counted, 0) * last


@record(frozen=True, eq=False)
class Catcher:
    """One entry of `Catch`."""

    state: State
    pointer: Pointer
    data: Mapping[str, Asl]
    transition: Transition | None

    @property
    def errors(self) -> tuple[str, ...]:
        """The error names that it answers, those that are plain text."""
        return _texts(self.data.get("ErrorEquals"))

    @property
    def is_open(self) -> bool:
        """Whether some of its error names are filled in at deployment."""
        return _is_open(self.data.get("ErrorEquals"))

    @property
    def target(self) -> State | None:
        """The state that goes on after the error."""
        return self.transition.state if self.transition else None


@record(frozen=True, eq=False)
class State:
    """One state. `type` is empty where the definition has no readable one."""

    name: str
    type: str
    pointer: Pointer
    scope: Scope
    data: Mapping[str, Asl]
    language: Language
    transitions: list[Transition] = field(default_factory=list)
    retriers: list[Retrier] = field(default_factory=list)
    catchers: list[Catcher] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    """The branches of a Parallel state, the processor of a Map state."""
    calls: list[Integration] = field(default_factory=list)
    """What a Task calls; of a Map state, what its reader and writer call."""

    def __repr__(self) -> str:
        return f"<State {self.name} {self.type}>"

    @property
    def workflow(self) -> Workflow:
        """The machine that it is a state of."""
        return self.scope.workflow

    @property
    def call(self) -> Integration | None:
        """What a Task calls; None for every other state and where there is no resource."""
        return self.calls[0] if self.type == "Task" and self.calls else None

    @property
    def is_terminal(self) -> bool:
        """Whether its scope can end here."""
        return self.type in {"Succeed", "Fail"} or self.data.get("End") is True

    @property
    def is_jsonata(self) -> bool:
        """Whether it reads and shapes data with JSONata."""
        return self.language is Language.JSONATA

    @property
    def is_distributed(self) -> bool:
        """Whether it is a Map that runs every item as an execution of its own."""
        return any(scope.mode == "DISTRIBUTED" for scope in self.scopes)

    @property
    def arguments(self) -> Asl:
        """What a Task sends: `Arguments` or `Parameters`, whichever its language has."""
        return self.data.get("Arguments" if self.is_jsonata else "Parameters")

    @property
    def arguments_pointer(self) -> Pointer:
        """Where `arguments` stands, or would."""
        return (*self.pointer, "Arguments" if self.is_jsonata else "Parameters")

    @property
    def timeout(self) -> float | Unknown | None:
        """Seconds until a Task fails with `States.Timeout`; None where it has none of its own."""
        return self.seconds("TimeoutSeconds")

    @property
    def heartbeat(self) -> float | Unknown | None:
        """Seconds between two signs of life of a Task; None where it expects none."""
        return self.seconds("HeartbeatSeconds")

    @property
    def concurrency(self) -> float | Unknown | None:
        """Items that a Map handles at a time; None and 0 mean as many as possible."""
        return self.seconds("MaxConcurrency")

    def seconds(self, name: str) -> float | Unknown | None:
        """Return a number that may also be given by a `…Path` field, which makes it Unknown."""
        if name in self.data:
            return self.workflow.number(self.data[name])
        return UNKNOWN if f"{name}Path" in self.data else None

    def at(self, *path: str | int, label: str = "") -> Location:
        """Return where a field of the state stands, or the state's name where there is no path."""
        return self.workflow.at((*self.pointer, *path), key=not path, label=label)

    def change(self, *path: str | int, value: Data) -> Change | None:
        """Return the change that gives a field a value; None where the text cannot be edited."""
        return self.workflow.change((*self.pointer, *path), value)

    def removal(self, *path: str | int) -> Change | None:
        """Return the change that removes a field; None where the text cannot be edited."""
        return self.workflow.change((*self.pointer, *path), None, remove=True)

    def renaming(self, field: str, name: str) -> Change | None:
        """Return the change that gives a field another name."""
        change = self.workflow.change((*self.pointer, field), None)
        return None if change is None else replace(change, rename=name)

    def enclosing(self) -> Iterator[State]:
        """Yield the Map and Parallel states around it, the innermost first."""
        owner = self.scope.owner
        while owner is not None:
            yield owner
            owner = owner.scope.owner

    def within(self) -> Iterator[State]:
        """Yield the states inside of it at any depth, in reading order."""
        waiting = list(reversed(self.scopes))
        while waiting:
            scope = waiting.pop()
            for state in scope.states.values():
                yield state
                waiting.extend(reversed(state.scopes))


@record(frozen=True, eq=False)
class Scope:
    """States that can name one another: the machine, a Parallel branch or a Map's processor."""

    workflow: Workflow
    kind: ScopeKind
    pointer: Pointer
    data: Mapping[str, Asl]
    owner: State | None
    depth: int
    """Map and Parallel states around it; 0 for the machine."""
    states: dict[str, State] = field(default_factory=dict)
    is_open: bool = False
    """Whether some states or targets are filled in at deployment, so that any name may exist."""

    @property
    def start(self) -> State | None:
        """The state that it starts with."""
        name = self.data.get("StartAt")
        return self.states.get(name) if isinstance(name, str) else None

    @property
    def config(self) -> Mapping[str, Asl]:
        """`ProcessorConfig` of a Map's processor, empty where there is none."""
        config = self.data.get("ProcessorConfig")
        return config if isinstance(config, dict) else {}

    @property
    def mode(self) -> str:
        """`INLINE` or `DISTRIBUTED`; empty where it is filled in at deployment."""
        mode = self.config.get("Mode", "INLINE")
        return mode if isinstance(mode, str) else ""

    @property
    def execution_type(self) -> str:
        """`STANDARD` or `EXPRESS` for the children of a distributed Map, else empty."""
        kind = self.config.get("ExecutionType", "")
        return kind if isinstance(kind, str) and self.mode == "DISTRIBUTED" else ""

    def reachable(self, *also: State) -> set[str]:
        """Return the names of the states that can be reached from the start, or from others."""
        start = self.start
        found: set[str] = set()
        waiting = [*also, start] if start else list(also)
        while waiting:
            state = waiting.pop()
            if state.name in found:
                continue
            found.add(state.name)
            waiting.extend(t.state for t in state.transitions if t.state is not None)
        return found


@record(eq=False)
class Workflow:
    """One state machine: its data, its scopes in reading order, and where everything stands."""

    data: Asl
    places: Places
    substitutions: Mapping[str, Value] | None
    """What `DefinitionSubstitutions` says; None where no template deploys the definition."""
    names: Mapping[str, Value] = field(default_factory=dict)
    """Further placeholders that have a value, such as those of `Fn::Sub`."""
    language: Language = Language.JSONPATH
    scopes: list[Scope] = field(default_factory=list)
    size: int = 0
    """Bytes of the definition as text in UTF-8, 0 where it is an object in a template."""
    placeholders: dict[str, list[Pointer]] | None = field(default=None, repr=False, compare=False)
    """Where each placeholder is used, once somebody has asked (`facts.placeholders`)."""
    problems: dict[str | None, list[Problem]] = field(
        default_factory=dict, repr=False, compare=False
    )
    """What is wrong with it, by the type of the machine, once somebody has asked."""

    @property
    def root(self) -> Mapping[str, Asl]:
        """The machine's own fields."""
        return self.data if isinstance(self.data, dict) else {}

    @property
    def timeout(self) -> float | Unknown | None:
        """Seconds until an execution fails with `States.Timeout`; None where not limited."""
        return self.number(self.root.get("TimeoutSeconds"))

    def states(self, *types: str) -> Iterator[State]:
        """Yield all states at any depth, or those of some types, in reading order."""
        if not self.scopes:
            return
        waiting = list(reversed(self.scopes[0].states.values()))
        while waiting:
            state = waiting.pop()
            if not types or state.type in types:
                yield state
            for scope in reversed(state.scopes):
                waiting.extend(reversed(scope.states.values()))

    def calls(self) -> Iterator[Integration]:
        """Yield everything that the machine calls, in reading order."""
        for state in self.states():
            yield from state.calls

    def at(self, pointer: Pointer, *, key: bool = False, label: str = "") -> Location:
        """Return where a part of the definition stands; its nearest parent if it is absent."""
        return self.places.at(pointer, key=key, label=label)

    def change(self, pointer: Pointer, value: Data, *, remove: bool = False) -> Change | None:
        """Return a change of the definition; None where its text does not stand line by line."""
        from advisor.documents.change import Change
        from advisor.workflows.places import DocumentPlaces, TextPlaces

        places = self.places
        if isinstance(places, DocumentPlaces):
            return Change(places.path, (*places.prefix, *pointer), value, remove=remove)
        if isinstance(places, TextPlaces) and places.is_block:
            return Change(places.path, places.pointer, value, remove=remove, inside=pointer)
        return None

    def lookup(self, name: str) -> Value:
        """Return the value of a placeholder's name, None where nothing defines it."""
        if self.substitutions is not None and name in self.substitutions:
            return self.substitutions[name]
        return self.names.get(name)

    def value(self, data: Asl) -> Value:
        """Return data of the definition with its placeholders resolved as far as possible."""
        if isinstance(data, Placeholder):
            return Unknown(Cause.MISSING, data.name) if data.value is None else data.value
        if isinstance(data, str):
            return fill(data, self.lookup) if "${" in data else data
        if isinstance(data, (dict, list)):
            return UNKNOWN
        return data

    def number(self, data: Asl) -> float | Unknown | None:
        """Return a number, from text where deployment fills it in; Unknown where not known."""
        value = self.value(data)
        if value is None or isinstance(value, Unknown):
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            # Neither infinite nor what no float holds.
            return max(-_BEYOND_ALL, min(value, _BEYOND_ALL))
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
            return int(value)
        return UNKNOWN


def _texts(data: Asl) -> tuple[str, ...]:
    return tuple(item for item in data if isinstance(item, str)) if isinstance(data, list) else ()


def _is_open(data: Asl) -> bool:
    if isinstance(data, list):
        return any(not isinstance(item, str) or "${" in item for item in data)
    return data is not None


def _or_default(value: float | Unknown | None, default: float) -> float | Unknown:
    return default if value is None else value

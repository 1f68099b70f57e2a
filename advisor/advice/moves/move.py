"""What a move is: the findings that it mends, why it is the right one, and two sketches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import EdgeKind, Evidence, Mode
from advisor.architecture.nodes.apis import HttpApi, RestApi, Route
from advisor.architecture.nodes.functions import Permission
from advisor.architecture.nodes.workflows import StateMachine, StateNode
from advisor.architecture.resolution import kind_of
from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.advice.patterns.survey import Survey
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.rules.finding import Finding

MOST_ARRIVALS = 4
"""Callers of one resource that a sketch draws; more are counted."""


@record(frozen=True)
class Spot:
    """One box of a sketch: a resource that is there, one that is new, or a state."""

    key: str
    """Tells it from the others of the same sketch."""
    label: str
    """The logical id or name, as its author wrote it."""
    kind: str
    """A word such as `function`, `queue`, `state-machine`, `state`, `other`."""
    node: Node | None = None
    """The resource that is there already; None for what is new and for states."""
    is_new: bool = False


@record(frozen=True)
class Arrow:
    """One line of a sketch, between the keys of two spots."""

    source: str
    target: str
    label: str = ""


@record(frozen=True)
class Sketch:
    """A small picture: boxes in reading order, and the lines between them."""

    spots: tuple[Spot, ...]
    arrows: tuple[Arrow, ...]


@record(frozen=True)
class Move:
    """One change of the architecture that mends findings."""

    to: str
    """The pattern in kebab case: `state-machine`, `queue`, `webhook-buffer` and so on."""
    title: str
    """What is done, in a few words."""
    why: str
    findings: tuple[Finding, ...]
    before: Sketch
    after: Sketch
    reference: str


class Drawing:
    """A sketch while it is made."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._spots: dict[str, Spot] = {}
        self._arrows: dict[Arrow, None] = {}

    def node(self, node: Node) -> str:
        """Draw a resource that is there; return its key."""
        kind = "state" if isinstance(node, StateNode) else kind_of(node) or "other"
        self._spots.setdefault(node.id, Spot(node.id, node.title, kind, node))
        return node.id

    def new(self, kind: str, stem: str, *, near: Node) -> str:
        """Draw a resource that is to be added, under a free logical id; return its key."""
        name = self._survey.architecture.free_name(stem, near=near)
        taken = {spot.label for spot in self._spots.values()}
        label, count = name, 1
        while label in taken:
            count += 1
            label = f"{name}{count}"
        return self.spot(f"new:{label}", label, kind, is_new=True)

    def spot(self, key: str, label: str, kind: str, *, is_new: bool = False) -> str:
        """Draw a box that is no resource of the graph; return its key."""
        self._spots.setdefault(key, Spot(key, label, kind, is_new=is_new))
        return key

    def arrow(self, source: str, target: str, label: str = "") -> None:
        """Draw a line once."""
        self._arrows[Arrow(source, target, label)] = None

    def arrivals(self, node: Node, target: str, *, but: Iterable[str] = ()) -> None:
        """Draw the callers and events that set a resource off, leading to a key.

        `but` are the ids of those that are left out.
        """
        found = _sources(self._survey, node, but)
        for edge in found[:MOST_ARRIVALS]:
            self.arrow(self.node(edge.source), target, word_of(edge))
        self._more(len(found), target)

    def machine(self, node: Node, stem: str) -> str:
        """Draw the state machine that a function's work moves to; return its key.

        One that runs the function already, and nobody else does, takes in further steps.
        """
        found = _sources(self._survey, node, ())
        if len(found) == 1 and isinstance(found[0].source, StateMachine):
            return self.node(found[0].source)
        return self.new("state-machine", stem, near=node)

    def starts(self, node: Node, machine: str, *, waits: bool, label: str = "step 1") -> None:
        """Draw how what sets a function off starts a state machine instead, which runs it first.

        What can start no execution by itself does so over a pipe or a rule; for callers that
        know functions only the function stays in front. `waits` says whether an Express
        execution answers those who wait, else they get an answer at once and ask again.
        """
        found = _sources(self._survey, node, ())
        for edge in found[:MOST_ARRIVALS]:
            source, kind = self.node(edge.source), kind_of(edge.source)
            if source == machine:
                continue
            if isinstance(edge.source, (RestApi, HttpApi)) and edge.mode is Mode.SYNCHRONOUS:
                how = "waits (Express)" if waits else "answers 202"
                self.arrow(source, machine, f"{word_of(edge)}, {how}")
                if not waits:
                    self.arrow(source, machine, "a second request fetches the outcome")
            elif kind in _BY_PIPE:
                pipe = self.new("pipe", f"{edge.source.title}Pipe", near=node)
                self.arrow(source, pipe, "polled")
                self.arrow(pipe, machine, "starts")
            elif kind == "bucket":
                rule = self.new("rule", f"{edge.source.title}Rule", near=node)
                self.arrow(source, rule, "events over EventBridge")
                self.arrow(rule, machine, "starts")
            elif kind in _STARTERS:
                self.arrow(source, machine, "starts")
            else:
                self.arrow(source, self.node(node), word_of(edge))
                how = "starts it and waits (Express)" if waits else "starts"
                self.arrow(self.node(node), machine, how)
        self._more(len(found), machine)
        if not any(arrow.source == node.id for arrow in self._arrows):
            self.arrow(machine, self.node(node), label)

    def _more(self, count: int, target: str) -> None:
        if count > MOST_ARRIVALS:
            more = f"{count - MOST_ARRIVALS} more"
            self.arrow(self.spot(f"more:{target}", more, "other"), target)

    def done(self) -> Sketch:
        """Return the sketch."""
        return Sketch(tuple(self._spots.values()), tuple(self._arrows))


_BY_PIPE = frozenset({"queue", "stream", "table", "kafka", "broker"})
"""What a state machine is started with by a pipe.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html
"""
_STARTERS = frozenset({"rule", "schedule", "pipe", "state-machine", "function", "iot-rule"})
"""What starts a state machine by itself, or can be made to."""


def _sources(survey: Survey, node: Node, but: Iterable[str]) -> list[Edge]:
    """Return one edge for each of those that set a resource off."""
    left = set(but) | {node.id}
    found: dict[str, Edge] = {}
    for edge in arriving(survey, node):
        if edge.source.id not in left:
            found.setdefault(edge.source.id, edge)
    return list(found.values())


def arriving(survey: Survey, node: Node) -> list[Edge]:
    """Return the declared edges that set a resource off."""
    return [
        edge
        for edge in survey.incoming(node, EdgeKind.INVOKES, EdgeKind.STARTS)
        # A mere permission names a service at most, and no way that events take.
        if edge.evidence is Evidence.DECLARED and not isinstance(edge.declared_by, Permission)
    ]


def word_of(edge: Edge) -> str:
    """Return what stands on the line of an edge: the route, or how it runs its target."""
    if isinstance(edge.declared_by, Route):
        return edge.declared_by.label
    if edge.mode is not None:
        return {"synchronous": "waits", "asynchronous": "event", "polled": "polled"}[
            edge.mode.value
        ]
    return edge.kind.value


__all__ = ["Arrow", "Drawing", "Move", "Sketch", "Spot", "arriving", "word_of"]

"""What connects two nodes: kind, invocation mode, evidence and the place that declares it."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from advisor.records import record

if TYPE_CHECKING:
    from advisor.architecture.nodes import Node
    from advisor.documents.location import Location
    from advisor.templates.values import Value


class EdgeKind(StrEnum):
    """What one node does to another, in the direction in which events flow."""

    INVOKES = "invokes"
    """Runs a function: a caller, an event, a mapping or a grant to do so."""
    FEEDS = "feeds"
    """A queue, stream or topic hands its messages on to a consumer that is not a function."""
    PUBLISHES = "publishes"
    """Sends a message or an event to a queue, topic, bus or stream."""
    STARTS = "starts"
    """Starts a state machine, a task or a job."""
    READS = "reads"
    WRITES = "writes"
    CONNECTS = "connects"
    """Holds a connection to a database, cache or proxy."""
    DEAD_LETTERS = "dead-letters"
    """Sends what failed to a sink."""
    CONTAINS = "contains"
    """A state machine its states, a VPC its subnets, an API its routes."""
    ROUTES = "routes"
    """An API, distribution or bus to one of its own parts."""
    USES = "uses"
    """Depends on without events flowing: a layer, a log group, a security group."""


class Mode(StrEnum):
    """How an edge that runs something waits for it; decides who retries."""

    SYNCHRONOUS = "synchronous"
    ASYNCHRONOUS = "asynchronous"
    POLLED = "polled"


class Evidence(IntEnum):
    """How an edge is known, the surer the greater."""

    REFERENCED = 1
    """The function's environment names the resource."""
    GRANTED = 2
    """An IAM grant of a specific action on a specific resource."""
    PROVED = 3
    """The function's source makes the call and its target resolves."""
    DECLARED = 4
    """An integration that AWS itself performs."""

    @property
    def word(self) -> str:
        """The name in lower case, as every output writes it."""
        return self.name.lower()


@record(frozen=True, eq=False)
class Edge:
    """One connection, directed the way events flow."""

    source: Node
    target: Node
    kind: EdgeKind
    evidence: Evidence
    declared_by: Node
    """The node whose resource writes it down: the mapping, the rule, the function …"""
    path: tuple[str | int, ...] = ()
    """The property of `declared_by` that writes it down."""
    mode: Mode | None = None
    via: str = ""
    """What makes the connection, in a reader's words: "event source mapping", "S3 notification"."""
    qualifier: Value = None
    """Version or alias of the function that is run: a name, a reference, or None for none."""
    actions: tuple[str, ...] = ()
    """For a grant or a call, the IAM actions, such as `sqs:SendMessage`; lower-case service."""
    place: Location | None = None
    """Where it is written if not in a property of `declared_by`: a line of code, a state."""

    def at(self, label: str = "") -> Location:
        """Return the place that declares the edge."""
        if self.place is not None:
            return self.place.labelled(label)
        return self.declared_by.at(*self.path, label=label)

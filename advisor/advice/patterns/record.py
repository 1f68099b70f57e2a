"""What a recognised pattern is: its parts by role, what proves it, and what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import Evidence
from advisor.records import record
from advisor.rules.finding import Confidence
from advisor.rules.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.documents.location import Location
    from advisor.rules.finding import Finding

_ACTS = {
    "invokes": "invoke",
    "publishes": "send to",
    "starts": "start",
    "reads": "read",
    "writes": "write",
    "connects": "connect to",
}


@record(frozen=True)
class Kind:
    """One pattern of the catalogue."""

    name: str
    """In kebab case, as JSON and the command line write it."""
    title: str
    summary: str
    """What it is good for, in one sentence without a full stop."""
    references: tuple[str, ...]
    asks: Mapping[str, str]
    """Rules that tell what a case of it lacks, each with what that is: "a dead-letter queue"."""


@record(frozen=True)
class Part:
    """The resources that play one role in a pattern, in reading order."""

    role: str
    nodes: tuple[Node, ...]


@record(frozen=True)
class Lack:
    """One thing that is not there and belongs to the pattern."""

    what: str
    said: str
    """The fact, in the words of the rule where one tells of it."""
    place: Location
    finding: Finding | None = None
    """The finding that tells of it; None where no rule does."""


@record(frozen=True)
class Pattern:
    """One case of a pattern in an architecture."""

    kind: Kind
    parts: tuple[Part, ...]
    edges: tuple[Edge, ...]
    """The connections that prove it."""
    confidence: Confidence
    because: str
    """What the confidence rests on."""
    lacks: tuple[Lack, ...] = ()

    @property
    def heart(self) -> Node:
        """The resource that gives the case its name and place: the first one of the first part."""
        return self.parts[0].nodes[0]

    def nodes(self) -> Iterable[Node]:
        """Yield every resource that plays a role, each once."""
        yield from {node.id: node for part in self.parts for node in part.nodes}.values()


def part(role: str, nodes: Iterable[Node]) -> Part:
    """Return a part of nodes, each of them once."""
    return Part(role, tuple({node.id: node for node in nodes}.values()))


def pattern(
    kind: Kind,
    parts: Iterable[Part],
    edges: Iterable[Edge],
    *,
    doubt: str = "",
    lacks: Iterable[Lack] = (),
) -> Pattern:
    """Return a case, as sure as the weakest of its connections; `doubt` makes it less sure.

    Parts that nothing plays are left out.
    """
    proof = tuple(dict.fromkeys(edges))
    granted = [edge for edge in proof if edge.evidence < Evidence.PROVED]
    if doubt or granted:
        confidence = Confidence.MEDIUM
        because = "; ".join(filter(None, (doubt, _permitted(granted))))
    else:
        confidence = Confidence.HIGH
        in_code = [edge for edge in proof if edge.evidence is Evidence.PROVED]
        because = "the templates declare every connection" if proof else "the definition says so"
        if in_code:
            names = listed(edge.source.name for edge in in_code)
            because = f"the templates declare the connections, and the code of {names} makes calls"
    filled = tuple(each for each in parts if each.nodes)
    return Pattern(kind, filled, proof, confidence, because, tuple(lacks))


def _permitted(granted: list[Edge]) -> str:
    """Say which connections are known by permissions only."""
    told = dict.fromkeys(
        f"'{edge.source.name}' may {_ACTS.get(edge.kind.value, 'use')} '{edge.target.name}'"
        for edge in granted
    )
    if not told:
        return ""
    first, *others = told
    more = f" and {len(others)} more like it" if others else ""
    return f"known by permission: {first}{more}"


__all__ = ["Kind", "Lack", "Part", "Pattern", "part", "pattern"]

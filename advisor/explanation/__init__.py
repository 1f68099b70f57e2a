"""What is known of a template or of one of its resources, and what the rules say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import EdgeKind
from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.functions import Function
from advisor.architecture.nodes.part import Part
from advisor.explanation.particulars import bounds, particulars, silence
from advisor.explanation.values import known_values
from advisor.records import field, record
from advisor.source.facts import NotRead

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.documents.location import Location
    from advisor.explanation.values import KnownValue
    from advisor.report import Report
    from advisor.rules.finding import Finding
    from advisor.rules.rule import Rule

MOST_VALUES = 60
"""Values shown of one resource."""
MOST_EDGES = 40
"""Connections shown of one resource in one direction."""
_ABOUT_FILES = frozenset({"DOC", "SUP"})
"""Families of rules about what is written beside the resources."""
_HELPERS = frozenset({EdgeKind.USES, EdgeKind.CONTAINS})


@record(frozen=True)
class Connection:
    """One edge as a reader is told of it, seen from the resource that is explained."""

    other: str
    kind: str
    mode: str
    via: str
    evidence: str
    place: str


@record(frozen=True)
class Judgement:
    """A rule and what it said of the resource: "" where it is met."""

    id: str
    name: str
    said: str = ""
    severity: str = ""


@record(frozen=True)
class Explanation:
    """All that is known of one resource."""

    name: str
    type: str
    place: str
    values: tuple[KnownValue, ...] = ()
    more_values: int = 0
    incoming: tuple[Connection, ...] = ()
    outgoing: tuple[Connection, ...] = ()
    about: str = ""
    """What the lines of `more` are about: `code`, `states`, `routes`."""
    more: tuple[str, ...] = ()
    """What was read of a function's code, or why nothing was; a machine's states; routes."""
    not_met: tuple[Judgement, ...] = ()
    not_judged: tuple[Judgement, ...] = ()
    met: tuple[Judgement, ...] = field(default=())


def explained(
    architecture: Architecture, node: Node, *, report: Report, rules: Iterable[Rule]
) -> Explanation:
    """Return what is known of a node; `report` is that of all rules on the same files."""
    place = node.at()
    values = list(known_values(node))
    here = [
        finding
        for finding in (*report.findings, *report.hidden, *(s.finding for s in report.suppressed))
        if finding.location.path == place.path and _is_about(finding, node, place)
    ]
    unsure = [
        item
        for item in report.not_judged
        if item.location.path == place.path
        and item.location.resource == place.resource
        and (not node.is_generated or _is_within(item.location, place))
    ]
    spoken = {f.rule.id for f in here} | {item.rule.id for item in unsure}
    rules = [rule for rule in rules if isinstance(node, rule.applies_to)]
    silent = silence(node)
    unread = [rule for rule in rules if silent and rule.reads_code and rule.id not in spoken]
    spoken |= {rule.id for rule in unread}
    met = [
        Judgement(rule.id, rule.name)
        for rule in rules
        if rule.id not in spoken and rule.id[:3] not in _ABOUT_FILES
    ]
    about, more = particulars(architecture, node)
    return Explanation(
        name=node.title,
        type=node.type,
        place=_shown(place),
        values=tuple(values[:MOST_VALUES]),
        more_values=max(0, len(values) - MOST_VALUES),
        incoming=tuple(_connections(architecture, node, incoming=True)),
        outgoing=tuple(_connections(architecture, node, incoming=False)),
        about=about,
        more=more,
        not_met=tuple(Judgement(f.rule.id, f.rule.name, f.message, f.severity.word) for f in here),
        not_judged=(
            *(Judgement(n.rule.id, n.rule.name, n.because) for n in unsure),
            *(Judgement(rule.id, rule.name, silent) for rule in unread),
        ),
        met=tuple(met),
    )


def _is_about(finding: Finding, node: Node, place: Location) -> bool:
    """Tell whether a finding names a resource; one that SAM makes has what stands at its event."""
    if node.is_generated:
        return any(_is_within(each, place) for each in (finding.location, *finding.related))
    return node.name in {finding.location.resource, *finding.resources}


def _is_within(place: Location, outer: Location) -> bool:
    return place.path == outer.path and place.pointer[: len(outer.pointer)] == outer.pointer


def resources(architecture: Architecture, paths: Iterable[str]) -> list[Node]:
    """Return the resources that templates declare, in reading order."""
    wanted = set(paths)
    return [
        node
        for node in architecture.nodes()
        if not isinstance(node, (Part, External))
        and node.type
        # Of what SAM makes, only events have a name that stands in the template.
        and (not node.is_generated or node.title != node.name)
        and node.at().path in wanted
    ]


def named(architecture: Architecture, nodes: Sequence[Node], name: str) -> list[Node]:
    """Return the resources of a name: those that the template writes before what is made of them.

    A name is the logical id or, of what SAM makes of an event, the event's name.
    """
    found = [node for node in nodes if node.name == name and not node.is_generated]
    found = found or [n for n in nodes if name in {n.title, n.name, n.resource.logical_id}]
    return found or [node for node in architecture.all(Part) if node.title == name]


def unread(architecture: Architecture, nodes: Iterable[Node]) -> dict[str, list[str]]:
    """Return the functions whose code is not read, by the reason for it."""
    del architecture
    found: dict[str, list[str]] = {}
    for node in nodes:
        if isinstance(node, Function) and isinstance(node.source, NotRead):
            found.setdefault(node.source.reason, []).append(node.name)
    return found


def _shown(place: Location) -> str:
    return f"{place.path}:{place.span.start.line}"


# --- connections --------------------------------------------------------------------------------


def _connections(architecture: Architecture, node: Node, *, incoming: bool) -> Iterator[Connection]:
    edges = architecture.incoming(node) if incoming else architecture.outgoing(node)
    told: set[tuple[object, ...]] = set()
    for edge in sorted(edges, key=_weight):
        other = edge.source if incoming else edge.target
        if edge.kind in _HELPERS and edge.evidence.word != "referenced":
            continue
        key = (other.id, edge.kind, edge.evidence, edge.via)
        if key in told or len(told) >= MOST_EDGES:
            continue
        told.add(key)
        yield Connection(
            other=other.title,
            kind=edge.kind.value,
            mode=edge.mode.value if edge.mode is not None else "",
            via=", ".join(filter(None, (edge.via, bounds(edge)))),
            evidence=edge.evidence.word,
            place=_shown(edge.at()),
        )


def _weight(edge: Edge) -> tuple[int, str]:
    return (-edge.evidence, edge.kind.value)


__all__ = [
    "Connection",
    "Explanation",
    "Judgement",
    "explained",
    "named",
    "resources",
    "unread",
]

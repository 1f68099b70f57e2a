"""What is known of a template or of one of its resources, and what the rules say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import EdgeKind
from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.functions import Function
from advisor.architecture.nodes.part import Part
from advisor.records import field, record
from advisor.source.facts import NotRead
from advisor.templates.values import Reference, Text, Unknown, is_known, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.documents.location import Location
    from advisor.report import Report
    from advisor.rules.rule import Rule
    from advisor.source.facts import Facts
    from advisor.templates.values import Value

MOST_VALUES = 60
"""Values shown of one resource."""
MOST_EDGES = 40
"""Connections shown of one resource in one direction."""
_DEEPEST = 8
_LONGEST = 200
_ABOUT_FILES = frozenset({"DOC", "SUP"})
"""Families of rules about what is written beside the resources."""
_HELPERS = frozenset({EdgeKind.USES, EdgeKind.CONTAINS})


@record(frozen=True)
class KnownValue:
    """One resolved value: `why` says what is not known of it, "" where all is."""

    name: str
    value: str
    why: str
    place: str


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
    code: tuple[str, ...] = ()
    """What was read of a function's code, or why nothing was."""
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
        if finding.location.path == place.path
        and node.name in {finding.location.resource, *finding.resources}
    ]
    unsure = [
        item
        for item in report.not_judged
        if item.location.path == place.path and item.location.resource == place.resource
    ]
    spoken = {f.rule.id for f in here} | {item.rule.id for item in unsure}
    rules = [rule for rule in rules if isinstance(node, rule.applies_to)]
    silent = _silence(node)
    unread = [rule for rule in rules if silent and rule.reads_code and rule.id not in spoken]
    spoken |= {rule.id for rule in unread}
    met = [
        Judgement(rule.id, rule.name)
        for rule in rules
        if rule.id not in spoken and rule.id[:3] not in _ABOUT_FILES
    ]
    return Explanation(
        name=node.title,
        type=node.type,
        place=_shown(place),
        values=tuple(values[:MOST_VALUES]),
        more_values=max(0, len(values) - MOST_VALUES),
        incoming=tuple(_connections(architecture, node, incoming=True)),
        outgoing=tuple(_connections(architecture, node, incoming=False)),
        code=tuple(_code(node)) if isinstance(node, Function) else (),
        not_met=tuple(Judgement(f.rule.id, f.rule.name, f.message, f.severity.word) for f in here),
        not_judged=(
            *(Judgement(n.rule.id, n.rule.name, n.because) for n in unsure),
            *(Judgement(rule.id, rule.name, silent) for rule in unread),
        ),
        met=tuple(met),
    )


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


# --- values -------------------------------------------------------------------------------------


def known_values(node: Node) -> Iterator[KnownValue]:
    """Yield every resolved value of a node, the leaves in reading order."""
    properties = node.get()
    if not isinstance(properties, dict):
        return
    stack: list[tuple[tuple[str | int, ...], Value]] = [
        ((key,), value) for key, value in reversed(properties.items())
    ]
    while stack:
        path, value = stack.pop()
        inner: list[tuple[str | int, Value]] = []
        if len(path) < _DEEPEST and isinstance(value, dict):
            inner = list(value.items())
        elif len(path) < _DEEPEST and isinstance(value, list):
            inner = list(enumerate(value))
        if inner:
            stack += [((*path, key), item) for key, item in reversed(inner)]
            continue
        name = ".".join(str(key) for key in path)
        yield KnownValue(name, _value(value), _why(value), _shown(node.at(*path)))


def _value(value: Value) -> str:
    if isinstance(value, (dict, list)):
        text = "{…}" if isinstance(value, dict) and value else "[…]" if value else str(value)
    elif isinstance(value, Reference):
        text = f"→ {show(value)}"
    elif isinstance(value, Unknown):
        text = _unknown(value)
    elif isinstance(value, Text):
        text = "".join(
            part
            if isinstance(part, str)
            else f"${{{_unknown(part) if isinstance(part, Unknown) else show(part)}}}"
            for part in value.parts
        )
    else:
        text = show(value)
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[:_LONGEST]}…"


def _unknown(value: Unknown) -> str:
    # The key begins with the template that the name belongs to.
    return value.key.rpartition("#")[2] or "?"


def _why(value: Value) -> str:
    if isinstance(value, Unknown):
        return value.cause.value
    if isinstance(value, Text) and not is_known(value):
        causes = {part.cause.value for part in value.parts if isinstance(part, Unknown)}
        return f"in part: {', '.join(sorted(causes))}"
    return ""


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
            via=edge.via,
            evidence=edge.evidence.word,
            place=_shown(edge.at()),
        )


def _weight(edge: Edge) -> tuple[int, str]:
    return (-edge.evidence, edge.kind.value)


# --- code ---------------------------------------------------------------------------------------


def _silence(node: Node) -> str:
    """Return why the code of a function does not tell all, "" where it does."""
    if not isinstance(node, Function):
        return ""
    facts = node.source
    if isinstance(facts, NotRead):
        return facts.reason
    return "" if facts.is_complete else "not all of its code is read"


def _code(function: Function) -> Iterator[str]:
    facts = function.source
    if isinstance(facts, NotRead):
        yield (
            f"not read: {facts.reason}; what it calls is known by its grants and its "
            "environment only"
        )
        return
    yield from _read(function, facts)


def _read(function: Function, facts: Facts) -> Iterator[str]:
    handler = facts.handler_place
    where = f", handler at {_shown(function.in_code(handler))}" if handler is not None else ""
    files = len(facts.files)
    yield f"read: {files} file{'' if files == 1 else 's'}{where}"
    for call in facts.calls[:MOST_EDGES]:
        target = call.target
        on = f" on {target.kind.value} '{target.text}'" if target.text else ""
        how = f", {call.invocation.value}" if call.invocation is not None else ""
        yield f"calls {call.action}{on}{how} at {_shown(function.in_code(call.place))}"
    for place in facts.opaque:
        yield f"uses a client in a way that is not followed at {_shown(function.in_code(place))}"
    for problem in facts.problems:
        yield f"not all is read: {problem}"


__all__ = [
    "Connection",
    "Explanation",
    "Judgement",
    "KnownValue",
    "explained",
    "named",
    "resources",
    "unread",
]

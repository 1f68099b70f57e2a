"""Which node a value names: by reference, ARN, name or URL, each by one look into an index."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from advisor.architecture.names import BY_ARN, BY_TYPE, LAST, SERVICES, SLASHED, UNTYPED
from advisor.records import record
from advisor.templates.values import Reference, Text, Unknown, join

if TYPE_CHECKING:
    from advisor.architecture.nodes.base import Node
    from advisor.templates.values import Value

Parts = tuple[str | Reference | Unknown, ...]
"""A text as a sequence of what is known and what is not; no two strings side by side."""

MAX_PARTS = 200
"""Parts of one text that are looked at; more is no name of anything."""

_SINGLE_COLONS = 5  # colons before the resource in an ARN


@record(frozen=True)
class Found:
    """What a value names: a node, and what stands behind its name, such as `:live` or `/*`."""

    node: Node
    rest: Parts = ()


@record(frozen=True)
class Arn:
    """An ARN taken apart; `kind` is empty where the kind of resource is not known."""

    service: str
    account: Parts
    kind: str
    name: Parts
    rest: Parts

    @property
    def account_id(self) -> str:
        """The account that the ARN spells out; empty for the one that is deployed to."""
        known = [part for part in self.account if isinstance(part, str)]
        return known[0] if len(known) == len(self.account) == 1 else ""


class Index:
    """Nodes by identity and by physical name."""

    def __init__(self) -> None:
        self._by_identity: dict[tuple[str, str], Node] = {}
        self._by_name: dict[tuple[str, Parts], list[Node]] = defaultdict(list)
        self._by_bare_name: dict[Parts, list[Node]] = defaultdict(list)

    def add(self, node: Node) -> None:
        """Take in the node of a resource."""
        resource = node.resource
        self._by_identity.setdefault((resource.owner, resource.logical_id), node)
        row = BY_TYPE.get(resource.type)
        if row is None or not row.property:
            return
        name = parts_of(node.get(row.property))
        if name and name != ("",):
            name = _identities(name)
            self._by_name[row.kind, name].append(node)
            self._by_bare_name[name].append(node)

    def identity(self, reference: Reference) -> Node | None:
        """Return the node of the resource that a reference names."""
        return self._by_identity.get(reference.resource)

    def named(self, name: Parts, kind: str = "", near: str = "") -> Node | None:
        """Return the one node of a physical name; of several only the one in the owner `near`."""
        if len(name) == 1 and isinstance(name[0], Reference):
            return self.identity(name[0])
        name = _identities(name)
        nodes = self._by_name.get((kind, name)) if kind else self._by_bare_name.get(name)
        if not nodes:
            return None
        if len(nodes) == 1:
            return nodes[0]
        close = [node for node in nodes if node.resource.owner == near]
        return close[0] if len(close) == 1 else None

    def find(self, value: Value, *, kind: str = "", near: str = "") -> Found | None:
        """Return what a value names; `kind` says what a bare name would be the name of."""
        parts = parts_of(value)
        if not parts or len(parts) > MAX_PARTS:
            return None
        inner = _invoked(parts)
        if inner is not None:
            parts = inner
        first = parts[0]
        if isinstance(first, Reference):
            return self._from_reference(first, parts[1:])
        arn = parse_arn(parts)
        if arn is not None:
            node = self.named(arn.name, arn.kind, near) if arn.kind and arn.name else None
            return Found(node, arn.rest) if node is not None else None
        queue = _queue_of_url(parts)
        if queue is not None:
            node = self.named(queue, "queue", near)
        else:
            node = self.named(parts, kind, near)
            if node is None and kind == "function":
                return self._partial(parts, near)
        return Found(node) if node is not None else None

    def _from_reference(self, first: Reference, rest: Parts) -> Found | None:
        """Read `${Fn}`, `${Fn.Arn}:live`, `${Table.Arn}/index/*`, `${Bucket.Arn}*`."""
        if rest and not (isinstance(rest[0], str) and rest[0][:1] in {":", "/", "*"}):
            return None
        node = self.identity(first)
        return Found(node, rest) if node is not None else None

    def _partial(self, parts: Parts, near: str) -> Found | None:
        """Read `account:function:name` and `name:alias`, which Lambda takes for an ARN."""
        pieces = split(parts, ":")
        if len(pieces) > 1 and pieces[1] == ("function",):
            pieces = pieces[2:]
        if not pieces:
            return None
        node = self.named(pieces[0], "function", near)
        rest: Parts = (":", *pieces[1]) if len(pieces) > 1 else ()
        return Found(node, normal(rest)) if node is not None else None


def parts_of(value: Value) -> Parts | None:
    """Return a text as a sequence of parts; None where it is no text."""
    if isinstance(value, Text):
        return value.parts
    if isinstance(value, (str, Reference, Unknown)):
        return (value,)
    return None


def normal(parts: Parts) -> Parts:
    """Return parts with neighbouring strings joined and empty ones dropped."""
    return parts_of(join(list(parts))) or () if parts else ()


def split(parts: Parts, separators: str, most: int = -1) -> list[Parts]:
    """Split a text at any of some characters, at most `most` times; empty pieces are kept."""
    pieces: list[list[str | Reference | Unknown]] = [[]]
    for part in parts:
        if not isinstance(part, str):
            pieces[-1].append(part)
            continue
        start = 0
        for at, character in enumerate(part):
            if character in separators and most != 0:
                if at > start:
                    pieces[-1].append(part[start:at])
                pieces.append([])
                start = at + 1
                most -= 1
        if start < len(part):
            pieces[-1].append(part[start:])
    return [tuple(piece) for piece in pieces]


def parse_arn(value: Value | Parts) -> Arn | None:
    """Take an ARN apart; None where a value is no ARN."""
    parts = value if isinstance(value, tuple) else parts_of(value)
    if not parts or not isinstance(parts[0], str) or not parts[0].startswith("arn:"):
        return None
    pieces = split(parts, ":", _SINGLE_COLONS)
    if len(pieces) <= _SINGLE_COLONS or len(pieces[2]) != 1 or not isinstance(pieces[2][0], str):
        return None
    service, account, resource = pieces[2][0], pieces[4], pieces[5]
    row = UNTYPED.get(service)
    if row is not None:
        name, rest = _cut(resource, ":/")
        return Arn(service, account, row.kind, name, rest)
    word, behind = _cut(resource, ":/")
    row = BY_ARN.get((service, word[0])) if len(word) == 1 and isinstance(word[0], str) else None
    if row is None:
        return Arn(service, account, "", (), ())
    behind = _drop(behind)
    if row.kind in LAST:
        return Arn(service, account, row.kind, split(behind, "/")[-1], ())
    name, rest = _cut(behind, ":" if row.kind in SLASHED else ":/")
    return Arn(service, account, row.kind, name, rest)


def kind_of(node: Node) -> str:
    """Return the word for what a node is, such as `queue`; empty for what has none."""
    row = BY_TYPE.get(node.type)
    if row is not None:
        return row.kind
    kind = getattr(node, "kind", "")
    return kind if isinstance(kind, str) and not node.type else ""


def qualifier_of(rest: Parts) -> Value:
    """Return what stands behind a function's name: `live` of `:live`, None of nothing."""
    rest = _drop(rest) if rest and isinstance(rest[0], str) and rest[0][:1] == ":" else ()
    return join(list(rest)) if rest else None


def _cut(parts: Parts, separators: str) -> tuple[Parts, Parts]:
    """Split at the first separator; the second half keeps it."""
    for at, part in enumerate(parts):
        if not isinstance(part, str):
            continue
        for position, character in enumerate(part):
            if character in separators:
                return normal((*parts[:at], part[:position])), (part[position:], *parts[at + 1 :])
        if part.startswith("*") and at and isinstance(parts[at - 1], Reference):
            return parts[:at], parts[at:]
    return parts, ()


def _drop(parts: Parts) -> Parts:
    """Return the parts without their first character."""
    if parts and isinstance(parts[0], str):
        return normal((parts[0][1:], *parts[1:]))
    return parts


def _identities(name: Parts) -> Parts:
    """Return a name in which attributes of a resource stand for the resource."""
    return tuple(
        Reference(part.owner, part.logical_id) if isinstance(part, Reference) else part
        for part in name
    )


def _invoked(parts: Parts) -> Parts | None:
    """Return the function within the ARN by which API Gateway invokes one."""
    for at, part in enumerate(parts):
        if isinstance(part, str) and (start := part.find("/functions/")) >= 0:
            if ":lambda:path/" not in "".join(p for p in parts[: at + 1] if isinstance(p, str)):
                return None
            rest = [part[start + len("/functions/") :], *parts[at + 1 :]]
            if isinstance(rest[-1], str):
                rest[-1] = rest[-1].removesuffix("/invocations")
                rest[-1] = rest[-1].removesuffix("/response-streaming-invocations")
            return normal(tuple(rest)) or None
    return None


def _queue_of_url(parts: Parts) -> Parts | None:
    """Return the name within a queue's URL."""
    if not isinstance(parts[0], str) or not parts[0].startswith("https://"):
        return None
    pieces = split(parts, "/")
    host = "".join(part for part in pieces[2] if isinstance(part, str)) if len(pieces) > 2 else ""
    if len(pieces) != 5 or not (host.startswith("sqs.") or "queue.amazonaws" in host):
        return None
    return pieces[4] or None


__all__ = [
    "SERVICES",
    "Arn",
    "Found",
    "Index",
    "Parts",
    "kind_of",
    "normal",
    "parse_arn",
    "parts_of",
    "qualifier_of",
    "split",
]

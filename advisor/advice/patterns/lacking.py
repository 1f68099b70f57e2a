"""Which findings tell of a part of a pattern, so that no condition is written a second time."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from advisor.advice.patterns.places import Places
from advisor.advice.patterns.record import Lack
from advisor.architecture.nodes.workflows import StateNode
from advisor.rules.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from advisor.advice.patterns.record import Pattern
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.documents.location import Location
    from advisor.rules.finding import Finding


class Findings:
    """Findings by the node that they are about."""

    def __init__(self, architecture: Architecture, findings: Sequence[Finding]) -> None:
        self._by_node: dict[str, dict[int, tuple[Finding, Location]]] = defaultdict(dict)
        if not findings:
            return
        places = Places(architecture)
        for number, finding in enumerate(findings):
            told = (finding.location, *(finding.related if finding.members else ()))
            for place in told:
                found = places.at(place)
                # A function and what SAM makes of its properties stand in one place.
                judged = [node for node in found if isinstance(node, finding.rule.applies_to)]
                for node in judged or found:
                    self._by_node[node.id].setdefault(number, (finding, place))

    def lacks(self, pattern: Pattern) -> Iterator[Lack]:
        """Yield what the rules that a pattern asks say of its parts and connections."""
        asks = pattern.kind.asks
        told: dict[int, tuple[Finding, Location, list[str]]] = {}
        for node in _concerned(pattern):
            for number, (finding, place) in self._by_node.get(node.id, {}).items():
                if finding.rule.name in asks:
                    told.setdefault(number, (finding, place, []))[2].append(node.title)
        ordered = sorted(told.values(), key=lambda each: -each[0].severity)
        for finding, place, names in ordered:
            said = finding.message
            if len(finding.members) > 1:
                # One finding for many: only those that play a role here are named.
                said = f"{finding.rule.summary}: {listed(names)}"
            yield Lack(asks[finding.rule.name], said, place, finding)


def _concerned(pattern: Pattern) -> Iterable[Node]:
    """Return the parts of a pattern, and the mappings, rules and subscriptions between them."""
    found: dict[str, Node] = {}
    for node in pattern.nodes():
        owner = node.machine if isinstance(node, StateNode) else node
        found[owner.id] = owner
    for edge in pattern.edges:
        declared = edge.declared_by
        if not isinstance(declared, StateNode):
            found.setdefault(declared.id, declared)
    return found.values()


__all__ = ["Findings"]

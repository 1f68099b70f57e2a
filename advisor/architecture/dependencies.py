"""What CloudFormation has to make first: references between resources, and circles of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.part import Part
from advisor.records import record
from advisor.templates.values import references_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.templates.resource import Resource

_BEFORE = "DependsOn"


@record(frozen=True)
class Dependency:
    """A resource that cannot be made before another one."""

    source: Node
    target: Node
    key: str
    """The property of the source that refers to the target; empty for `DependsOn`."""


def dependency_circles(architecture: Architecture) -> list[list[Dependency]]:
    """Return one shortest circle for each group of resources that wait for each other.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
    """
    nodes = {node.id: node for node in _resources(architecture)}
    # Most templates have no circle even of what may be referred to, and need no values.
    suspects = _within_circles(
        {id_: _possible_targets(architecture, node) for id_, node in nodes.items()}
    )
    edges = {id_: _dependencies(architecture, nodes[id_]) for id_ in nodes if id_ in suspects}
    left = _within_circles({id_: {each.target.id for each in deps} for id_, deps in edges.items()})
    found = []
    told: set[str] = set()
    for id_ in edges:
        if id_ not in left or id_ in told:
            continue
        circle = _circle(id_, edges, left)
        if circle and not told.intersection(each.source.id for each in circle):
            found.append(circle)
            told.update(each.source.id for each in circle)
    return found


def used_by(architecture: Architecture, node: Node) -> list[Node]:
    """Return the resources of the same template that a resource refers to, each once."""
    return [each.target for each in _dependencies(architecture, node)]


def users(architecture: Architecture) -> dict[str, list[Node]]:
    """Return who refers to each resource, by its id; outputs of a stack count as their resource.

    A resource that an output tells of is used by itself: somebody is told of it.
    """
    found: dict[str, list[Node]] = {}
    node = None
    for node in _resources(architecture):
        for each in _dependencies(architecture, node):
            found.setdefault(each.target.id, []).append(node)
    if node is not None:
        for reference in node.view.outputs():
            target = architecture.node(f"{reference.owner}#{reference.logical_id}")
            if target is not None:
                found.setdefault(target.id, []).append(target)
    return found


def _resources(architecture: Architecture) -> Iterator[Node]:
    for node in architecture.nodes():
        if not isinstance(node, (External, Part)) and node.type and node.resource.owner:
            yield node


def _dependencies(architecture: Architecture, node: Node) -> list[Dependency]:
    """Return what a resource refers to in the same template, each target once."""
    resource = node.resource
    found: dict[str, Dependency] = {}
    for key in resource.properties:
        for reference in references_in(node.get(key)):
            if reference.owner == resource.owner:
                target = architecture.node(f"{reference.owner}#{reference.logical_id}")
                if target is not None:
                    found.setdefault(target.id, Dependency(node, target, key))
    for name in _before(resource):
        target = architecture.node(f"{resource.owner}#{name}")
        if target is not None:
            found.setdefault(target.id, Dependency(node, target, ""))
    return list(found.values())


def _before(resource: Resource) -> list[str]:
    names = resource.attributes.get(_BEFORE)
    return [n for n in (names if isinstance(names, list) else [names]) if isinstance(n, str)]


def _possible_targets(architecture: Architecture, node: Node) -> set[str]:
    """Return the ids of all that a resource may have to wait for."""
    resource = node.resource
    names = node.view.mentions(resource)
    if names is None:
        return {each.target.id for each in _dependencies(architecture, node)}
    return {f"{resource.owner}#{name}" for name in (*names, *_before(resource))}


def _within_circles(edges: Mapping[str, Collection[str]]) -> set[str]:
    """Return what is left once all has been taken away that can be made in some order."""
    waits = {id_: sum(target in edges for target in targets) for id_, targets in edges.items()}
    users: dict[str, list[str]] = {}
    for id_, targets in edges.items():
        for target in targets:
            users.setdefault(target, []).append(id_)
    ready = [id_ for id_, count in waits.items() if not count]
    left = set(edges)
    while ready:
        id_ = ready.pop()
        left.discard(id_)
        for user in users.get(id_, ()):
            waits[user] -= 1
            if not waits[user]:
                ready.append(user)
    return left


def _circle(start: str, edges: dict[str, list[Dependency]], left: set[str]) -> list[Dependency]:
    """Return the shortest way from a resource back to itself; empty where it only waits for one."""
    came: dict[str, Dependency] = {}
    queue = [start]
    for id_ in queue:
        for each in edges[id_]:
            target = each.target.id
            if target == start:
                way = [each]
                while way[-1].source.id != start:
                    way.append(came[way[-1].source.id])
                return way[::-1]
            if target in left and target not in came:
                came[target] = each
                queue.append(target)
    return []


__all__ = ["Dependency", "dependency_circles", "used_by", "users"]

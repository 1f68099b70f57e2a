"""Load balancers: from the internet over listeners and target groups to functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import Edge, EdgeKind, Evidence, Mode
from advisor.architecture.nodes.balancers import Listener, ListenerRule, LoadBalancer, TargetGroup
from advisor.architecture.nodes.external import internet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.templates.values import Value

_KEYS = (("DefaultActions", Listener), ("Actions", ListenerRule))


def build(architecture: Architecture) -> None:
    """Add the edges of load balancers."""
    for balancer in architecture.all(LoadBalancer):
        if balancer.is_private is not True:
            source = internet(architecture, balancer)
            _routes(architecture, source, balancer, declared_by=balancer, via="HTTP")
    for key, kind in _KEYS:
        for node in architecture.all(kind):
            _forward(architecture, node, key)
    for group in architecture.all(TargetGroup):
        _targets(architecture, group)


def _forward(architecture: Architecture, node: Node, key: str) -> None:
    """Add the edges from a load balancer to the target groups of one listener or rule."""
    listener = architecture.node_of(node.get("ListenerArn")) if key == "Actions" else node
    if listener is None:
        return
    balancer = architecture.node_of(listener.get("LoadBalancerArn"))
    if not isinstance(balancer, LoadBalancer):
        return
    for path, value in _groups(node, key):
        group = architecture.node_of(value)
        if isinstance(group, TargetGroup):
            group.balancer = balancer
            _routes(architecture, balancer, group, declared_by=node, via="listener", path=path)


def _groups(node: Node, key: str) -> Iterator[tuple[tuple[str | int, ...], Value]]:
    """Yield the target groups that actions forward to, and where each is named."""
    actions = node.items(key)
    for index, action in enumerate(actions if isinstance(actions, list) else ()):
        if not isinstance(action, dict):
            continue
        if action.get("TargetGroupArn") is not None:
            yield (key, index, "TargetGroupArn"), action["TargetGroupArn"]
        forward = action.get("ForwardConfig")
        groups = forward.get("TargetGroups") if isinstance(forward, dict) else None
        for position, group in enumerate(groups if isinstance(groups, list) else ()):
            if isinstance(group, dict):
                path = (key, index, "ForwardConfig", "TargetGroups", position, "TargetGroupArn")
                yield path, group.get("TargetGroupArn")


def _targets(architecture: Architecture, group: TargetGroup) -> None:
    if group.target_type != "lambda":
        return
    targets = group.items("Targets")
    for index, target in enumerate(targets if isinstance(targets, list) else ()):
        if not isinstance(target, dict):
            continue
        function, qualifier = architecture.target(target.get("Id"), "function", declared_by=group)
        if function is not None:
            architecture.add_edge(
                Edge(
                    group,
                    function,
                    EdgeKind.INVOKES,
                    Evidence.DECLARED,
                    group,
                    path=("Targets", index, "Id"),
                    mode=Mode.SYNCHRONOUS,
                    via="load balancer target",
                    qualifier=qualifier,
                )
            )


def _routes(
    architecture: Architecture,
    source: Node,
    target: Node,
    *,
    declared_by: Node,
    via: str,
    path: tuple[str | int, ...] = (),
) -> None:
    architecture.add_edge(
        Edge(
            source,
            target,
            EdgeKind.ROUTES,
            Evidence.DECLARED,
            declared_by,
            path=path,
            mode=Mode.SYNCHRONOUS,
            via=via,
        )
    )


__all__ = ["build"]

"""What alarms watch and whom they tell; what container services belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import Edge, EdgeKind, Evidence
from advisor.architecture.nodes.balancers import TargetGroup
from advisor.architecture.nodes.observability import Alarm, ContainerService, ContainerTask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.templates.values import Value

_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")

Path = tuple[str | int, ...]


def build(architecture: Architecture) -> None:
    """Add the edges of alarms and of container services."""
    for alarm in architecture.all(Alarm):
        _alarm(architecture, alarm)
    for service in architecture.all(ContainerService):
        _service(architecture, service)


def _alarm(architecture: Architecture, alarm: Alarm) -> None:
    watched: dict[str, Node] = {}
    for path, value in _dimensions(alarm):
        node = architecture.node_of(value)
        if node is None:
            node = architecture.function_of(value)[0]
        if node is None or node.id in watched:
            continue
        watched[node.id] = node
        architecture.add_edge(
            Edge(alarm, node, EdgeKind.USES, Evidence.DECLARED, alarm, path=path, via="alarm")
        )
    alarm.watched = tuple(watched.values())
    for key in _ACTIONS:
        items = alarm.items(key)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            target = architecture.node_of(item)
            if target is None:
                continue
            is_function = target.type.startswith("AWS::Lambda::")
            architecture.add_edge(
                Edge(
                    alarm,
                    target,
                    EdgeKind.INVOKES if is_function else EdgeKind.PUBLISHES,
                    Evidence.DECLARED,
                    alarm,
                    path=(key, index),
                    via="alarm action",
                )
            )


def _dimensions(alarm: Alarm) -> Iterator[tuple[Path, Value]]:
    """Yield the values of all dimensions of an alarm, and where each stands."""
    places: list[Path] = [("Dimensions",)]
    queries = alarm.items("Metrics")
    for index, _ in enumerate(queries if isinstance(queries, list) else ()):
        places.append(("Metrics", index, "MetricStat", "Metric", "Dimensions"))
    for place in places:
        items = alarm.items(*place)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict):
                yield (*place, index, "Value"), item.get("Value")


def _service(architecture: Architecture, service: ContainerService) -> None:
    task = architecture.node_of(service.get("TaskDefinition"))
    if isinstance(task, ContainerTask):
        architecture.add_edge(
            Edge(service, task, EdgeKind.USES, Evidence.DECLARED, service, path=("TaskDefinition",))
        )
    balancers = service.items("LoadBalancers")
    for index, item in enumerate(balancers if isinstance(balancers, list) else ()):
        group = architecture.node_of(item.get("TargetGroupArn") if isinstance(item, dict) else None)
        if isinstance(group, TargetGroup):
            architecture.add_edge(
                Edge(
                    group,
                    service,
                    EdgeKind.ROUTES,
                    Evidence.DECLARED,
                    service,
                    path=("LoadBalancers", index, "TargetGroupArn"),
                    via="load balancer target",
                )
            )


__all__ = ["build"]

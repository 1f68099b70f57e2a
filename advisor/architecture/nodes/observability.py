"""Alarms, nested stacks, and the container services that stand beside functions."""

from __future__ import annotations

from advisor.architecture.nodes.base import Node
from advisor.templates.values import Unknown


class Alarm(Node):
    """A CloudWatch alarm, on a metric or on other alarms."""

    watched: tuple[Node, ...] = ()
    """The nodes whose metrics it watches; set when the graph is built."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of the metrics that it watches, as far as they are known."""
        names = [self.text("MetricName")]
        queries = self.items("Metrics")
        for index, _ in enumerate(queries if isinstance(queries, list) else ()):
            names.append(self.text("Metrics", index, "MetricStat", "Metric", "MetricName"))
        return tuple(name for name in names if isinstance(name, str))

    @property
    def has_action(self) -> bool | Unknown:
        """Whether anybody is told when it goes off."""
        actions = self.items("AlarmActions")
        if isinstance(actions, Unknown):
            return actions
        return bool(actions) and self.get("ActionsEnabled") is not False


class NestedStack(Node):
    """A stack within a stack, or a serverless application."""


class CapacityProvider(Node):
    """Instances of the account's own that functions run on: Lambda Managed Instances."""


class ContainerCluster(Node):
    """An ECS cluster."""


class ContainerService(Node):
    """An ECS service: tasks that are kept running."""


class ContainerTask(Node):
    """An ECS task definition."""


__all__ = [
    "Alarm",
    "CapacityProvider",
    "ContainerCluster",
    "ContainerService",
    "ContainerTask",
    "NestedStack",
]

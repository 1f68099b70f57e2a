"""Load balancers, their listeners and target groups."""

from __future__ import annotations

from advisor.architecture.nodes.apis import Api
from advisor.architecture.nodes.base import Node, as_number
from advisor.templates.values import UNKNOWN, Unknown


class LoadBalancer(Api):
    """An application (or network) load balancer."""

    protocol = "HTTP"

    @property
    def is_private(self) -> bool | Unknown:
        """Whether it has private addresses only."""
        value = self.text("Scheme", default="internet-facing")
        return value if isinstance(value, Unknown) else value == "internal"

    @property
    def idle_seconds(self) -> int | Unknown | None:
        """The idle timeout as written, in seconds; None where the default holds."""
        attributes = self.items("LoadBalancerAttributes")
        if isinstance(attributes, Unknown):
            return attributes
        for attribute in attributes:
            if isinstance(attribute, Unknown):
                return attribute
            if isinstance(attribute, dict) and (
                attribute.get("Key") == "idle_timeout.timeout_seconds"
            ):
                return as_number(attribute.get("Value"))
        return None


class Listener(Node):
    """A listener of a load balancer."""


class ListenerRule(Node):
    """A rule of a listener."""


class TargetGroup(Node):
    """What a load balancer sends requests to."""

    balancer: LoadBalancer | None = None

    @property
    def target_type(self) -> str | Unknown:
        """`instance`, `ip`, `lambda` or `alb`."""
        value = self.text("TargetType", default="instance")
        return UNKNOWN if value is None else value


__all__ = ["Listener", "ListenerRule", "LoadBalancer", "TargetGroup"]

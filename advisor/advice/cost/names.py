"""What each thing is called in the traffic file and in the result: short, and one thing each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes import (
    Alarm,
    Alias,
    Api,
    ApiDeployment,
    ApiResource,
    ApiStage,
    EventInvokeConfig,
    EventSourceMapping,
    External,
    FunctionUrl,
    LogGroup,
    Permission,
    Policy,
    QueuePolicy,
    Resolver,
    Role,
    Route,
    RuleTarget,
    StateMachine,
    StateNode,
    Subscription,
    SubscriptionFilter,
    TopicPolicy,
    Version,
)
from advisor.templates.values import show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes import (
        Node,
    )
    from advisor.workflows.model import State

_LONGEST = 120


class Names:
    """Names by node; where two things have the same one, their template goes before it."""

    def __init__(self, architectures: Iterable[Architecture]) -> None:
        nodes = [node for each in architectures for node in each.nodes() if _has_name(node)]
        holders: dict[str, str] = {}
        self._shared: set[str] = set()
        for node in nodes:
            name = _plain(node)
            if holders.setdefault(name, node.id) != node.id:
                self._shared.add(name)

    def of(self, node: Node) -> str:
        """Return the name of a node."""
        name = _plain(node)
        owner = node.resource.owner
        return f"{owner}: {name}" if name in self._shared and owner else name

    def state(self, machine: StateMachine, state: State) -> str:
        """Return the name of a state."""
        return f"{self.of(machine)}: {state.name}"

    def way(self, source: Node, target: Node) -> str:
        """Return the name of what connects two nodes."""
        first, second = self.of(source), self.of(target)
        owner = f"{source.resource.owner}: "
        if first.startswith(owner) and source.resource.owner == target.resource.owner:
            second = second.removeprefix(owner)
        return f"{first} -> {second}"


def _has_name(node: Node) -> bool:
    """Tell whether a node is spoken of by its own name, unlike the helpers that share one."""
    return not isinstance(
        node,
        (
            Alarm, Alias, ApiDeployment, ApiResource, ApiStage, EventInvokeConfig,
            EventSourceMapping, LogGroup, Permission, Policy, QueuePolicy, Role, RuleTarget,
            Subscription, SubscriptionFilter, TopicPolicy, Version,
        ),
    )  # fmt: skip


def _plain(node: Node) -> str:
    if isinstance(node, Route):
        text = f"{_plain(node.api) if node.api else '?'} {node.label}"
    elif isinstance(node, Api) and node.is_generated:
        text = node.resource.logical_id
    elif isinstance(node, StateNode):
        text = f"{_plain(node.machine)}: {node.name}"
    elif isinstance(node, StateMachine) and not node.name:
        text = "state machine"
    elif isinstance(node, External):
        text = show(node.value)
    elif isinstance(node, FunctionUrl) and node.is_generated:
        text = node.resource.logical_id
    elif isinstance(node, Resolver):
        text = node.label
    else:
        text = node.title or node.id
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[:_LONGEST]}…"


__all__ = ["Names"]

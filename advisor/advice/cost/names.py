"""What each thing is called in the traffic file and in the result: short, and one thing each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes import (
    Alias,
    Api,
    ApiDeployment,
    ApiResource,
    ApiStage,
    BucketNotification,
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
    from advisor.architecture.nodes import Node
    from advisor.workflows.model import State

_LONGEST = 120
_HELPERS = ("AWS::CodeDeploy::", "AWS::ApiGateway::", "AWS::Route53::")
"""Beginnings of types that SAM makes beside what somebody wrote, under the same name."""


class Names:
    """Names by node, each its own: where one is not, its template or its logical id tells."""

    def __init__(self, architectures: Iterable[Architecture]) -> None:
        groups: dict[str, list[Node]] = {}
        for architecture in architectures:
            for node in architecture.nodes():
                if _has_name(node):
                    groups.setdefault(_plain(node), []).append(node)
        self._names: dict[str, str] = {}
        for name, nodes in groups.items():
            if len(nodes) == 1:
                self._names[nodes[0].id] = name
            else:
                self._tell_apart(name, nodes)

    def _tell_apart(self, name: str, nodes: list[Node]) -> None:
        owners = [node.resource.owner for node in nodes]
        taken: set[str] = set()
        for node, owner in zip(nodes, owners, strict=True):
            logical_id = node.resource.logical_id
            # Of what SAM makes of events of one name, each has a logical id of its own.
            inner = name if owners.count(owner) == 1 or logical_id == name else logical_id
            one_template = len(set(owners)) == 1 or not owner
            found = text = inner if one_template else f"{owner}: {inner}"
            count = 1
            while found in taken:
                count += 1
                found = f"{text} ({count})"
            taken.add(found)
            self._names[node.id] = found

    def of(self, node: Node) -> str:
        """Return the name of a node."""
        return self._names.get(node.id) or _plain(node)

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
    if not isinstance(node, Api) and node.is_generated and node.type.startswith(_HELPERS):
        return False
    return not isinstance(
        node,
        (
            Alias, ApiDeployment, ApiResource, ApiStage, BucketNotification,
            EventInvokeConfig, EventSourceMapping, LogGroup, Permission, Policy, QueuePolicy,
            Role, RuleTarget, Subscription, SubscriptionFilter, TopicPolicy, Version,
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
        text = node.at().path
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

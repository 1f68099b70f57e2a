"""Roles and policies: who may do what to which resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.base import Node
from advisor.architecture.nodes.values import parsed
from advisor.records import record
from advisor.templates.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.templates.values import Value

Path = tuple[str | int, ...]

MAX_STATEMENTS = 500
"""Statements read of one policy; IAM's size limits allow fewer."""


@record(frozen=True)
class Statement:
    """One statement of a policy, as it is written."""

    declared_by: Node
    path: Path
    allows: bool | Unknown
    actions: tuple[str, ...]
    """Known actions as written; empty for `NotAction`."""
    resources: tuple[Value, ...]
    """Empty for `NotResource`."""
    resource_path: Path
    """The property that names the resources."""


class Role(Node):
    """An IAM role."""

    @property
    def managed_policies(self) -> list[Value] | Unknown:
        """ARNs of the managed policies that it holds."""
        return self.items("ManagedPolicyArns")

    def statements(self) -> Iterator[Statement]:
        """Yield the statements of its inline policies."""
        policies = self.items("Policies")
        for index, policy in enumerate([] if isinstance(policies, Unknown) else policies):
            if isinstance(policy, dict):
                yield from read_statements(
                    self, policy.get("PolicyDocument"), ("Policies", index, "PolicyDocument")
                )


class Policy(Node):
    """An inline policy that is a resource of its own."""

    @property
    def roles(self) -> list[Value] | Unknown:
        """The roles that hold it."""
        found = self.items("Roles")
        return self.items("RoleName") if found == [] else found

    def statements(self) -> Iterator[Statement]:
        """Yield its statements."""
        yield from read_statements(self, self.get("PolicyDocument"), ("PolicyDocument",))


class ManagedPolicy(Policy):
    """A customer managed policy."""


def read_statements(node: Node, value: Value, path: Path) -> Iterator[Statement]:
    """Yield the statements of a policy document that stands at `path` of a node."""
    document = parsed(value)
    found = document.get("Statement") if isinstance(document, dict) else None
    single = isinstance(found, dict)
    items = [found] if single else found if isinstance(found, list) else []
    for index, item in enumerate(items[:MAX_STATEMENTS]):
        if not isinstance(item, dict):
            continue
        at = (*path, "Statement") if single else (*path, "Statement", index)
        effect = item.get("Effect")
        yield Statement(
            declared_by=node,
            path=at,
            allows=effect if isinstance(effect, Unknown) else effect == "Allow",
            actions=tuple(
                action for action in _listed(item.get("Action")) if isinstance(action, str)
            ),
            resources=tuple(_listed(item.get("Resource"))),
            resource_path=(*at, "Resource"),
        )


def _listed(value: Value) -> list[Value]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


TYPES: dict[str, type[Node]] = {
    "AWS::IAM::Role": Role,
    "AWS::IAM::Policy": Policy,
    "AWS::IAM::RolePolicy": Policy,
    "AWS::IAM::ManagedPolicy": ManagedPolicy,
}

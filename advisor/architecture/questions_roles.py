"""Questions about roles: what the templates let whoever acts in one do."""

from __future__ import annotations

from advisor.records import record
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from advisor.architecture.nodes.identity import ManagedPolicy, Policy, Role
from advisor.templates.values import UNKNOWN, Text, Unknown

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.nodes.identity import Statement
    from advisor.templates.values import Value

_LONGEST = 200  # characters of an action that are compared
# Managed policies of AWS that are about logs and traces only.
_FOR_LOGS = (
    "AWSXrayWriteOnlyAccess",
    "AWSXRayDaemonWriteAccess",
    "AWSLambdaBasicExecutionRole",
    "CloudWatchLogsFullAccess",
)


@record(frozen=True)
class RolePermissions:
    """The statements of a role's policies."""

    role: Role
    statements: tuple[Statement, ...]
    is_complete: bool
    """Whether nothing that it holds lies outside the templates or is not readable."""

    def may(self, action: str) -> bool | Unknown:
        """Tell whether the role lets do an action on anything at all."""
        unsure = not self.is_complete
        wanted = action.lower()
        for statement in self.statements:
            named = any(
                fnmatchcase(wanted, written[:_LONGEST].lower()) for written in statement.actions
            )
            if named and statement.allows is True:
                return True
            unsure = unsure or (named and isinstance(statement.allows, Unknown))
        return UNKNOWN if unsure else False


def role_permissions(
    architecture: Architecture, value: Value, near: Node
) -> RolePermissions | None:
    """Return what a role of the templates allows; None where the role lies outside of them."""
    role = architecture.node_of(value, "role", near)
    if not isinstance(role, Role):
        return None
    held: dict[str, Policy] = {}
    is_complete = not isinstance(role.items("Policies"), Unknown)
    for policy in architecture.all(Policy):
        roles = policy.roles
        if isinstance(roles, Unknown):
            is_complete = False
            continue
        for item in roles:
            if architecture.node_of(item, "role", policy) is role:
                held[policy.id] = policy
            elif isinstance(item, Unknown):
                is_complete = False
    managed = role.managed_policies
    for item in [] if isinstance(managed, Unknown) else managed:
        node = architecture.node_of(item, "policy", role)
        if isinstance(node, ManagedPolicy):
            held[node.id] = node
        elif not str(item if isinstance(item, (str, Text)) else "").endswith(_FOR_LOGS):
            is_complete = False
    statements = [*role.statements()]
    for policy in held.values():
        statements += policy.statements()
    readable = all(statement.actions for statement in statements)
    return RolePermissions(
        role,
        tuple(statements),
        is_complete=is_complete and readable and not isinstance(managed, Unknown),
    )


__all__ = ["RolePermissions", "role_permissions"]

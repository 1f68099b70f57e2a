"""Questions about roles: what the templates let whoever acts in one do."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from advisor.architecture.nodes.identity import ManagedPolicy, Policy, Role, Statement
from advisor.data.managed_policies import managed_policies
from advisor.records import record
from advisor.templates.values import UNKNOWN, Text, Unknown

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
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
    unverified: frozenset[str] = frozenset()
    """Services of which AWS's own policies may allow more than is known here."""

    def may(self, action: str) -> bool | Unknown:
        """Tell whether the role lets do an action on anything at all."""
        wanted = action.lower()
        unsure = not self.is_complete or wanted.partition(":")[0] in self.unverified
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
    of_aws: list[Statement] = []
    unverified: set[str] = set()
    for index, item in enumerate([] if isinstance(managed, Unknown) else managed):
        node = architecture.node_of(item, "policy", role)
        if isinstance(node, ManagedPolicy):
            held[node.id] = node
            continue
        named = str(item if isinstance(item, (str, Text)) else "")
        # SAM knows AWS's own policies by their bare names as well.
        is_of_aws = ":aws:policy/" in named or ":" not in named
        last = named.rpartition("/")[2] if is_of_aws else ""
        known = managed_policies().get(last)
        if known is not None:
            of_aws.append(_of_aws(role, index, known.actions))
            if not known.is_verified:
                unverified |= {action.partition(":")[0] for action in known.actions}
        elif not named.endswith(_FOR_LOGS):
            is_complete = False
    statements = [*role.statements(), *of_aws]
    for policy in held.values():
        statements += policy.statements()
    readable = all(statement.actions for statement in statements)
    return RolePermissions(
        role,
        tuple(statements),
        is_complete=is_complete and readable and not isinstance(managed, Unknown),
        unverified=frozenset(unverified),
    )


def _of_aws(role: Role, index: int, actions: tuple[str, ...]) -> Statement:
    """Return what a managed policy of AWS allows, as a statement."""
    path = ("ManagedPolicyArns", index)
    return Statement(role, path, True, actions, ("*",), path)  # noqa: FBT003  # a field


__all__ = ["RolePermissions", "role_permissions"]

"""Which statements of a role are for everything, while its function's code uses little by name."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from advisor.architecture.calls import KINDS
from advisor.architecture.code_calls import SERVICES_IN_CALLS, named
from advisor.architecture.questions_roles import role_permissions
from advisor.records import record
from advisor.source.facts import Facts
from advisor.templates.values import Text, Unknown

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.nodes.functions import Function
    from advisor.architecture.nodes.identity import Statement
    from advisor.templates.values import Value

_LONGEST = 200  # characters of an action that are compared
_EVERYTHING = re.compile(r"\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:[a-zA-Z-]+[/:])?\*(?:/\*)?")
"""All resources, or all of one service or kind, such as `arn:aws:s3:::*/*`."""


@record(frozen=True)
class WideGrant:
    """A statement for everything, and what of it a function's code makes use of."""

    statement: Statement
    actions: tuple[str, ...]
    """The actions that the code needs, as IAM calls them."""
    targets: tuple[Node, ...]
    """All that it does these to."""


def wide_grants(architecture: Architecture, function: Function) -> list[WideGrant]:
    """Return the statements for everything of which code uses but what it names.

    None of them where one call's target is not known: it may be anything.
    """
    facts = function.source
    if not isinstance(facts, Facts) or not facts.is_complete:
        return []
    held = role_permissions(architecture, function.role, function)
    wide = [
        statement
        for statement in (held.statements if held is not None else ())
        if statement.allows is True
        and any(_is_everything(value) for value in statement.resources)
        and statement.path
        and statement.declared_by.get(*statement.path, "Condition") is None
    ]
    if not wide:
        return []
    used = _used(architecture, function, facts)
    found: list[WideGrant] = []
    for statement in wide:
        actions = [action for action in used if _names(statement, action)]
        targets = [used[action] for action in actions]
        known = [items for items in targets if items is not None]
        if actions and len(known) == len(targets):
            nodes = {node.id: node for items in known for node in items}
            found.append(WideGrant(statement, tuple(actions), tuple(nodes.values())))
    return found


def _is_everything(value: Value) -> bool:
    # What is not known in an ARN is the partition, the region or the account.
    parts = value.parts if isinstance(value, Text) else (value,)
    if not all(isinstance(part, (str, Unknown)) for part in parts):
        return False
    text = "".join(part if isinstance(part, str) else "x" for part in parts)
    return len(text) <= _LONGEST and _EVERYTHING.fullmatch(text) is not None


def _used(
    architecture: Architecture, function: Function, facts: Facts
) -> dict[str, list[Node] | None]:
    """Return what the code does each action to; None for one whose target is not known."""
    used: dict[str, list[Node] | None] = {}
    for call in facts.calls:
        service = SERVICES_IN_CALLS.get(call.service, call.service)
        targets = [entry.bus for entry in call.entries] if call.entries else [call.target]
        for target in targets:
            node = named(architecture, function, target, KINDS.get(service, ""))[0]
            known = used.setdefault(call.action, [])
            if node is None or known is None:
                used[call.action] = None
            else:
                known.append(node)
    return used


def _names(statement: Statement, action: str) -> bool:
    wanted = action.lower()
    return any(fnmatchcase(wanted, item[:_LONGEST].lower()) for item in statement.actions)


__all__ = ["WideGrant", "wide_grants"]

"""Questions about resource policies: which services may write to a queue, topic or with a key."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from advisor.architecture.edges import EdgeKind, Evidence
from advisor.architecture.nodes.events import RuleTarget
from advisor.architecture.nodes.identity import MAX_STATEMENTS
from advisor.architecture.nodes.messaging import (
    Queue,
    QueuePolicy,
    Subscription,
    TopicPolicy,
)
from advisor.architecture.nodes.storage import BucketNotification
from advisor.architecture.nodes.values import parsed
from advisor.architecture.resolution import parts_of
from advisor.records import record
from advisor.templates.values import UNKNOWN, Reference, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.nodes.messaging import (
        Topic,
    )
    from advisor.templates.values import Value

_LONGEST = 200  # characters of an action or principal that are compared
_SUFFIX = ".amazonaws.com"
_EVERYONE = "*"


@record(frozen=True)
class Sender:
    """A service that writes to a queue or topic in its own name rather than in a role's."""

    service: str
    """What stands before `.amazonaws.com` in its principal: `sns`, `events`, `s3`."""
    source: Node
    """On whose behalf it writes, which `aws:SourceArn` names: a topic, a rule, a bucket."""
    edge: Edge


@record(frozen=True)
class Admission:
    """One statement of a resource's own policy, as it is written."""

    declared_by: Node
    path: tuple[str | int, ...]
    allows: bool | Unknown
    services: tuple[str, ...]
    """Services in `Principal`, without `.amazonaws.com`; `*` for everyone."""
    actions: tuple[str, ...]
    """In lower case."""
    resources: tuple[Value, ...]
    condition: dict[str, Value]
    opaque: bool
    """Whether principals, actions or conditions are not fully known."""

    @property
    def conditions(self) -> dict[str, list[Value]]:
        """The values of each condition key, in lower case, whatever the operator."""
        found: dict[str, list[Value]] = {}
        for tests in self.condition.values():
            for key, value in (tests if isinstance(tests, dict) else {}).items():
                found.setdefault(key.lower(), []).extend(_listed(value))
        return found


def senders(architecture: Architecture, target: Node) -> list[Sender]:
    """Return the services that write to a queue or topic in their own name, one per source.

    Schedules, pipes and functions act in a role and are not among them.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    found: dict[tuple[str, str], Sender] = {}
    for edge in architecture.incoming(target, EdgeKind.PUBLISHES, EdgeKind.DEAD_LETTERS):
        if edge.evidence is not Evidence.DECLARED:
            continue
        sender = _sender(edge)
        if sender is not None:
            found.setdefault((sender.service, sender.source.id), sender)
    return list(found.values())


def _sender(edge: Edge) -> Sender | None:
    node = edge.declared_by
    if isinstance(node, Subscription) and node.source is not None:
        return Sender("sns", node.source, edge)
    if isinstance(node, BucketNotification) and node.bucket is not None:
        return Sender("s3", node.bucket, edge)
    # Given a role, a rule writes to its target in that role; to its dead-letter queue it never
    # does.
    if isinstance(node, RuleTarget) and (
        edge.kind is EdgeKind.DEAD_LETTERS or node.get("RoleArn") is None
    ):
        return Sender("events", node.rule, edge)
    return None


def resource_policies(
    architecture: Architecture, target: Queue | Topic
) -> list[QueuePolicy | TopicPolicy] | Unknown:
    """Return the policies of a queue or topic; Unknown where one is of something unknown."""
    found: list[QueuePolicy | TopicPolicy] = []
    unsure = False
    policies: list[QueuePolicy] | list[TopicPolicy] = (
        architecture.all(QueuePolicy)
        if isinstance(target, Queue)
        else architecture.all(TopicPolicy)
    )
    kind = "queue" if isinstance(target, Queue) else "topic"
    for policy in policies:
        values = _subjects(policy)
        if isinstance(values, Unknown):
            unsure = True
            continue
        nodes = [architecture.node_of(value, kind, policy) for value in values]
        if any(node is target for node in nodes):
            found.append(policy)
        elif any(
            node is None and isinstance(value, Unknown)
            for node, value in zip(nodes, values, strict=True)
        ):
            unsure = True
    return UNKNOWN if unsure and not found else found


def _subjects(policy: QueuePolicy | TopicPolicy) -> list[Value] | Unknown:
    if isinstance(policy, QueuePolicy):
        return policy.queues
    topics = policy.topics
    return policy.items("TopicArn") if topics == [] else topics


def admissions(node: Node, *path: str | int) -> list[Admission] | Unknown:
    """Return the statements of the policy document in a property; Unknown where unreadable."""
    document = parsed(node.get(*path))
    found = document.get("Statement") if isinstance(document, dict) else None
    if isinstance(document, Unknown) or isinstance(found, Unknown):
        return UNKNOWN
    single = isinstance(found, dict)
    statements = []
    for index, item in enumerate(_listed(found)[:MAX_STATEMENTS]):
        if isinstance(item, dict):
            at = (*path, "Statement") if single else (*path, "Statement", index)
            statements.append(_admission(node, at, item))
    return statements


def _admission(node: Node, path: tuple[str | int, ...], item: dict[str, Value]) -> Admission:
    effect = item.get("Effect")
    principal = item.get("Principal")
    services = list(_services(principal))
    actions = _listed(item.get("Action"))
    condition = item.get("Condition")
    opaque = (
        "NotPrincipal" in item
        or "NotAction" in item
        or isinstance(principal, Unknown)
        or isinstance(condition, Unknown)
        or UNKNOWN in services
        or any(not isinstance(action, str) for action in actions)
    )
    return Admission(
        declared_by=node,
        path=path,
        allows=effect if isinstance(effect, Unknown) else effect == "Allow",
        services=tuple(service for service in services if isinstance(service, str)),
        actions=tuple(a[:_LONGEST].lower() for a in actions if isinstance(a, str)),
        resources=tuple(_listed(item.get("Resource"))),
        condition=condition if isinstance(condition, dict) else {},
        opaque=opaque,
    )


def _services(principal: Value) -> Iterator[str | Unknown]:
    if principal == _EVERYONE:
        yield _EVERYONE
    if not isinstance(principal, dict):
        return
    if _EVERYONE in _listed(principal.get("AWS")):
        yield _EVERYONE
    for value in _listed(principal.get("Service")):
        if isinstance(value, str):
            yield value[:_LONGEST].lower().partition(_SUFFIX)[0]
        elif isinstance(value, Text) and isinstance(value.parts[0], str):
            # `events.${AWS::URLSuffix}`
            yield value.parts[0].lower().partition(".")[0]
        else:
            yield UNKNOWN


def may_send(architecture: Architecture, sender: Sender, target: Queue | Topic) -> bool | Unknown:
    """Tell whether the policies of a queue or topic let a service write to it."""
    policies = resource_policies(architecture, target)
    if isinstance(policies, Unknown):
        return policies
    action = "sqs:sendmessage" if isinstance(target, Queue) else "sns:publish"
    unsure = False
    for policy in policies:
        statements = admissions(policy, "PolicyDocument")
        if isinstance(statements, Unknown):
            return statements
        for statement in statements:
            answer = _covers(architecture, statement, sender, action)
            if answer is True and _is_about(architecture, statement, target):
                return True
            unsure = unsure or isinstance(answer, Unknown)
    return UNKNOWN if unsure else False


def may_use_key(architecture: Architecture, sender: Sender, key: Node) -> bool | Unknown:
    """Tell whether the policy of a KMS key lets a service make the data keys for a message."""
    statements = admissions(key, "KeyPolicy")
    if isinstance(statements, Unknown):
        return statements
    unsure = False
    for statement in statements:
        answer = _covers(architecture, statement, sender, "kms:generatedatakey")
        if answer is True:
            return True
        unsure = unsure or isinstance(answer, Unknown)
    return UNKNOWN if unsure else False


def _covers(
    architecture: Architecture, statement: Admission, sender: Sender, action: str
) -> bool | Unknown:
    """Tell whether a statement lets a service do an action on behalf of its source."""
    if statement.allows is False:
        return False
    named = sender.service in statement.services or _EVERYONE in statement.services
    done = any(fnmatchcase(action, pattern) for pattern in statement.actions)
    if named and done:
        if not _source_fits(architecture, statement, sender.source):
            return False
        return True if statement.allows is True else UNKNOWN
    return UNKNOWN if statement.opaque else False


def _source_fits(architecture: Architecture, statement: Admission, source: Node) -> bool:
    """Tell whether `aws:SourceArn` may be the source; what is not known may be."""
    values = statement.conditions.get("aws:sourcearn")
    if not values:
        return True
    return any(_may_name(architecture, value, source) for value in values)


def _may_name(architecture: Architecture, value: Value, source: Node) -> bool:
    found = architecture.node_of(value, near=source)
    if found is not None:
        return found is source
    if isinstance(value, Reference):
        return False
    if isinstance(value, Text) and not any(
        isinstance(part, str) and ("*" in part or "?" in part) for part in value.parts
    ):
        # An ARN spelled out around another resource of the templates is that resource's.
        last = parts_of(value)
        if last and isinstance(last[-1], Reference):
            return architecture.node_of(last[-1]) in {source, None}
    return True


def _is_about(architecture: Architecture, statement: Admission, target: Node) -> bool:
    """Tell whether a statement is about a queue or topic; what is not known may be."""
    for value in statement.resources:
        found = architecture.node_of(value, near=target)
        if found is target or found is None:
            return True
    # A queue's policy needs no `Resource` to be about its queue.
    return not statement.resources


def _listed(value: Value) -> list[Value]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


__all__ = [
    "Admission",
    "Sender",
    "admissions",
    "may_send",
    "may_use_key",
    "resource_policies",
    "senders",
]

"""Which calls in code the role of their function does not allow, as far as all of it is seen."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from advisor.architecture.calls import KINDS
from advisor.architecture.code_calls import SERVICES_IN_CALLS, named
from advisor.architecture.conditional_grants import is_granted_by_condition
from advisor.architecture.nodes.base import Node
from advisor.architecture.nodes.functions import Function, Version
from advisor.architecture.questions_roles import role_permissions
from advisor.records import record
from advisor.source.facts import Facts, Invocation, TargetKind
from advisor.templates.values import UNKNOWN, Unknown

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.identity import Statement
    from advisor.source.facts import SdkCall, Target
    from advisor.templates.values import Value

_LONGEST = 200  # characters of an action that are compared

# Operations that IAM knows by the same name, or by the one that `action_of` gives, and that no
# policy of the resource usually allows instead.
_CHECKED: dict[str, frozenset[str]] = {
    "dynamodb": frozenset(
        {
            *("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"),
            *("BatchGetItem", "BatchWriteItem"),
        }
    ),
    "events": frozenset({"PutEvents"}),
    "firehose": frozenset({"PutRecord", "PutRecordBatch"}),
    "kinesis": frozenset({"PutRecord", "PutRecords"}),
    "lambda": frozenset({"Invoke", "InvokeAsync"}),
    "s3": frozenset(
        {
            *("GetObject", "PutObject", "DeleteObject", "DeleteObjects"),
            *("ListObjects", "ListObjectsV2"),
        }
    ),
    "secretsmanager": frozenset({"GetSecretValue"}),
    "sns": frozenset({"Publish", "PublishBatch"}),
    "sqs": frozenset({"SendMessage", "SendMessageBatch"}),
    "ssm": frozenset({"GetParameter", "GetParameters", "GetParametersByPath", "PutParameter"}),
    "stepfunctions": frozenset(
        {
            *("StartExecution", "StartSyncExecution"),
            *("SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat"),
        }
    ),
}
_POLICIES = {
    "AWS::SQS::Queue": ("AWS::SQS::QueuePolicy", "Queues"),
    "AWS::SNS::Topic": ("AWS::SNS::TopicPolicy", "Topics"),
    "AWS::S3::Bucket": ("AWS::S3::BucketPolicy", "Bucket"),
    "AWS::SecretsManager::Secret": ("AWS::SecretsManager::ResourcePolicy", "SecretId"),
    "AWS::Kinesis::Stream": ("AWS::Kinesis::ResourcePolicy", "ResourceArn"),
    "AWS::Events::EventBus": ("AWS::Events::EventBusPolicy", "EventBusName"),
}
"""Policies by which a resource lets others in without a grant to their roles."""


@record(frozen=True)
class RefusedCall:
    """A call that no statement of the function's role allows."""

    call: SdkCall
    target: Node | None
    """What is called, where the templates have it."""
    near: Statement | None
    """A statement that allows the action on something else."""


def refused_calls(architecture: Architecture, function: Function) -> list[RefusedCall] | Unknown:
    """Return the calls that a function's role refuses; Unknown where not all of it is seen."""
    facts = function.source
    if not isinstance(facts, Facts) or not any(_is_checked(call) for call in facts.calls):
        return []
    allowed = statements_of(architecture, function)
    if isinstance(allowed, Unknown):
        return allowed
    role = role_permissions(architecture, function.role, function)
    unverified = role.unverified if role is not None else frozenset()
    # Other credentials have other permissions.
    if any(call.service == "sts" and call.operation.startswith("Assume") for call in facts.calls):
        return []
    found: list[RefusedCall] = []
    for call in facts.calls:
        if not _is_checked(call) or _is_sms(call):
            continue
        if call.action.partition(":")[0] in unverified:
            continue
        service = SERVICES_IN_CALLS.get(call.service, call.service)
        kind = KINDS.get(service, "")
        entries = call.entries
        targets = [entry.bus for entry in entries] if entries else [call.target]
        for target in targets:
            if _is_unset(function, target):
                continue
            node = named(architecture, function, target, kind)[0]
            near = _nearest(architecture, allowed, call.action, node)
            if isinstance(near, bool) or (node is not None and _lets_in(architecture, node)):
                continue
            # What a condition grants, a feature needs that the same condition switches on.
            if near is None and is_granted_by_condition(function, call.action):
                continue
            found.append(RefusedCall(call, node, near))
            break
    return found


def statements_of(
    architecture: Architecture, function: Function
) -> tuple[Statement, ...] | Unknown:
    """Return all that a function's role allows or denies; Unknown where not all of it is seen."""
    found = role_permissions(architecture, function.role, function)
    if found is None or not found.is_complete:
        return UNKNOWN
    return UNKNOWN if found.role.get("PermissionsBoundary") is not None else found.statements


def _is_checked(call: SdkCall) -> bool:
    return (
        call.operation in _CHECKED.get(call.service, ())
        and call.invocation is not Invocation.DRY_RUN
    )


def _is_sms(call: SdkCall) -> bool:
    """Tell whether it may publish to a telephone, which no topic's name is asked for."""
    return call.service == "sns" and not call.target.is_known


def _is_unset(function: Function, target: Target | None) -> bool:
    """Tell whether a call names what a variable holds that is not set: it is not this call."""
    variables = function.environment
    return (
        target is not None
        and target.kind is TargetKind.ENVIRONMENT
        and isinstance(variables, dict)
        and target.text not in variables
    )


def _lets_in(architecture: Architecture, node: Node) -> bool:
    """Tell whether something has a policy of its own, which may let the function in."""
    if isinstance(node, Function):
        return bool(architecture.permissions(node))
    row = _POLICIES.get(node.type)
    if row is None:
        return False
    kind, key = row
    for policy in architecture.all(Node):
        if policy.type == kind:
            values = policy.items(key)
            if isinstance(values, Unknown) or any(
                architecture.node_of(value) in {node, None} for value in values
            ):
                return True
    return False


def _nearest(
    architecture: Architecture, statements: tuple[Statement, ...], action: str, node: Node | None
) -> Statement | bool | None:
    """Return True where a call may be allowed, else a statement that allows it elsewhere."""
    near: Statement | None = None
    wanted = action.lower()
    for statement in statements:
        if not any(fnmatchcase(wanted, item[:_LONGEST].lower()) for item in statement.actions):
            continue
        if statement.allows is False:
            continue
        if node is None or not statement.resources:
            return True
        if any(_may_be(architecture, value, node, statement) for value in statement.resources):
            return True
        near = statement
    return near


def _may_be(architecture: Architecture, value: Value, node: Node, statement: Statement) -> bool:
    """Tell whether a statement's resource may be a node: it is no other one for certain."""
    found = architecture.find(value, near=statement.declared_by)
    if found is None:
        function, _ = architecture.function_of(value, statement.declared_by)
        return function is None or function is node
    if isinstance(found.node, Version):
        function, _ = architecture.function_of(value, statement.declared_by)
        return function is None or function is node
    return found.node is node


__all__ = ["RefusedCall", "refused_calls", "statements_of"]

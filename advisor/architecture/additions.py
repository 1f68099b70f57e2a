"""Resources that fixes and remediations add: a queue for failures, whom it lets in, its alarm.

What is added is complete on its own: a dead-letter queue that nobody watches, or into which the
sender may not write, would be the next finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.changes import append
from advisor.architecture.nodes.identity import Role
from advisor.architecture.questions import free_name
from advisor.architecture.snippets import as_yaml
from advisor.records import record, replace

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.documents.change import Change
    from advisor.documents.document import Data

_LONGEST_RETENTION = 1_209_600
"""Seconds, 14 days.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""
Resources = dict[str, dict[str, "Data"]]


@record(frozen=True)
class Addition:
    """Resources that are added to the template of a node."""

    name: str
    """The logical id of the one that others name."""
    bodies: Resources
    """What a remediation shows."""
    changes: tuple[Change, ...]
    """Those that add them, and an alarm; empty where the template has no room for them."""

    @property
    def text(self) -> str:
        """The resources as YAML, for a remediation."""
        return as_yaml(dict(self.bodies))


def failure_queue(
    architecture: Architecture,
    stem: str,
    *,
    near: Node,
    fifo: bool = False,
    service: str = "",
    source: Data = None,
) -> Addition:
    """Return a queue for what failed, with an alarm that tells of the first message in it.

    `service` is the first part of the principal that writes to it by itself, such as `events`;
    `source` is the ARN that it writes for. Without a service the sender's role has to allow it.
    """
    name = free_name(architecture, stem, near=near)
    properties: dict[str, Data] = {"MessageRetentionPeriod": _LONGEST_RETENTION}
    if fifo:
        properties["FifoQueue"] = True
    bodies: Resources = {name: {"Type": "AWS::SQS::Queue", "Properties": properties}}
    if service:
        policy = free_name(architecture, f"{name}Policy", near=near)
        bodies[policy] = _queue_policy(name, service, source)
    alarm = queue_alarm(architecture, name, near=near)
    made = _addition(name, bodies, near)
    whole = made.changes and alarm.changes
    return replace(made, changes=(*made.changes, *alarm.changes) if whole else ())


def queue_alarm(architecture: Architecture, queue: str, *, near: Node) -> Addition:
    """Return an alarm that goes off with the first message that arrives in a queue."""
    name = free_name(architecture, f"{queue}Alarm", near=near)
    dimension: Data = {"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}
    properties: dict[str, Data] = {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": [dimension],
        "Statistic": "Maximum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    return _addition(
        name, {name: {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}, near
    )


def _addition(name: str, bodies: Resources, near: Node) -> Addition:
    made = [near.new_sibling(each, body) for each, body in bodies.items()]
    changes = tuple(change for change in made if change is not None)
    return Addition(name, bodies, changes if len(changes) == len(made) else ())


def _queue_policy(queue: str, service: str, source: Data) -> dict[str, Data]:
    statement: dict[str, Data] = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": {"Fn::GetAtt": [queue, "Arn"]},
    }
    if source is not None:
        statement["Condition"] = {"ArnEquals": {"aws:SourceArn": source}}
    document: Data = {"Version": "2012-10-17", "Statement": [statement]}
    return {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {"Queues": [{"Ref": queue}], "PolicyDocument": document},
    }


def role_of(architecture: Architecture, node: Node) -> Role | None:
    """Return the role of the templates that a node acts in."""
    keys = {"AWS::Lambda::Function": "Role", "AWS::Scheduler::Schedule": "Target"}
    key = keys.get(node.type, "RoleArn")
    value = node.get("Target", "RoleArn") if key == "Target" else node.get(key)
    role = architecture.node_of(value, "role", node)
    return role if isinstance(role, Role) else None


def may_send(
    architecture: Architecture, node: Node, queue: str, *, near: Node | None = None
) -> Change | None:
    """Return the change that lets a node's role write to a queue of the same template.

    None where there is no such role to edit, and where it is there without the queue, which has
    the condition of the node, or of what it was added near to.
    """
    role = role_of(architecture, node)
    if role is None or role.is_generated or role.resource.owner != node.resource.owner:
        return None
    condition = (near or node).resource.attributes.get("Condition")
    if condition is not None and condition != role.resource.attributes.get("Condition"):
        return None
    statement: Data = {
        "Effect": "Allow",
        "Action": "sqs:SendMessage",
        "Resource": {"Fn::GetAtt": [queue, "Arn"]},
    }
    policy: Data = {
        "PolicyName": f"SendTo{queue}",
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
    return append(role, ("Policies",), policy)


def has_own_role(architecture: Architecture, node: Node) -> bool:
    """Tell whether SAM makes the role that a node acts in, and lets it do what it declares."""
    role = role_of(architecture, node)
    return role is not None and role.is_generated


__all__ = ["Addition", "failure_queue", "has_own_role", "may_send", "queue_alarm", "role_of"]

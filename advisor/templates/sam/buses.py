"""Events of EventBridge: rules, schedules and the queues for what they fail to deliver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.sam.policies import statement, trust
from advisor.templates.sam.source import get_att, made_draft, mapping, ref

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.templates.resource import Resource
    from advisor.templates.sam.events import Event
    from advisor.templates.sam.source import Draft

_TARGET = ("Input", "InputPath", "RetryPolicy", "InputTransformer")
_SCHEDULE = (
    "ScheduleExpression",
    "State",
    "Description",
    "StartDate",
    "EndDate",
    "ScheduleExpressionTimezone",
    "GroupName",
    "KmsKeyArn",
)
_LONGEST_TARGET_ID = 64


def queue_policy(queue: Data, principal: Data, source: Data) -> Data:
    """Return the document with which a topic or a rule may send to a queue."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sqs:SendMessage",
                "Principal": principal,
                "Resource": queue,
                "Condition": {"ArnEquals": {"aws:SourceArn": source}},
            }
        ],
    }


def scheduled_rule(event: Event, *, role: Data = None) -> list[Resource]:
    """Return the rule of a `Schedule` event, with the queue that it may ask for."""
    draft = made_draft(event.source, event.id, "AWS::Events::Rule", place=event.place)
    draft.put("ScheduleExpression", event.properties.get("Schedule"), event.at("Schedule"))
    for name in ("Name", "Description"):
        draft.put(name, event.properties.get(name))
    return _rule(event, draft, role)


def pattern_rule(event: Event, *, role: Data = None) -> list[Resource]:
    """Return the rule of an `EventBridgeRule` event, with the queue that it may ask for."""
    draft = made_draft(event.source, event.id, "AWS::Events::Rule", place=event.place)
    draft.put("EventBusName", event.properties.get("EventBusName"))
    draft.put("EventPattern", event.properties.get("Pattern"), event.at("Pattern"))
    draft.put("Name", event.properties.get("RuleName"), event.at("RuleName"))
    return _rule(event, draft, role)


def _rule(event: Event, draft: Draft, role: Data) -> list[Resource]:
    said = event.properties
    draft.put("State", said.get("State") or None)
    enabled = said.get("Enabled")
    if enabled is not None:
        # SAM looks at the value itself: a condition or a parameter counts as enabled.
        draft.put("State", "ENABLED" if enabled else "DISABLED", event.at("Enabled"))
    named = mapping(said.get("Target")).get("Id")
    suffix = "StepFunctionsTarget" if role is not None else "LambdaTarget"
    target: dict[str, Data] = {
        "Id": named or event.id[: _LONGEST_TARGET_ID - len(suffix)] + suffix,
        "Arn": event.arn,
    }
    if role is not None:
        target["RoleArn"] = role
    draft.origins["Targets", "0"] = event.place
    for name in _TARGET:
        if said.get(name) is not None:
            target[name] = said[name]
            draft.origins["Targets", "0", name] = event.at(name)
    queue, made = dead_letters(event, resource_policy=True)
    if said.get("DeadLetterConfig") is not None:
        target["DeadLetterConfig"] = {"Arn": queue}
        draft.origins["Targets", "0", "DeadLetterConfig"] = event.at("DeadLetterConfig")
    draft.put("Targets", [target])
    return [draft.build(), *made]


def dead_letters(event: Event, *, resource_policy: bool) -> tuple[Data, list[Resource]]:
    """Return the ARN of an event's dead-letter queue, and the queue where SAM makes it."""
    config = mapping(event.properties.get("DeadLetterConfig"))
    if config.get("Arn") is not None:
        return config["Arn"], []
    if config.get("Type") != "SQS":
        return None, []
    named = config.get("QueueLogicalId")
    logical_id = named if isinstance(named, str) and named else f"{event.id}Queue"
    place = event.at("DeadLetterConfig")
    queue = made_draft(event.source, logical_id, "AWS::SQS::Queue", place=place)
    arn = get_att(logical_id, "Arn")
    made = [queue.build()]
    if resource_policy:
        policy = made_draft(
            event.source, f"{event.id}QueuePolicy", "AWS::SQS::QueuePolicy", place=place
        )
        service: Data = {"Service": "events.amazonaws.com"}
        policy.put("Queues", [ref(logical_id)])
        policy.put("PolicyDocument", queue_policy(arn, service, get_att(event.id, "Arn")))
        made.append(policy.build())
    return arn, made


def schedule(event: Event, action: str, policy_name: str) -> list[Resource]:
    """Return the schedule of a `ScheduleV2` event, with the role that SAM makes for it."""
    said = event.properties
    draft = made_draft(event.source, event.id, "AWS::Scheduler::Schedule", place=event.place)
    for name in _SCHEDULE:
        draft.put(name, said.get(name) or None)
    if not said.get("OmitName"):
        draft.put("Name", said.get("Name") or event.id)
    draft.put("FlexibleTimeWindow", said.get("FlexibleTimeWindow") or {"Mode": "OFF"})
    queue, made = dead_letters(event, resource_policy=False)
    role = said.get("RoleArn")
    if not role:
        maker = made_draft(event.source, f"{event.id}Role", "AWS::IAM::Role", place=event.place)
        maker.put("AssumeRolePolicyDocument", trust("scheduler.amazonaws.com"))
        policies = [_policy(f"{event.id}{policy_name}", action, event.arn)]
        if queue is not None:
            policies.append(_policy(f"{event.id}SQSPolicy", "sqs:SendMessage", queue))
        maker.put("Policies", policies)
        maker.put("PermissionsBoundary", said.get("PermissionsBoundary"))
        made.append(maker.build())
        role = get_att(maker.logical_id, "Arn")
    target: dict[str, Data] = {"Arn": event.arn, "RoleArn": role}
    draft.origins["Target",] = event.place
    for name in ("Input", "RetryPolicy"):
        if said.get(name) is not None:
            target[name] = said[name]
            draft.origins["Target", name] = event.at(name)
    if said.get("DeadLetterConfig") is not None:
        target["DeadLetterConfig"] = {"Arn": queue}
        draft.origins["Target", "DeadLetterConfig"] = event.at("DeadLetterConfig")
    draft.put("Target", target)
    return [draft.build(), *made]


def _policy(name: str, action: str, resource: Data) -> Data:
    return {
        "PolicyName": name,
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [statement(action, resource)],
        },
    }

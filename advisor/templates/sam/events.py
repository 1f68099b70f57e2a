"""The events of functions: what SAM makes of each type, in raw terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.records import record
from advisor.templates.sam import buses, streams
from advisor.templates.sam.context import Hook
from advisor.templates.sam.routes import http_api, rest_api
from advisor.templates.sam.source import (
    as_list,
    choose,
    get_att,
    made_draft,
    mapping,
    ref,
    referenced_id,
    sub,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.documents.document import Data
    from advisor.documents.location import Pointer
    from advisor.templates.resource import Resource
    from advisor.templates.sam.context import Context
    from advisor.templates.sam.policies import Grants
    from advisor.templates.sam.source import Source


@record(frozen=True)
class Event:
    """One event of a function or state machine."""

    source: Source
    name: str
    type: str
    properties: dict[str, Data]
    place: Pointer
    arn: Data
    """How the event's target is named as a target: function, alias or state machine."""
    target: Data
    """How a mapping or a permission names the function; its alias where there is one."""
    grants: Grants
    """Of the function's own role, whether it is made or not."""

    @property
    def id(self) -> str:
        """The stem of the logical ids of what the event makes."""
        return self.source.logical_id + self.name

    def at(self, *path: str | int) -> Pointer:
        """Return where a property of the event is written."""
        return (*self.place, "Properties", *path)

    @property
    def condition(self) -> str:
        """The condition of the resource that has the event, "" without one."""
        return self.source.conditions[0] if self.source.conditions else ""


def events_of(source: Source, arn: Data, target: Data, grants: Grants) -> list[Event]:
    """Return the well-formed events of a resource, in the order written."""
    found = []
    for name, raw in source.map("Events").items():
        event = mapping(raw)
        kind = event.get("Type")
        if not isinstance(kind, str):
            continue
        found.append(
            Event(
                source=source,
                name=name,
                type=kind,
                properties=mapping(event.get("Properties")),
                place=source.where("Events", name),
                arn=arn,
                target=target,
                grants=grants,
            )
        )
    return found


def expand_event(event: Event, context: Context) -> list[Resource]:
    """Return what SAM makes of a function's event; nothing for a type that it does not know."""
    maker = _MAKERS.get(event.type)
    return [] if maker is None else maker(event, context)


def permission(
    event: Event,
    principal: str,
    *,
    logical_id: str = "",
    source_arn: Data = None,
    source_account: Data = None,
    token: Data = None,
) -> Resource:
    """Return the permission with which a service invokes the event's function."""
    draft = made_draft(
        event.source,
        logical_id or f"{event.id}Permission",
        "AWS::Lambda::Permission",
        place=event.place,
    )
    draft.put("Action", "lambda:InvokeFunction")
    draft.put("FunctionName", event.target)
    draft.put("Principal", principal)
    draft.put("SourceArn", source_arn)
    draft.put("SourceAccount", source_account)
    draft.put("EventSourceToken", token)
    return draft.build()


def _bucket(event: Event, context: Context) -> list[Resource]:
    bucket = referenced_id(event.properties.get("Bucket"))
    kinds = as_list(event.properties.get("Events"))
    rules = event.properties.get("Filter")
    for index, kind in enumerate(kinds):
        entry: dict[str, Data] = {"Event": kind, "Function": event.arn}
        if rules is not None:
            entry["Filter"] = rules
        value: Data = choose(event.condition, entry) if event.condition else entry
        several = isinstance(event.properties.get("Events"), list)
        place = event.at("Events", index) if several else event.at("Events")
        context.notifications.setdefault(bucket, []).append(Hook(value, place))
    account = ref("AWS::AccountId")
    return [permission(event, "s3.amazonaws.com", source_account=account)]


def _topic(event: Event, context: Context) -> list[Resource]:
    topic = event.properties.get("Topic")
    through = event.properties.get("SqsSubscription")
    if not through:
        grant = permission(event, "sns.amazonaws.com", source_arn=topic)
        return [grant, _subscription(event, "lambda", event.arn)]
    settings = mapping(through)
    made: list[Resource] = []
    if isinstance(through, dict):
        queue_arn, queue_url = settings.get("QueueArn"), settings.get("QueueUrl")
    else:
        queue = made_draft(event.source, f"{event.id}Queue", "AWS::SQS::Queue", place=event.place)
        fifo = context.properties(referenced_id(topic)).get("FifoTopic")
        queue.put("FifoQueue", fifo or None, event.at("SqsSubscription"))
        made.append(queue.build())
        queue_arn, queue_url = get_att(queue.logical_id, "Arn"), ref(queue.logical_id)
    named = settings.get("QueuePolicyLogicalId")
    policy = made_draft(
        event.source,
        named if isinstance(named, str) and named else f"{event.id}QueuePolicy",
        "AWS::SQS::QueuePolicy",
        place=event.place,
    )
    policy.put("Queues", [queue_url])
    policy.put("PolicyDocument", buses.queue_policy(queue_arn, "*", topic))
    mapping_draft = made_draft(
        event.source,
        f"{event.id}EventSourceMapping",
        "AWS::Lambda::EventSourceMapping",
        place=event.place,
    )
    place = event.at("SqsSubscription")
    mapping_draft.put("EventSourceArn", queue_arn, place)
    mapping_draft.put("FunctionName", event.target)
    # SAM ignores `Enabled` here: the mapping is always switched on.
    mapping_draft.put("Enabled", value=True)
    batch = settings.get("BatchSize")
    mapping_draft.put("BatchSize", batch or 10, (*place, "BatchSize") if batch else place)
    event.grants.attach(streams.QUEUE_POLICY, event.place)
    return [
        mapping_draft.build(),
        *made,
        policy.build(),
        _subscription(event, "sqs", queue_arn),
    ]


def _subscription(event: Event, protocol: str, endpoint: Data) -> Resource:
    draft = made_draft(event.source, event.id, "AWS::SNS::Subscription", place=event.place)
    draft.put("Protocol", protocol)
    draft.put("Endpoint", endpoint)
    draft.put("TopicArn", event.properties.get("Topic"), event.at("Topic"))
    for name in ("Region", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy"):
        draft.put(name, event.properties.get(name))
    return draft.build()


def _logs(event: Event, _context: Context) -> list[Resource]:
    group = event.properties.get("LogGroupName")
    arn = sub(
        "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:"
        "log-group:${__LogGroupName__}:*",
        __LogGroupName__=group,
    )
    draft = made_draft(event.source, event.id, "AWS::Logs::SubscriptionFilter", place=event.place)
    draft.put("LogGroupName", group)
    draft.put("FilterPattern", event.properties.get("FilterPattern"))
    draft.put("DestinationArn", event.arn)
    return [permission(event, "logs.amazonaws.com", source_arn=arn), draft.build()]


def _thing(event: Event, _context: Context) -> list[Resource]:
    arn = sub(
        "arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}:rule/${RuleName}",
        RuleName=ref(event.id),
    )
    draft = made_draft(event.source, event.id, "AWS::IoT::TopicRule", place=event.place)
    payload: dict[str, Data] = {
        "RuleDisabled": False,
        "Actions": [{"Lambda": {"FunctionArn": event.arn}}],
    }
    for name in ("Sql", "AwsIotSqlVersion"):
        if event.properties.get(name) is not None:
            payload[name] = event.properties[name]
            draft.origins["TopicRulePayload", name] = event.at(name)
    draft.put("TopicRulePayload", payload)
    account = sub("${AWS::AccountId}")
    grant = permission(event, "iot.amazonaws.com", source_arn=arn, source_account=account)
    return [grant, draft.build()]


def _skill(event: Event, _context: Context) -> list[Resource]:
    skill = event.properties.get("SkillId")
    return [permission(event, "alexa-appkit.amazon.com", token=skill)]


def _user_pool(event: Event, context: Context) -> list[Resource]:
    pool = referenced_id(event.properties.get("UserPool"))
    for trigger in as_list(event.properties.get("Trigger")):
        if isinstance(trigger, str):
            hook = Hook(event.arn, event.at("Trigger"), trigger)
            context.triggers.setdefault(pool, []).append(hook)
    grant = permission(
        event,
        "cognito-idp.amazonaws.com",
        # One for all the pools' triggers of a function: its id is not the event's.
        logical_id=f"{event.source.logical_id}CognitoPermission",
        source_arn=get_att(pool, "Arn"),
    )
    return [grant]


def _schedule(event: Event, _context: Context) -> list[Resource]:
    return _ruled(event, buses.scheduled_rule(event))


def _pattern(event: Event, _context: Context) -> list[Resource]:
    return _ruled(event, buses.pattern_rule(event))


def _ruled(event: Event, made: list[Resource]) -> list[Resource]:
    arn = get_att(event.id, "Arn")
    return [*made, permission(event, "events.amazonaws.com", source_arn=arn)]


def _scheduler(event: Event, _context: Context) -> list[Resource]:
    return buses.schedule(event, "lambda:InvokeFunction", "LambdaPolicy")


def _rest(event: Event, context: Context) -> list[Resource]:
    route = rest_api(event, context)
    if route is None:
        return []
    arn, logical_id = route
    return [permission(event, "apigateway.amazonaws.com", logical_id=logical_id, source_arn=arn)]


def _http(event: Event, context: Context) -> list[Resource]:
    arn = http_api(event, context)
    return [] if arn is None else [permission(event, "apigateway.amazonaws.com", source_arn=arn)]


def _stream(event: Event, _context: Context) -> list[Resource]:
    return streams.event_source_mapping(event)


_MAKERS: dict[str, Callable[[Event, Context], list[Resource]]] = {
    "AlexaSkill": _skill,
    "Api": _rest,
    "CloudWatchEvent": _pattern,
    "CloudWatchLogs": _logs,
    "Cognito": _user_pool,
    "DocumentDB": _stream,
    "DynamoDB": _stream,
    "EventBridgeRule": _pattern,
    "HttpApi": _http,
    "IoTRule": _thing,
    "Kinesis": _stream,
    "MQ": _stream,
    "MSK": _stream,
    "S3": _bucket,
    "SNS": _topic,
    "SQS": _stream,
    "Schedule": _schedule,
    "ScheduleV2": _scheduler,
    "SelfManagedKafka": _stream,
}

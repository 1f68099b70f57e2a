"""Asynchronous invocation of functions: retries, destinations and what SAM makes for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.sam.policies import statement
from advisor.templates.sam.source import (
    choice,
    choose,
    get_att,
    is_no_value,
    made_draft,
    mapping,
    ref,
)
from advisor.templates.sam.streams import bucket_statements

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.templates.resource import Resource
    from advisor.templates.sam.context import Context
    from advisor.templates.sam.policies import Grants
    from advisor.templates.sam.source import Source


def invocation(source: Source, context: Context, grants: Grants, alias: str) -> list[Resource]:
    """Return the settings of asynchronous invocation, with queue or topic that SAM makes."""
    said = source.map("EventInvokeConfig")
    if not said:
        return []
    logical_id = f"{source.logical_id}EventInvokeConfig"
    draft = made_draft(source, logical_id, "AWS::Lambda::EventInvokeConfig", place=source.place)
    draft.put("FunctionName", ref(source.logical_id))
    qualifier = context.default(source.get("AutoPublishAlias")) if alias else "$LATEST"
    draft.put("Qualifier", qualifier)
    draft.origins[()] = source.where("EventInvokeConfig")
    for name in ("MaximumEventAgeInSeconds", "MaximumRetryAttempts"):
        draft.take(name, "EventInvokeConfig", name)
    made: list[Resource] = []
    destinations: dict[str, Data] = {}
    declared = mapping(said.get("DestinationConfig"))
    for outcome in ("OnSuccess", "OnFailure"):
        config = mapping(declared.get(outcome))
        if not config:
            continue
        arn, extra = _destination(source, context, config, logical_id + outcome)
        made += extra
        destinations[outcome] = {"Destination": arn}
        place = source.where("EventInvokeConfig", "DestinationConfig", outcome)
        draft.origins["DestinationConfig", outcome] = place
        draft.origins["DestinationConfig", outcome, "Destination"] = (*place, "Destination")
        _allow(grants, str(config.get("Type")), arn, logical_id + outcome, place)
    draft.put("DestinationConfig", destinations or None)
    return [draft.build(), *made]


def _destination(
    source: Source, context: Context, config: dict[str, Data], stem: str
) -> tuple[Data, list[Resource]]:
    """Return the destination; where none is given for a queue or topic, SAM makes it."""
    kind = config.get("Type")
    given = config.get("Destination")
    condition = ""
    branches = choice(given)
    if branches is not None:
        test, then, otherwise = branches
        if is_no_value(then) and not is_no_value(otherwise):
            condition = test
        elif is_no_value(otherwise) and not is_no_value(then):
            condition = context.negated(test)
    if kind not in ("SQS", "SNS") or (given is not None and not condition):
        return given, []
    queue = kind == "SQS"
    outcome = "OnSuccess" if stem.endswith("OnSuccess") else "OnFailure"
    place = source.where("EventInvokeConfig", "DestinationConfig", outcome)
    draft = made_draft(
        source,
        stem + ("Queue" if queue else "Topic"),
        "AWS::SQS::Queue" if queue else "AWS::SNS::Topic",
        place=place,
    )
    made_arn = get_att(draft.logical_id, "Arn") if queue else ref(draft.logical_id)
    if branches is None or not condition:
        return made_arn, [draft.build()]
    draft.conditions = (*draft.conditions, condition)
    test, then, otherwise = branches
    if is_no_value(then):
        return choose(test, made_arn, otherwise), [draft.build()]
    return choose(test, then, made_arn), [draft.build()]


def _allow(grants: Grants, kind: str, arn: Data, stem: str, place: tuple[str | int, ...]) -> None:
    """Grant what the function's role needs to deliver to a destination."""
    match kind:
        case "SQS":
            grants.allow(f"{stem}SQSPolicy", [statement("sqs:SendMessage", arn)], place)
        case "SNS":
            grants.allow(f"{stem}SNSPolicy", [statement("sns:publish", arn)], place)
        case "EventBridge":
            allowed = [statement("events:PutEvents", arn)]
            grants.allow(f"{stem}EventBridgePolicy", allowed, place)
        case "Lambda":
            allowed = [statement("lambda:InvokeFunction", arn)]
            grants.allow(f"{stem}LambdaPolicy", allowed, place)
        case "S3Bucket":
            grants.allow(f"{stem}S3Policy", bucket_statements(arn), place)
        case _:
            return

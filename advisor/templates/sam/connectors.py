"""Connectors, standing alone or embedded: the permissions that their profile grants.

Profiles: advisor/data/sam_connectors.json, generated from the translator's table.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.records import record
from advisor.templates.sam.policies import role_name, table
from advisor.templates.sam.source import (
    Source,
    items,
    made_draft,
    mapping,
    referenced_id,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.documents.document import Data
    from advisor.documents.location import Pointer
    from advisor.templates.resource import Resource

_DEEPEST = 60
_SAM_TYPES = {
    "AWS::Serverless::Function": "AWS::Lambda::Function",
    "AWS::Serverless::StateMachine": "AWS::StepFunctions::StateMachine",
    "AWS::Serverless::Api": "AWS::ApiGateway::RestApi",
    "AWS::Serverless::HttpApi": "AWS::ApiGatewayV2::Api",
    "AWS::Serverless::SimpleTable": "AWS::DynamoDB::Table",
}
_VARIABLE = re.compile(r"%\{([\w.]+)\}")
_POLICIES = {
    "AWS_IAM_ROLE_MANAGED_POLICY": "Policy",
    "AWS_SQS_QUEUE_POLICY": "QueuePolicy",
    "AWS_SNS_TOPIC_POLICY": "TopicPolicy",
}


@record(frozen=True)
class End:
    """One end of a connector: a resource, or what the template says of one elsewhere."""

    type: str
    facts: dict[str, Data]
    """Arn, Name, ResourceId, Qualifier, Url, Role."""


def embedded(source: Source) -> list[Source]:
    """Return the connectors written beside a resource's properties as sources of their own."""
    found = []
    for name, raw in mapping(source.attributes.get("Connectors")).items():
        said = mapping(mapping(raw).get("Properties"))
        reference = mapping(said.get("SourceReference"))
        properties: dict[str, Data] = {
            **{key: value for key, value in said.items() if key != "SourceReference"},
            "Source": {**reference, "Id": source.logical_id},
        }
        own = mapping(raw).get("Condition")
        found.append(
            Source(
                owner=source.owner,
                logical_id=source.logical_id + name,
                type="AWS::Serverless::Connector",
                place=(*source.place, "Connectors", name),
                properties=properties,
                conditions=(own,) if isinstance(own, str) else (),
            )
        )
    return found


def expand_connector(
    source: Source, made: Mapping[str, Resource], maker: str = ""
) -> list[Resource]:
    """Return the policies and permissions of a connector; nothing for an unknown combination.

    `made` holds all other resources in raw terms; `maker` is the resource it is embedded in.
    """
    destination = source.get("Destination")
    several = isinstance(destination, list)
    wanted = {name for name in items(source.get("Permissions")) if isinstance(name, str)}
    found: list[Resource] = []
    for index, raw in enumerate(items(destination) if several else [destination]):
        start = mapping(source.get("Source"))
        target = mapping(raw)
        ends = _end(start, target, made), _end(target, start, made)
        if ends[0] is None or ends[1] is None:
            continue
        place = source.where("Destination", index) if several else source.place
        suffix = f"Destination{index}" if several else ""
        found += _connect(source, (ends[0], ends[1]), wanted, place=place, suffix=suffix)
    for resource in found:
        resource.made_by = maker or source.logical_id
    return found


def _end(said: dict[str, Data], other: dict[str, Data], made: Mapping[str, Resource]) -> End | None:
    logical_id = said.get("Id")
    if logical_id is None:
        kind = said.get("Type")
        if not isinstance(kind, str):
            return None
        facts = {**said, "Role": said.get("RoleName"), "Url": said.get("QueueUrl")}
        return End(_SAM_TYPES.get(kind, kind), facts)
    resource = made.get(logical_id) if isinstance(logical_id, str) else None
    if resource is None:
        return None
    row = mapping(mapping(table("sam_connectors.json").get("resources")).get(resource.type))
    shown = _filled(row.get("Outputs"), {"logicalId": resource.logical_id}, 0)
    outputs = mapping(shown)
    facts = {
        "Arn": outputs.get("Arn"),
        "Name": outputs.get("Name"),
        "ResourceId": outputs.get("Id"),
        "Url": outputs.get("Url"),
        "Qualifier": said.get("Qualifier", outputs.get("Qualifier")),
        "Role": _role(resource, mapping(row.get("Inputs")).get("Role"), other),
    }
    return End(resource.type, facts)


def _role(resource: Resource, named: Data, other: dict[str, Data]) -> Data:
    """Return how a policy names the role of an end of a connector."""
    if isinstance(named, str):
        return role_name(resource.properties.get(named))
    if not named:
        return None
    for raw in items(resource.properties.get("Targets")):
        target = mapping(raw)
        arn = target.get("Arn")
        if arn == other.get("Arn") or referenced_id(arn) == other.get("Id"):
            return role_name(target.get("RoleArn"))
    return None


def _connect(
    source: Source,
    ends: tuple[End, End],
    wanted: set[str],
    *,
    place: Pointer,
    suffix: str,
) -> list[Resource]:
    start, target = ends
    rows = mapping(mapping(table("sam_connectors.json").get("permissions")).get(start.type))
    profile = mapping(rows.get(target.type))
    said = mapping(profile.get("Properties"))
    kind = profile.get("Type")
    facts = {f"Source.{key}": value for key, value in start.facts.items()}
    facts |= {f"Destination.{key}": value for key, value in target.facts.items()}
    categories = mapping(said.get("AccessCategories"))
    granted = [
        mapping(_filled(row, facts, 0)) for name, row in categories.items() if name in wanted
    ]
    holder = start if said.get("SourcePolicy") else target
    if kind == "AWS_LAMBDA_PERMISSION":
        names = [name for name in categories if name in wanted]
        return [
            _permission(source, holder, row, place, f"{name}LambdaPermission{suffix}")
            for name, row in zip(names, granted, strict=True)
        ]
    if not isinstance(kind, str) or kind not in _POLICIES or not granted:
        return []
    statements = [entry for row in granted for entry in items(row.get("Statement"))]
    document: Data = {"Version": "2012-10-17", "Statement": statements}
    raw_type, key, value = {
        "AWS_IAM_ROLE_MANAGED_POLICY": ("AWS::IAM::ManagedPolicy", "Roles", holder.facts["Role"]),
        "AWS_SQS_QUEUE_POLICY": ("AWS::SQS::QueuePolicy", "Queues", holder.facts.get("Url")),
        "AWS_SNS_TOPIC_POLICY": ("AWS::SNS::TopicPolicy", "Topics", holder.facts.get("Arn")),
    }[kind]
    if value is None:
        return []
    stem = source.logical_id + _POLICIES[kind] + suffix
    draft = made_draft(source, stem, raw_type, place=place)
    draft.properties = {"PolicyDocument": document, key: [value]}
    return [draft.build()]


def _permission(
    source: Source, function: End, row: dict[str, Data], place: Pointer, stem: str
) -> Resource:
    draft = made_draft(source, source.logical_id + stem, "AWS::Lambda::Permission", place=place)
    for name in ("Action", "Principal", "SourceArn", "SourceAccount"):
        draft.put(name, row.get(name))
    draft.put("FunctionName", function.facts.get("Arn"))
    return draft.build()


def _filled(data: Data, facts: Mapping[str, Data], depth: int) -> Data:
    """Replace the profile's variables; text around them becomes `Fn::Sub`."""
    if depth > _DEEPEST:
        return data
    if isinstance(data, dict):
        return {key: _filled(value, facts, depth + 1) for key, value in data.items()}
    if isinstance(data, list):
        return [_filled(item, facts, depth + 1) for item in data]
    if not isinstance(data, str):
        return data
    whole = _VARIABLE.fullmatch(data)
    if whole is not None:
        return facts.get(whole[1])
    variables: dict[str, Data] = {}

    def named(match: re.Match[str]) -> str:
        value = facts.get(match[1])
        if isinstance(value, str):
            return value
        name = match[1].replace(".", "")
        variables[name] = value
        return f"${{{name}}}"

    text = _VARIABLE.sub(named, data)
    if not variables:
        return {"Fn::Sub": text} if "${" in text else text
    return {"Fn::Sub": [text, variables]}

"""SAM, expanded: every resource of a template in raw CloudFormation terms.

This is SAM's own transform done on raw data, so that each property remembers where it is written.
What SAM is asked for is said by its specification; what it makes of it is checked against the
real translator in tests/test_sam_oracle.py.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.resource import Resource
from advisor.templates.sam.apis import expand_rest_api
from advisor.templates.sam.connectors import embedded, expand_connector
from advisor.templates.sam.context import Context
from advisor.templates.sam.functions import expand_function
from advisor.templates.sam.globals import merged
from advisor.templates.sam.graphs import expand_graph
from advisor.templates.sam.http_apis import expand_http_api
from advisor.templates.sam.machines import expand_state_machine
from advisor.templates.sam.others import (
    expand_application,
    expand_capacity_provider,
    expand_layer,
    expand_table,
    expand_unknown,
)
from advisor.templates.sam.routes import HTTP_ID, REST_ID
from advisor.templates.sam.source import Source, canonical, is_intrinsic, items, mapping
from advisor.templates.sam.tags import pass_on
from advisor.templates.sam.websockets import expand_web_socket_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from advisor.documents.document import Data
    from advisor.documents.location import Pointer
    from advisor.templates.sam.context import Hook

__all__ = ["expand", "expand_all", "references"]

_SERVERLESS = "AWS::Serverless::"
_CONNECTOR = "AWS::Serverless::Connector"
_FIRST: dict[str, Callable[[Source, Context], list[Resource]]] = {
    "AWS::Serverless::Function": expand_function,
    "AWS::Serverless::StateMachine": expand_state_machine,
}
"""Those with events, which add to the rest."""
_SECOND: dict[str, Callable[[Source, Context], list[Resource]]] = {
    "AWS::Serverless::Api": expand_rest_api,
    "AWS::Serverless::Application": expand_application,
    "AWS::Serverless::CapacityProvider": expand_capacity_provider,
    "AWS::Serverless::GraphQLApi": expand_graph,
    "AWS::Serverless::HttpApi": expand_http_api,
    "AWS::Serverless::LayerVersion": expand_layer,
    "AWS::Serverless::SimpleTable": expand_table,
    "AWS::Serverless::WebSocketApi": expand_web_socket_api,
}
_IMPLICIT = {REST_ID: "AWS::Serverless::Api", HTTP_ID: "AWS::Serverless::HttpApi"}
_IMPLICIT_STAGE = "Prod"
_DEPLOYMENTS = {"ServerlessDeploymentApplication", "CodeDeployServiceRole"}
_SHARED = {"ServerlessUsagePlan", "ServerlessUsagePlanKey", "ServerlessApiKey"}
_REFERABLE = {
    "AWS::Lambda::Alias": "Alias",
    "AWS::Lambda::Version": "Version",
    "AWS::SNS::Topic": "DestinationTopic",
    "AWS::SQS::Queue": "DestinationQueue",
    "AWS::ApiGateway::Stage": "Stage",
    "AWS::ApiGatewayV2::Stage": "Stage",
    "AWS::ApiGateway::Deployment": "Deployment",
    "AWS::ApiGateway::DomainName": "DomainName",
    "AWS::ApiGateway::DomainNameV2": "DomainNameV2",
    "AWS::ApiGatewayV2::DomainName": "DomainName",
    "AWS::ApiGateway::UsagePlan": "UsagePlan",
    "AWS::ApiGateway::UsagePlanKey": "UsagePlanKey",
    "AWS::ApiGateway::ApiKey": "ApiKey",
}


def expand(data: dict[str, Data], owner: str) -> list[Resource]:
    """Return every resource of a template in reading order, SAM's own in raw terms.

    `data` is the template after loops and includes; it is not changed. A resource that SAM makes
    follows the one that it is made for. Wrong shapes are passed over; nothing is raised.
    """
    return expand_all(data, owner)[0]


def expand_all(data: dict[str, Data], owner: str) -> tuple[list[Resource], dict[str, Data]]:
    """Return the resources as `expand` does, and the conditions that SAM adds for them."""
    context = Context(data)
    sources = [
        _source(context, owner, logical_id, raw)
        for logical_id, raw in context.resources.items()
        if isinstance(raw, dict) and isinstance(raw.get("Type"), str)
    ]
    groups: dict[str, list[Resource]] = {}
    for source in sources:
        if source.type in _FIRST:
            groups[source.logical_id] = _FIRST[source.type](source, context)
            pass_on(source, groups[source.logical_id])
    for source in sources:
        if source.type not in _FIRST:
            groups[source.logical_id] = _second(source, context)
            if source.type.startswith(_SERVERLESS):
                pass_on(source, groups[source.logical_id])
    for logical_id, kind in _IMPLICIT.items():
        declared = context.raw(logical_id).get("Type")
        if logical_id in context.routes and declared is None:
            maker, made = _implicit(context, owner, logical_id, kind)
            groups.setdefault(maker, []).extend(made)
    _settle(context, groups)
    _connect(context, sources, groups)
    return _unique(sources, groups), context.conditions


def references(resources: Iterable[Resource]) -> dict[str, str]:
    """Return what SAM lets a template refer to, such as `Fn.Alias`, with the generated id."""
    found: dict[str, str] = {}
    for resource in resources:
        name = _REFERABLE.get(resource.type)
        if name is None or not resource.made_by:
            continue
        if name.startswith("Destination") and "EventInvokeConfigOn" not in resource.logical_id:
            continue
        found[f"{resource.made_by}.{name}"] = resource.logical_id
        if resource.logical_id.startswith(("ServerlessRestApi", "ServerlessHttpApi")):
            stem = REST_ID if resource.logical_id.startswith(REST_ID) else HTTP_ID
            found[f"{stem}.{name}"] = resource.logical_id
    return found


def _source(context: Context, owner: str, logical_id: str, raw: dict[str, Data]) -> Source:
    kind = str(raw.get("Type"))
    place: Pointer = ("Resources", logical_id)
    condition = raw.get("Condition")
    if kind.startswith(_SERVERLESS):
        properties, origins = merged(context.template, kind, raw, place)
    else:
        properties, origins = mapping(raw.get("Properties")), {}
        whole = raw.get("Properties")
        if isinstance(whole, dict) and is_intrinsic(whole):
            properties = whole
    return Source(
        owner=owner,
        logical_id=logical_id,
        type=kind,
        place=place,
        properties=properties,
        origins=origins,
        conditions=(condition,) if isinstance(condition, str) else (),
        attributes={k: v for k, v in raw.items() if k not in {"Type", "Properties"}},
    )


def _second(source: Source, context: Context) -> list[Resource]:
    if source.type == _CONNECTOR:
        return []
    maker = _SECOND.get(source.type)
    if maker is not None:
        return maker(source, context)
    if source.type.startswith(_SERVERLESS):
        return expand_unknown(source, context)
    resource = Resource(
        owner=source.owner,
        logical_id=source.logical_id,
        type=source.type,
        properties=source.properties,
        place=source.place,
        conditions=source.conditions,
        attributes=source.attributes,
    )
    if source.logical_id in context.notifications:
        _notify(resource, context.notifications[source.logical_id])
    if source.logical_id in context.triggers:
        _trigger(resource, context.triggers[source.logical_id])
    return [resource]


def _notify(bucket: Resource, hooks: list[Hook]) -> None:
    """Add the notifications of S3 events to their bucket."""
    config = mapping(bucket.properties.get("NotificationConfiguration"))
    entries = list(items(config.get("LambdaConfigurations")))
    origins: dict[tuple[str, ...], Pointer] = dict(bucket.origins)
    known = {canonical(entry) for entry in entries}
    for hook in hooks:
        text = canonical(hook.value)
        if text in known:
            continue
        known.add(text)
        path = ("NotificationConfiguration", "LambdaConfigurations", str(len(entries)))
        origins[path] = hook.place
        entries.append(hook.value)
    bucket.properties = {
        **bucket.properties,
        "NotificationConfiguration": {**config, "LambdaConfigurations": entries},
    }
    bucket.origins = origins


def _trigger(pool: Resource, hooks: list[Hook]) -> None:
    """Add the triggers of Cognito events to their user pool."""
    config = {**mapping(pool.properties.get("LambdaConfig"))}
    origins: dict[tuple[str, ...], Pointer] = dict(pool.origins)
    for hook in hooks:
        if hook.name not in config:
            config[hook.name] = hook.value
            origins["LambdaConfig", hook.name] = hook.place
    pool.properties = {**pool.properties, "LambdaConfig": config}
    pool.origins = origins


def _implicit(
    context: Context, owner: str, logical_id: str, kind: str
) -> tuple[str, list[Resource]]:
    """Return the API that SAM makes for events that name none, and who is the first of them."""
    routes = context.routes[logical_id]
    first = routes[0]
    own: dict[str, Data] = {}
    if logical_id == REST_ID:
        own["StageName"] = _IMPLICIT_STAGE
    tags: dict[str, Data] = {}
    for route in routes:
        tags.update(mapping(route.tags))
    if tags:
        own |= {"Tags": tags, "PropagateTags": True}
    properties, origins = merged(context.template, kind, {"Properties": own}, first.place)
    found = [(route.condition,) if route.condition else () for route in routes]
    source = Source(
        owner=owner,
        logical_id=logical_id,
        type=kind,
        place=first.place,
        properties=properties,
        origins=origins,
        conditions=context.either(found, f"{logical_id}Condition"),
    )
    made = (expand_rest_api if logical_id == REST_ID else expand_http_api)(source, context)
    pass_on(source, made)
    for resource in made:
        resource.made_by = first.maker
    return first.maker, made


def _settle(context: Context, groups: dict[str, list[Resource]]) -> None:
    """Let what several resources share exist where any of them does."""
    found = [resource.conditions for resource in context.deployments]
    conditions = context.either(found, "ServerlessCodeDeployCondition")
    plans = context.either(context.sharers, "SharedUsagePlanCondition")
    for made in groups.values():
        for resource in made:
            if resource.made_by and resource.logical_id in _DEPLOYMENTS:
                resource.conditions = conditions
            elif resource.made_by and resource.logical_id in _SHARED:
                resource.conditions = plans


def _connect(context: Context, sources: list[Source], groups: dict[str, list[Resource]]) -> None:
    """Expand the connectors, which need everything else in raw terms."""
    made = {resource.logical_id: resource for group in groups.values() for resource in group}
    for source in sources:
        if source.type == _CONNECTOR:
            groups[source.logical_id] = expand_connector(source, made)
        for inner in embedded(source):
            groups[source.logical_id] += expand_connector(inner, made, source.logical_id)
    for link in context.links:
        maker = str(link.attributes.pop("made for", ""))
        groups.setdefault(maker, []).extend(expand_connector(link, made, maker))


def _unique(sources: list[Source], groups: dict[str, list[Resource]]) -> list[Resource]:
    """Return the groups in reading order, one resource for each logical id.

    What the template declares wins over what is generated; of generated ones the last does, as
    in SAM, where several events share a permission or a policy.
    """
    declared = {source.logical_id for source in sources}
    found: dict[str, Resource] = {}
    for source in sources:
        for resource in groups.get(source.logical_id, []):
            own = resource.logical_id == source.logical_id
            if own or resource.logical_id not in declared:
                found[resource.logical_id] = resource
    return list(found.values())

"""`AWS::Serverless::Api`: the API, its stage, deployment, permissions, plan and domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.sam import domains
from advisor.templates.sam.authorizers import gateway_response, rest_schemes
from advisor.templates.sam.bodies import (
    Body,
    rest_skeleton,
)
from advisor.templates.sam.functions import s3_location
from advisor.templates.sam.source import (
    id_with,
    made_draft,
    main_draft,
    mapping,
    ref,
    sub,
    tag_list,
)

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.documents.location import Pointer
    from advisor.templates.resource import Resource
    from advisor.templates.sam.context import Context, Route
    from advisor.templates.sam.source import Draft, Source

LOCATION = ("Bucket", "Key", "Version")
_REST_STAGE = (
    "StageName",
    "CacheClusterEnabled",
    "CacheClusterSize",
    "Variables",
    "MethodSettings",
    "AccessLogSetting",
    "CanarySetting",
    "TracingEnabled",
)
_REST = (
    "Name",
    "Description",
    "BinaryMediaTypes",
    "MinimumCompressionSize",
    "FailOnWarnings",
    "Mode",
    "ApiKeySourceType",
    "Policy",
    "SecurityPolicy",
    "EndpointAccessMode",
)
EXTENSION = "x-amazon-apigateway-"


def expand_rest_api(source: Source, context: Context) -> list[Resource]:
    """Return the REST API with its body, deployment, stage and what else it asks for."""
    routes = context.routes.get(source.logical_id, [])
    auth = mapping(context.default(source.get("Auth")))
    api = main_draft(source, "AWS::ApiGateway::RestApi")
    api.copy(*_REST)
    _endpoint(api)
    body = _rest_body(source, auth, routes)
    if body is not None:
        api.put("Body", body.finish())
        api.origins.update(body.origins)
    else:
        location = s3_location(source.get("DefinitionUri"), LOCATION)
        api.put("BodyS3Location", location, source.where("DefinitionUri"))
        api.copy("DefinitionUri")
    deployment = made_draft(source, f"{source.logical_id}Deployment", "AWS::ApiGateway::Deployment")
    deployment.put("RestApiId", ref(source.logical_id))
    if source.get("OpenApiVersion") is None:
        deployment.put("StageName", "Stage")
    stage = _rest_stage(source, deployment.logical_id)
    made = [api.build(), deployment.build(), stage]
    made += authorizer_permissions(source, auth, default=True)
    made += domains.rest_domain(source, context, stage.logical_id)
    return made + _usage_plan(source, auth, stage.logical_id, context)


def _endpoint(api: Draft) -> None:
    value = api.source.get("EndpointConfiguration")
    place = api.source.where("EndpointConfiguration")
    said = mapping(value)
    if said:
        config: dict[str, Data] = {"Types": [said.get("Type")]}
        inside = said.get("VPCEndpointIds") or said.get("VpcEndpointIds")
        if inside is not None:
            config["VpcEndpointIds"] = inside
        if said.get("IpAddressType") is not None:
            config["IpAddressType"] = said["IpAddressType"]
        api.put("EndpointConfiguration", config, place)
    elif value is not None:
        api.put("EndpointConfiguration", {"Types": [value]}, place)


def _rest_body(source: Source, auth: dict[str, Data], routes: list[Route]) -> Body | None:
    """Return the body, None where it lies in another file."""
    defined = source.get("DefinitionBody")
    if not defined and source.get("DefinitionUri"):
        return None
    managed = not defined
    document = rest_skeleton(source.get("OpenApiVersion")) if managed else defined
    place = source.place if managed else source.where("DefinitionBody")
    body = Body(source, document, place)
    if not body.document and isinstance(document, dict):
        # An intrinsic function such as AWS::Include: it stays what it is.
        body.document = dict(document)
        return body
    if managed or source.get("MergeDefinitions"):
        body.add(routes, auth, replace=True)
    else:
        body.override(routes, auth)
        routes = [route for route in routes if route.auth.get("OverrideApiAuth")]
    body.modernise()
    body.preflight(source.get("Cors"))
    body.schemes(rest_schemes(auth, routes))
    body.default_authorizer(
        auth.get("DefaultAuthorizer"),
        auth,
        preflight=auth.get("AddDefaultAuthorizerToCorsPreflight") is not False,
    )
    if auth.get("ApiKeyRequired"):
        body.default_api_key(preflight=auth.get("AddApiKeyRequiredToCorsPreflight") is not False)
    _extend(body, source, auth, routes)
    return body


def _extend(body: Body, source: Source, auth: dict[str, Data], routes: list[Route]) -> None:
    """Add what concerns the whole API: policy, gateway responses, endpoint switched off."""
    off = source.get("DisableExecuteApiEndpoint")
    if off is not None:
        config: Data = {"disableExecuteApiEndpoint": off}
        if "openapi" in body.document:
            body.document["servers"] = [{f"{EXTENSION}endpoint-configuration": config}]
        else:
            body.document[f"{EXTENSION}endpoint-configuration"] = config
    media = _slashed(source.get("BinaryMediaTypes"))
    if media is not None:
        body.document[f"{EXTENSION}binary-media-types"] = media
    _models(body, source, routes)
    responses = source.map("GatewayResponses")
    if responses:
        name = f"{EXTENSION}gateway-responses"
        holder = body.holder((name,))
        for kind, raw in responses.items():
            holder[kind] = gateway_response(mapping(raw))
        body.origins["Body", name] = source.where("GatewayResponses")
    policies = [(auth.get("ResourcePolicy"), source.where("Auth", "ResourcePolicy"))]
    policies += [
        (route.auth.get("ResourcePolicy"), (*route.place, "Properties", "Auth", "ResourcePolicy"))
        for route in routes
    ]
    statements: list[Data] = []
    for policy, place in policies:
        found = _policy(mapping(policy))
        if found:
            body.origins["Body", f"{EXTENSION}policy"] = place
        statements += [item for item in found if item not in statements]
    if statements:
        document: Data = {"Version": "2012-10-17", "Statement": statements}
        body.document[f"{EXTENSION}policy"] = document


def _slashed(types: Data) -> Data:
    """Return media types with their slashes; `~1` stands for one in template keys."""
    if isinstance(types, list):
        return [item.replace("~1", "/") if isinstance(item, str) else item for item in types]
    return types


def _models(body: Body, source: Source, routes: list[Route]) -> None:
    """Add the models that requests are checked against, and the kinds of checks in use."""
    path = ("definitions",) if "swagger" in body.document else ("components", "schemas")
    for name, schema in source.map("Models").items():
        body.holder(path)[name.lower()] = schema
        body.origins["Body", *path, name.lower()] = source.where("Models", name)
    for route in routes:
        checks = route.operation.get(f"{EXTENSION}request-validator")
        if isinstance(checks, str):
            body.holder((f"{EXTENSION}request-validators",))[checks] = {
                "validateRequestBody": "body" in checks,
                "validateRequestParameters": "params" in checks,
            }


def _policy(said: dict[str, Data]) -> list[Data]:
    """Return the statements of a SAM resource policy, for the API as a whole.

    SAM repeats them for each path; who is let in is the same.
    """
    statements: list[Data] = []

    def add(effect: str, principal: Data, condition: Data = None) -> None:
        entry: dict[str, Data] = {
            "Effect": effect,
            "Action": "execute-api:Invoke",
            "Resource": "execute-api:/*",
            "Principal": principal,
        }
        if condition is not None:
            entry["Condition"] = condition
        statements.append(entry)

    for key, effect in (("AwsAccountWhitelist", "Allow"), ("AwsAccountBlacklist", "Deny")):
        if said.get(key):
            add(effect, {"AWS": said[key]})
    conditions: list[tuple[str, str, str]] = [
        ("IpRangeWhitelist", "NotIpAddress", "aws:SourceIp"),
        ("IpRangeBlacklist", "IpAddress", "aws:SourceIp"),
        ("SourceVpcWhitelist", "StringNotEquals", "aws:SourceVpc"),
        ("SourceVpcBlacklist", "StringEquals", "aws:SourceVpc"),
        ("IntrinsicVpcWhitelist", "StringNotEquals", "aws:SourceVpc"),
        ("IntrinsicVpcBlacklist", "StringEquals", "aws:SourceVpc"),
        ("IntrinsicVpceWhitelist", "StringNotEquals", "aws:SourceVpce"),
        ("IntrinsicVpceBlacklist", "StringEquals", "aws:SourceVpce"),
    ]
    for key, test, fact in conditions:
        if said.get(key):
            add("Allow", "*")
            add("Deny", "*", {test: {fact: said[key]}})
    custom = said.get("CustomStatements")
    statements += custom if isinstance(custom, list) else [custom] if custom else []
    return statements


def _rest_stage(source: Source, deployment: str) -> Resource:
    name = source.get("StageName")
    logical_id = f"{source.logical_id}Stage"
    if isinstance(name, str) and name:
        plain = name.isalnum()
        logical_id = (
            f"{source.logical_id}{name}Stage"
            if plain
            else id_with(f"{source.logical_id}Stage", name)
        )
    stage = made_draft(source, logical_id, "AWS::ApiGateway::Stage")
    stage.put("RestApiId", ref(source.logical_id))
    stage.put("DeploymentId", ref(deployment))
    stage.copy(*_REST_STAGE)
    tags = source.map("Tags")
    if tags:
        stage.put("Tags", tag_list(tags), source.where("Tags"))
    return stage.build()


def authorizer_permissions(
    source: Source, auth: dict[str, Data], *, default: bool
) -> list[Resource]:
    """Return the permissions of Lambda authorizers; `default`: REST APIs make them unasked."""
    made = []
    for name, raw in mapping(auth.get("Authorizers")).items():
        said = mapping(raw)
        function = said.get("FunctionArn")
        wanted = (
            not said.get("DisableFunctionDefaultPermissions")
            if default
            else bool(said.get("EnableFunctionDefaultPermissions"))
        )
        if function is None or not wanted:
            continue
        place = source.where("Auth", "Authorizers", name)
        logical_id = f"{source.logical_id}{name}AuthorizerPermission"
        made.append(authorizer_permission(source, logical_id, function, place))
    return made


def authorizer_permission(
    source: Source, logical_id: str, function: Data, place: Pointer
) -> Resource:
    """Return the permission with which an API calls its authorizer."""
    draft = made_draft(source, logical_id, "AWS::Lambda::Permission")
    draft.origins[()] = place
    draft.properties = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": function,
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": sub(
            "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
            "${__ApiId__}/authorizers/*",
            __ApiId__=ref(source.logical_id),
        ),
    }
    return draft.build()


def _usage_plan(
    source: Source, auth: dict[str, Data], stage: str, context: Context
) -> list[Resource]:
    said = mapping(auth.get("UsagePlan"))
    kind = context.default(said.get("CreateUsagePlan"))
    if kind not in ("PER_API", "SHARED"):
        return []
    stem = source.logical_id if kind == "PER_API" else "Serverless"
    place = source.where("Auth", "UsagePlan")
    here: Data = {"ApiId": ref(source.logical_id), "Stage": ref(stage)}
    keyed: Data = {"RestApiId": ref(source.logical_id), "StageName": ref(stage)}
    if kind == "SHARED":
        context.shared_stages.append((here, keyed))
        context.sharers.append(source.conditions)
        stages = [pair[0] for pair in context.shared_stages]
        keys = [pair[1] for pair in context.shared_stages]
    else:
        stages, keys = [here], [keyed]
    plan = made_draft(source, f"{stem}UsagePlan", "AWS::ApiGateway::UsagePlan")
    plan.origins[()] = place
    plan.put("ApiStages", list(stages))
    for name in ("Description", "Quota", "Tags", "Throttle", "UsagePlanName"):
        plan.take(name, "Auth", "UsagePlan", name)
    key = made_draft(source, f"{stem}ApiKey", "AWS::ApiGateway::ApiKey")
    key.origins[()] = place
    key.properties = {"Enabled": True, "StageKeys": list(keys)}
    link = made_draft(source, f"{stem}UsagePlanKey", "AWS::ApiGateway::UsagePlanKey")
    link.origins[()] = place
    link.properties = {
        "KeyId": ref(key.logical_id),
        "KeyType": "API_KEY",
        "UsagePlanId": ref(plan.logical_id),
    }
    return [plan.build(), key.build(), link.build()]

"""`AWS::Serverless::WebSocketApi`: routes, integrations, permissions and the stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.sam import domains
from advisor.templates.sam.apis import authorizer_permission
from advisor.templates.sam.source import made_draft, main_draft, mapping, ref, sub

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.templates.resource import Resource
    from advisor.templates.sam.context import Context
    from advisor.templates.sam.source import Source

_SAME = (
    "ApiKeySelectionExpression",
    "Description",
    "DisableExecuteApiEndpoint",
    "DisableSchemaValidation",
    "IpAddressType",
    "RouteSelectionExpression",
    "Tags",
)
_ROUTE = (
    "ApiKeyRequired",
    "ModelSelectionExpression",
    "OperationName",
    "RequestModels",
    "RequestParameters",
    "RouteResponseSelectionExpression",
)
_STAGE = ("StageVariables", "AccessLogSettings", "DefaultRouteSettings", "RouteSettings")
_SPECIAL = {"$connect", "$disconnect", "$default"}


def expand_web_socket_api(source: Source, context: Context) -> list[Resource]:
    """Return the WebSocket API with its routes, stage and authorizer."""
    stem = source.logical_id
    api = main_draft(source, "AWS::ApiGatewayV2::Api")
    api.put("ProtocolType", "WEBSOCKET")
    api.put("Name", source.get("Name") or stem)
    api.copy(*_SAME)
    stage_name = source.get("StageName") or "default"
    made = [api.build()]
    for key, raw in source.map("Routes").items():
        made += _route(source, key, mapping(raw), stage_name)
    if not isinstance(stage_name, str):
        stage_id = f"{stem}Stage"
    else:
        stage_id = f"{stem}{'Default' if stage_name == 'default' else stage_name}Stage"
    stage = made_draft(source, stage_id, "AWS::ApiGatewayV2::Stage")
    stage.put("ApiId", ref(stem))
    stage.put("StageName", stage_name, source.where("StageName"))
    stage.put("AutoDeploy", value=True)
    stage.copy(*_STAGE)
    made.append(stage.build())
    made += _authorizer(source)
    return made + domains.http_domain(source, context, stage_id)


def _uri(name: str, arn: Data) -> Data:
    return sub(
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"${{{name}}}/invocations",
        **{name: arn},
    )


def _route(source: Source, key: str, said: dict[str, Data], stage: Data) -> list[Resource]:
    function = said.get("FunctionArn")
    if function is None:
        return []
    clean = key.removeprefix("$") if key in _SPECIAL else key
    stem = source.logical_id + clean.capitalize()
    place = source.where("Routes", key)
    auth = source.map("Auth")
    route = made_draft(source, f"{stem}Route", "AWS::ApiGatewayV2::Route", place=place)
    route.origins[()] = place
    route.properties = {"RouteKey": key, "ApiId": ref(source.logical_id)}
    for name in _ROUTE:
        route.put(name, said.get(name))
    route.put("Target", {"Fn::Join": ["/", ["integrations", ref(f"{stem}Integration")]]})
    if key == "$connect" and auth:
        route.put("AuthorizationType", auth.get("AuthType"), source.where("Auth", "AuthType"))
        if auth.get("AuthType") == "CUSTOM":
            route.put("AuthorizerId", ref(f"{source.logical_id}ConnectAuthorizer"))
    integration = made_draft(
        source, f"{stem}Integration", "AWS::ApiGatewayV2::Integration", place=place
    )
    integration.origins[()] = place
    integration.properties = {
        "ApiId": ref(source.logical_id),
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": _uri("FunctionArn", function),
    }
    integration.put(
        "TimeoutInMillis", said.get("IntegrationTimeout"), (*place, "IntegrationTimeout")
    )
    grant = made_draft(source, f"{stem}Permission", "AWS::Lambda::Permission", place=place)
    grant.origins[()] = place
    head = (
        "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
        f"${{{source.logical_id}.ApiId}}/"
    )
    arn = (
        sub(f"{head}{stage}/{key}")
        if isinstance(stage, str)
        else sub(f"{head}${{__StageName__}}/{key}", __StageName__=stage)
    )
    grant.properties = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": function,
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": arn,
    }
    return [route.build(), integration.build(), grant.build()]


def _authorizer(source: Source) -> list[Resource]:
    auth = source.map("Auth")
    function = auth.get("AuthArn")
    if auth.get("AuthType") != "CUSTOM" or function is None:
        return []
    place = source.where("Auth")
    name = f"{source.logical_id}ConnectAuthorizer"
    draft = made_draft(source, name, "AWS::ApiGatewayV2::Authorizer", place=place)
    draft.origins[()] = place
    draft.properties = {
        "ApiId": ref(source.logical_id),
        "AuthorizerType": "REQUEST",
        "AuthorizerUri": _uri("AuthArn", function),
        "Name": auth.get("Name") or name,
    }
    draft.put("IdentitySource", auth.get("IdentitySource"))
    draft.put("AuthorizerCredentialsArn", auth.get("InvokeRole"), (*place, "InvokeRole"))
    made = [draft.build()]
    if not auth.get("InvokeRole"):
        grant = f"{source.logical_id}AuthorizerPermission"
        made.append(authorizer_permission(source, grant, function, place))
    return made

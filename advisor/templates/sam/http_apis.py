"""`AWS::Serverless::HttpApi`: the API, its stage, permissions and domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.sam import domains
from advisor.templates.sam.apis import EXTENSION, LOCATION, authorizer_permissions
from advisor.templates.sam.authorizers import http_schemes
from advisor.templates.sam.bodies import Body, http_skeleton
from advisor.templates.sam.functions import s3_location
from advisor.templates.sam.routes import ANY, DEFAULT
from advisor.templates.sam.source import (
    choice,
    choose,
    id_with,
    made_draft,
    main_draft,
    mapping,
    ref,
)

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.templates.resource import Resource
    from advisor.templates.sam.context import Context, Route
    from advisor.templates.sam.source import Path, Source

_HTTP_STAGE = (
    "StageVariables",
    "AccessLogSettings",
    "DefaultRouteSettings",
    "Tags",
)
_CORS = {
    "AllowOrigins": "allowOrigins",
    "AllowHeaders": "allowHeaders",
    "AllowMethods": "allowMethods",
    "ExposeHeaders": "exposeHeaders",
    "MaxAge": "maxAge",
    "AllowCredentials": "allowCredentials",
}
_DEFAULT_STAGE = "$default"


def expand_http_api(source: Source, context: Context) -> list[Resource]:
    """Return the HTTP API with its body, stage, permissions and domain."""
    routes = context.routes.get(source.logical_id, [])
    auth = mapping(context.default(source.get("Auth")))
    api = main_draft(source, "AWS::ApiGatewayV2::Api")
    api.copy("FailOnWarnings")
    defined = source.get("DefinitionBody")
    if defined or not source.get("DefinitionUri"):
        cors = context.default(source.get("CorsConfiguration"))
        body = _http_body(source, auth, routes, cors)
        api.put("Body", body.finish())
        api.origins.update(body.origins)
    else:
        location = s3_location(source.get("DefinitionUri"), LOCATION)
        api.put("BodyS3Location", location, source.where("DefinitionUri"))
        api.copy("DefinitionUri")
    stage = _http_stage(source, routes)
    made = [api.build(), stage]
    made += authorizer_permissions(source, auth, default=False)
    return made + domains.http_domain(source, context, stage.logical_id)


def _http_cors(body: Body, cors: Data) -> None:
    source = body.source
    name = f"{EXTENSION}cors"
    if not cors:
        return
    body.origins["Body", name] = source.where("CorsConfiguration")
    if cors is True:
        body.document[name] = {"allowOrigins": ["*"]}
        return
    body.document[name] = _lower(cors)
    for key in mapping(cors):
        body.origins["Body", name, _CORS.get(key, key)] = source.where("CorsConfiguration", key)


def _lower(cors: Data) -> Data:
    """Return CORS settings in OpenAPI's words, also inside an `Fn::If`."""
    branches = choice(cors)
    if branches is not None:
        return choose(branches[0], *(_lower_map(branch) for branch in branches[1:]))
    return _lower_map(cors)


def _lower_map(cors: Data) -> Data:
    if not mapping(cors):
        return cors
    said = {_CORS.get(key, key): value for key, value in mapping(cors).items()}
    return {key: value for key, value in said.items() if value is not False}


def _http_body(source: Source, auth: dict[str, Data], routes: list[Route], cors: Data) -> Body:
    defined = source.get("DefinitionBody")
    document = defined or http_skeleton()
    place = source.where("DefinitionBody") if defined else source.place
    body = Body(source, document, place)
    if not body.document and isinstance(document, dict):
        body.document = dict(document)
        return body
    body.add(routes, auth, replace=False)
    body.schemes(http_schemes(auth))
    body.default_authorizer(auth.get("DefaultAuthorizer"), auth, preflight=False)
    _http_cors(body, cors)
    for key, said in (("title", "Name"), ("description", "Description")):
        if source.get(said) is not None:
            body.holder(("info",))[key] = source.get(said)
            body.origins["Body", "info", key] = source.where(said)
    off = source.get("DisableExecuteApiEndpoint")
    if off is not None:
        config: Data = {"disableExecuteApiEndpoint": off}
        body.document["servers"] = [{f"{EXTENSION}endpoint-configuration": config}]
    paths = body.paths
    if source.get("FailOnWarnings") and paths is not None and DEFAULT in paths:
        # API Gateway warns of a path without its slash, and SAM gives it one then.
        paths[f"/{DEFAULT}"] = paths.pop(DEFAULT)
        old: Path = ("Body", "paths", DEFAULT)
        for moved in [path for path in body.origins if path[:3] == old]:
            body.origins["Body", "paths", f"/{DEFAULT}", *moved[3:]] = body.origins.pop(moved)
    return body


def _http_stage(source: Source, routes: list[Route]) -> Resource:
    name = source.get("StageName") or _DEFAULT_STAGE
    stem = source.logical_id
    if name == _DEFAULT_STAGE:
        logical_id = f"{stem}ApiGatewayDefaultStage"
    elif isinstance(name, str) and name.isalnum():
        logical_id = f"{stem}{name}Stage"
    else:
        logical_id = id_with(f"{stem}Stage", name) if isinstance(name, str) else f"{stem}Stage"
    stage = made_draft(source, logical_id, "AWS::ApiGatewayV2::Stage")
    stage.put("ApiId", ref(stem))
    stage.put("StageName", name, source.where("StageName"))
    stage.put("AutoDeploy", value=True)
    stage.copy(*_HTTP_STAGE)
    settings: dict[str, Data] = {**source.map("RouteSettings")}
    for key in settings:
        stage.origins["RouteSettings", key] = source.where("RouteSettings", key)
    for route in routes:
        said = mapping(route.settings)
        if said:
            key = (
                route.path
                if route.method in {"any", ANY}
                else f"{route.method.upper()} {route.path}"
            )
            whole: dict[str, Data] = {**mapping(settings.get(key)), **said}
            settings[key] = choose(route.condition, whole) if route.condition else whole
            stage.origins["RouteSettings", key] = (*route.place, "Properties", "RouteSettings")
    stage.put("RouteSettings", settings or source.get("RouteSettings"))
    return stage.build()

"""Routes and authorizers of an API that is described by an OpenAPI (or Swagger 2) body.

The extensions are those of API Gateway:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.builders.integrations import OPENAPI, read_integration
from advisor.architecture.marked import walk
from advisor.architecture.nodes.apis import (
    Api,
    Authorization,
    HttpApi,
    OperationAuthorizer,
    OperationRoute,
    RestApi,
    WebSocketApi,
)
from advisor.templates.values import UNKNOWN, Unknown

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.apis import Integration
    from advisor.templates.values import Value

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
ANY = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
AUTHORIZER = "x-amazon-apigateway-authorizer"
AUTHTYPE = "x-amazon-apigateway-authtype"
AUTH = "x-amazon-apigateway-auth"

SAM_NONE = "NONE"
"""What SAM writes for `Authorizer: NONE`: the name of a scheme that does not exist."""

MAX_ROUTES = 5_000
"""Operations read of one body; the quota of a REST API is a few hundred resources."""

_SCHEMES: tuple[tuple[str, ...], ...] = (
    ("components", "securitySchemes"),
    ("securityDefinitions",),
)


def build_openapi(architecture: Architecture) -> None:
    """Add the routes and authorizers of all bodies that can be read."""
    for api in list(architecture.all(Api)):
        if not isinstance(api, (RestApi, HttpApi, WebSocketApi)):
            continue
        body = api.get("Body")
        if isinstance(body, dict):
            authorizers = _authorizers(architecture, api, body)
            _routes(architecture, api, body, authorizers)


def _authorizers(
    architecture: Architecture, api: Api, body: dict[str, Value]
) -> dict[str, Authorization]:
    """Add the authorizers of a body; return what each security scheme of it stands for."""
    found: dict[str, Authorization] = {}
    for path in _SCHEMES:
        schemes = walk(body, *path)
        for name, scheme in schemes.items() if isinstance(schemes, dict) else ():
            found.setdefault(name, _scheme(architecture, api, ("Body", *path, name), scheme))
    return found


def _scheme(
    architecture: Architecture, api: Api, path: tuple[str, ...], scheme: Value
) -> Authorization:
    """Return what one security scheme stands for."""
    if isinstance(scheme, Unknown):
        return Authorization(kind=scheme)
    authtype = walk(scheme, AUTHTYPE)
    if isinstance(authtype, str) and authtype.lower() == "awssigv4":
        return Authorization(kind="iam")
    details = walk(scheme, AUTHORIZER)
    if details is None:
        is_key = walk(scheme, "type") == "apiKey"
        # A scheme without an authorizer documents; API Gateway enforces nothing but keys by it.
        return Authorization(kind="api-key" if is_key else "none", api_key=is_key)
    node = OperationAuthorizer(api, *path)
    node.api = api
    node.kind = _authorizer_kind(walk(details, "type"), authtype)
    node.uri, node.uri_path = walk(details, "authorizerUri"), (AUTHORIZER, "authorizerUri")
    node.cache_path = (AUTHORIZER, "authorizerResultTtlInSeconds")
    architecture.add_node(node)
    return Authorization(kind=node.kind, authorizer=node)


def _authorizer_kind(kind: Value, authtype: Value) -> str | Unknown:
    if isinstance(kind, Unknown):
        return kind
    if isinstance(kind, str):
        words = {"jwt": "jwt", "cognito_user_pools": "cognito"}
        return words.get(kind.lower(), "lambda")
    return "cognito" if authtype == "cognito_user_pools" else UNKNOWN


def _routes(
    architecture: Architecture,
    api: Api,
    body: dict[str, Value],
    authorizers: dict[str, Authorization],
) -> None:
    paths = body.get("paths")
    count = 0
    for path, operations in paths.items() if isinstance(paths, dict) else ():
        for verb, operation in operations.items() if isinstance(operations, dict) else ():
            if verb.lower() not in METHODS and verb.lower() != ANY:
                continue
            count += 1
            if count > MAX_ROUTES:
                return
            route = OperationRoute(api, "Body", "paths", path, verb)
            route.api = api
            route.method = "ANY" if verb.lower() == ANY else verb.upper()
            route.route_path = path
            route.authorization = _authorization(body, operation, authorizers)
            integration = _integration(route, body, operation)
            route.integrations = (integration,) if integration else ()
            architecture.add_node(route)


def _authorization(
    body: dict[str, Value], operation: Value, authorizers: dict[str, Authorization]
) -> Authorization:
    """Return who may call an operation: its own `security`, else the body's."""
    if isinstance(operation, Unknown):
        return Authorization(kind=operation)
    authtype = walk(operation, AUTH, "type")
    if isinstance(authtype, str) and authtype.lower() in {"aws_iam", "none"}:
        kind = "iam" if authtype.lower() == "aws_iam" else "none"
        return Authorization(kind=kind, path=(AUTH, "type"))
    security = walk(operation, "security")
    path: tuple[str, ...] = ("security",)
    if security is None:
        security, path = body.get("security"), ()
    if isinstance(security, Unknown):
        return Authorization(kind=security, path=path)
    key = False
    chosen: Authorization | None = None
    for requirement in security if isinstance(security, list) else ():
        if isinstance(requirement, Unknown):
            return Authorization(kind=requirement, path=path)
        for name in requirement if isinstance(requirement, dict) else ():
            if name == SAM_NONE and name not in authorizers:
                continue
            scheme = authorizers.get(name, Authorization(kind=UNKNOWN))
            if scheme.kind == "api-key":
                key = True
            elif chosen is None and scheme.kind != "none":
                chosen = scheme
    if chosen is not None:
        return Authorization(chosen.kind, chosen.authorizer, api_key=key, path=path)
    return Authorization("api-key" if key else "none", api_key=key, path=path)


def _integration(
    route: OperationRoute, body: dict[str, Value], operation: Value
) -> Integration | None:
    value = walk(operation, INTEGRATION)
    reference = walk(value, "$ref")
    if isinstance(reference, str) and reference.startswith("#/") and route.api is not None:
        path = tuple(
            part.replace("~1", "/").replace("~0", "~") for part in reference[2:].split("/")
        )
        return read_integration(route.api, walk(body, *path), base=("Body", *path), keys=OPENAPI)
    return read_integration(route, value, base=(INTEGRATION,), keys=OPENAPI)


__all__ = ["build_openapi"]

"""A route of a public API that answers whoever calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    HttpApi,
    Node,
    Pillar,
    RestApi,
    Rule,
    Severity,
    Unknown,
    WebSocketApi,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Api, Architecture, Finding, Location, NotJudged, Route, Value

rule = Rule(
    id="SEC002",
    name="route-without-authorization",
    pillar=Pillar.SECURITY,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=(RestApi, HttpApi, WebSocketApi),
    summary="route of a public API does not ask who calls",
    rationale="""
        An API of API Gateway is on the internet from the first deployment on, and a route without
        an authorizer, IAM or a restricting resource policy passes on every request. What counts is
        what is in force for the route: a default authorizer, an override of one event, the
        policy of the whole API. An API key does not count: it tells clients apart for throttling
        and is neither secret nor personal.
        """,
    remediation="""
        Give the API a default authorizer, and write down the routes that are open on purpose.
        """,
    when_to_ignore="""
        The route is public on purpose, or its function checks each request itself. Names of such
        paths can be configured: `open_paths`.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Api:
            Type: AWS::Serverless::HttpApi
            Properties:
              Auth:
                DefaultAuthorizer: Users
                Authorizers:
                  Users:
                    IdentitySource: $request.header.Authorization
                    JwtConfiguration: {issuer: "https://login.example.com", audience: [orders]}
          Orders:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: orders/
              Events:
                Read:
                  Type: HttpApi
                  Properties: {ApiId: !Ref Api, Path: /orders, Method: GET}
                Delete:
                  Type: HttpApi
                  Properties:
                    ApiId: !Ref Api
                    Path: /orders
                    Method: DELETE
                    Auth: {Authorizer: NONE}  # <-- anyone may call 'DELETE /orders' of 'Api'
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Api:
            Type: AWS::Serverless::HttpApi
            Properties:
              Auth:
                DefaultAuthorizer: Users
                Authorizers:
                  Users:
                    IdentitySource: $request.header.Authorization
                    JwtConfiguration: {issuer: "https://login.example.com", audience: [orders]}
          Orders:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: orders/
              Events:
                Read:
                  Type: HttpApi
                  Properties: {ApiId: !Ref Api, Path: /orders, Method: GET}
                Health:
                  Type: HttpApi
                  Properties:
                    ApiId: !Ref Api
                    Path: /health
                    Method: GET
                    Auth: {Authorizer: NONE}
        """,
    references=(
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html",
    ),
    options={
        "open_paths": (
            ".well-known", "auth", "callback", "docs", "favicon.ico", "health", "healthcheck",
            "healthz", "hook", "hooks", "live", "login", "logout", "oauth", "oauth2",
            "openapi.json", "ping", "public", "ready", "register", "robots.txt", "signin",
            "sign-in", "signup", "sign-up", "static", "status", "swagger", "token", "version",
            "webhook", "webhooks",
        ),
    },
)  # fmt: skip

_SHOWN = 4
_DOMAINS = frozenset({"AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName"})
_EVERYBODY = ("*", ["*"], {"AWS": "*"}, {"AWS": ["*"]})


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    names = frozenset(architecture.option(rule, "open_paths", tuple))
    for kind in (RestApi, HttpApi, WebSocketApi):
        for api in architecture.all(kind):
            closed = _is_closed(architecture, api)
            routes = [route for route in api.routes if _counts(api, route, names)]
            if isinstance(closed, Unknown) or any(_is_unknown(route) for route in routes):
                yield rule.not_judged(api, because="who may call it is not known from the template")
            if closed is False:
                yield from _findings(api, routes)
                if _connects_anyone(architecture, api):
                    yield _without_connect(api)


def _findings(api: Api, routes: Sequence[Route]) -> Iterator[Finding]:
    known = [route for route in routes if not _is_unknown(route)]
    free = [route for route in known if route.authorization.kind in {"none", "api-key"}]
    if not free:
        return
    if len(free) < len(routes):
        for route in free:
            yield rule.finding(
                f"anyone{_with_key(route)} may call '{route.label}' of {_named(api)}",
                at=_place(route, "others of this API ask, this one does not"),
                why="other routes of the API ask who calls; this one passes every request on",
                remediation=_remediation(api, route),
                about=[api.name, route.label],
            )
        return
    labels = [f"'{route.label}'" for route in free]
    shown = ", ".join(labels[:_SHOWN])
    if len(labels) > _SHOWN:
        shown += f" and {len(labels) - _SHOWN} more"
    first = free[0]
    anchor = first.at() if api.is_generated else api.at(label="no authorization")
    yield rule.finding(
        f"anyone{_with_key(first)} may call {shown} of {_named(api)}",
        at=anchor,
        related=[_place(route, "open to anyone") for route in free[:_SHOWN]],
        why="the API is on the internet and passes every request on, whoever sends it",
        remediation=_remediation(api, first),
        about=[api.name],
    )


def _connects_anyone(architecture: Architecture, api: Api) -> bool:
    """Tell whether a WebSocket API surely has no route that could ask who connects."""
    paths = [route.route_path for route in api.routes]
    if not isinstance(api, WebSocketApi) or not paths or architecture.is_exported(api):
        return False
    return all(isinstance(path, str) and path != "$connect" for path in paths)


def _without_connect(api: Api) -> Finding:
    """Tell of a WebSocket API that has no route for connecting: everybody is connected."""
    return rule.finding(
        f"anyone may connect to '{api.name}'",
        at=api.at(label="no route $connect"),
        why="callers of a WebSocket API are asked who they are when they connect, or never",
        remediation="Add a route $connect with AuthorizationType AWS_IAM, or CUSTOM and its "
        "AuthorizerId.",
        about=[api.name],
    )


def _named(api: Api) -> str:
    return "the implicit API" if api.is_generated else f"'{api.name}'"


def _with_key(route: Route) -> str:
    return " with the API key" if route.authorization.kind == "api-key" or _needs_key(route) else ""


def _needs_key(route: Route) -> bool:
    return route.authorization.api_key is True


def _place(route: Route, label: str) -> Location:
    return route.at(*route.authorization.path, label=label)


def _is_unknown(route: Route) -> bool:
    return isinstance(route.authorization.kind, Unknown)


def _counts(api: Api, route: Route, names: frozenset[object]) -> bool:
    """Tell whether it matters who calls a route."""
    # Of a WebSocket API only the connection is authorized.
    if isinstance(api, WebSocketApi) and route.route_path != "$connect":
        return False
    # The question before a request of another origin never carries credentials.
    if route.is_preflight or isinstance(route.method, Unknown):
        return False
    # An answer that is written in the template tells everybody the same.
    if route.integration is not None and route.integration.action == "mock":
        return False
    path = route.route_path
    return not isinstance(path, str) or names.isdisjoint(path.lower().split("/"))


def _is_closed(architecture: Architecture, api: Api) -> bool | Unknown:
    """Tell whether something before all routes decides who may call."""
    private = api.is_private
    if private is not False:
        return private
    if isinstance(api, RestApi):
        for path in (("Policy",), ("Body", "x-amazon-apigateway-policy")):
            policy = api.get(*path)
            if isinstance(policy, Unknown):
                return policy
            if policy and _restricts(policy):
                return True
    return _has_client_certificates(architecture, api)


def _restricts(policy: Value) -> bool:
    """Tell whether a resource policy is more than a permission for everyone."""
    if not isinstance(policy, dict):
        return True
    found = policy.get("Statement")
    statements = found if isinstance(found, list) else [found]
    for statement in statements:
        if not isinstance(statement, dict) or statement.get("Effect") != "Allow":
            return True
        if statement.get("Condition") or statement.get("Principal") not in _EVERYBODY:
            return True
    return False


def _has_client_certificates(architecture: Architecture, api: Api) -> bool:
    """Tell whether the only way in is a domain that asks for a client's certificate."""
    if api.has_own_address is not False:
        return False
    domains = [node for node in architecture.all(Node) if node.type in _DOMAINS]
    # Domains of its own stack are those that lead to it.
    near = [node for node in domains if node.resource.owner == api.resource.owner]
    return any(node.get("MutualTlsAuthentication") is not None for node in near or domains)


def _remediation(api: Api, route: Route) -> str:
    if api.is_sam:
        kind = "HttpApi" if isinstance(api, HttpApi) else "Api"
        head = f"Globals:\n  {kind}:" if api.is_generated else f"{api.name}:\n  Properties:"
        return f"""
{head}
    Auth:
      DefaultAuthorizer: …  # one of its Authorizers{"" if kind == "HttpApi" else ", or AWS_IAM"}
# a route that is open on purpose says so with Auth: {{Authorizer: NONE}}, and an ignore
"""
    if not route.type and api.get("Target") is not None:
        return f"""
# instead of the Target of '{api.name}', whose route is open to anyone
{api.name}Route:
  Type: AWS::ApiGatewayV2::Route
  Properties:
    ApiId: !Ref {api.name}
    RouteKey: {route.label.removeprefix("ANY ")}
    AuthorizationType: AWS_IAM  # or an authorizer: its type here, and its AuthorizerId
    Target: !Sub integrations/${{<an AWS::ApiGatewayV2::Integration>}}
"""
    if not route.type:
        return f"""
# in the Body of '{api.name}', for '{route.label}'
security:
  - …: []  # one of its security schemes
"""
    return f"""
{route.name}:
  Properties:
    AuthorizationType: AWS_IAM  # or an authorizer: its type here, and its AuthorizerId
"""

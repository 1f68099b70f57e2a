"""APIs: REST, HTTP and WebSocket, with their routes, integrations, authorizers and stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.base import Node, as_number
from advisor.architecture.nodes.part import Part
from advisor.records import record
from advisor.templates.values import UNKNOWN, Unknown

if TYPE_CHECKING:
    from advisor.templates.resource import Resource
    from advisor.templates.values import Value
    from advisor.templates.view import View


@record(frozen=True)
class Authorization:
    """Who may call a route: a kind in lower case, and the authorizer that decides.

    `kind` is `none`, `iam`, `lambda`, `jwt`, `cognito`, or `api-key` (which identifies a client
    and authorises nobody); Unknown where the files do not say.
    """

    kind: str | Unknown = "none"
    authorizer: Authorizer | None = None
    api_key: bool | Unknown = False
    path: tuple[str | int, ...] = ()
    """The property of the route that says so; empty where it is the default."""


@record(frozen=True, eq=False)
class Integration:
    """What a route does with a request.

    `action` is `lambda` for a function, `service:Action` for an AWS service called directly,
    `http`, `mock`, or Unknown. `target` is the value that names what is called.
    """

    action: str | Unknown
    target: Value
    declared_by: Node
    path: tuple[str | int, ...]
    """The property of `declared_by` that names the target."""
    base: tuple[str | int, ...] = ()
    """The property of `declared_by` that holds the whole integration."""
    type: str | Unknown = "AWS_PROXY"
    timeout_ms: int | Unknown | None = None
    """As written, in milliseconds; None where the service's default holds."""
    timeout_path: tuple[str | int, ...] = ()
    asynchronous: bool = False
    """Whether a function is invoked as an event (`X-Amz-Invocation-Type`)."""
    streamed: bool | Unknown = False
    """Whether the answer is passed on piece by piece; only REST APIs can."""


class Api(Node):
    """Something that a client calls over the network."""

    protocol = "API"
    """`REST`, `HTTP`, `WEBSOCKET` or `GRAPHQL`."""
    routes: tuple[Route, ...] = ()
    authorizers: tuple[Authorizer, ...] = ()
    stages: tuple[ApiStage, ...] = ()

    @property
    def is_private(self) -> bool | Unknown:
        """Whether it is reachable only from inside a VPC."""
        return False

    @property
    def has_own_address(self) -> bool | Unknown:
        """Whether it is reachable without a custom domain, by the address that AWS gives it."""
        key = "x-amazon-apigateway-endpoint-configuration"
        for path in (
            ("DisableExecuteApiEndpoint",),
            ("Body", key, "disableExecuteApiEndpoint"),
            ("Body", "servers", 0, key, "disableExecuteApiEndpoint"),
        ):
            disabled = self.flag(*path)
            if disabled is not False:
                return disabled if isinstance(disabled, Unknown) else False
        return True


class RestApi(Api):
    """An API Gateway REST API."""

    protocol = "REST"

    @property
    def endpoint_types(self) -> tuple[str, ...] | Unknown:
        """`EDGE`, `REGIONAL`, `PRIVATE`; API Gateway makes an `EDGE` one unless told."""
        value = self.items("EndpointConfiguration", "Types")
        if isinstance(value, Unknown):
            return value
        names = tuple(item for item in value if isinstance(item, str))
        if len(names) != len(value):
            return UNKNOWN
        return names or ("EDGE",)

    @property
    def is_private(self) -> bool | Unknown:
        """Whether it is reachable only through an interface endpoint."""
        types = self.endpoint_types
        return types if isinstance(types, Unknown) else "PRIVATE" in types

    @property
    def has_policy(self) -> bool | Unknown:
        """Whether a resource policy limits who may call it."""
        for path in (("Policy",), ("Body", "x-amazon-apigateway-policy")):
            value = self.get(*path)
            if isinstance(value, Unknown):
                return value
            if value:
                return True
        return False


class HttpApi(Api):
    """An API Gateway HTTP API."""

    protocol = "HTTP"


class WebSocketApi(Api):
    """An API Gateway WebSocket API."""

    protocol = "WEBSOCKET"


def api_v2(resource: Resource, view: View) -> Api:
    """Return the node of an `AWS::ApiGatewayV2::Api`: WebSocket where its protocol says so."""
    protocol = view.get(resource, "ProtocolType")
    if isinstance(protocol, str) and protocol.upper() == "WEBSOCKET":
        return WebSocketApi(resource, view)
    return HttpApi(resource, view)


class Route(Node):
    """One method of one path of an API; what it does is filled in when the graph is built."""

    api: Api | None = None
    method: str | Unknown = UNKNOWN
    """In upper case; `ANY` for every method; `MESSAGE` for a WebSocket route."""
    route_path: str | Unknown = UNKNOWN
    """Such as `/orders/{id}`, `$default`, `$connect`."""
    authorization: Authorization = Authorization()
    integrations: tuple[Integration, ...] = ()

    @property
    def integration(self) -> Integration | None:
        """The integration; None where it has none, or none that can be found."""
        return self.integrations[0] if self.integrations else None

    @property
    def label(self) -> str:
        """As a reader calls it: `POST /orders`."""
        method = self.method if isinstance(self.method, str) else "?"
        path = self.route_path if isinstance(self.route_path, str) else "?"
        return path if method == "MESSAGE" else f"{method} {path}"

    @property
    def is_preflight(self) -> bool:
        """Whether it answers the browser's preflight question, which carries no credentials."""
        return isinstance(self.method, str) and self.method == "OPTIONS"


class OperationRoute(Part, Route):
    """A route that stands in an OpenAPI body."""

    @property
    def type(self) -> str:
        """Empty: it is no resource of its own."""
        return ""

    @property
    def name(self) -> str:
        """As a reader calls it: `POST /orders`."""
        return self.label


class Authorizer(Node):
    """What decides who may call a route."""

    api: Api | None = None
    kind: str | Unknown = UNKNOWN
    """`lambda`, `jwt` or `cognito`."""
    uri: Value = None
    uri_path: tuple[str | int, ...] = ()
    cache_path: tuple[str | int, ...] = ("AuthorizerResultTtlInSeconds",)

    @property
    def cache_seconds(self) -> int | Unknown | None:
        """How long an answer is kept, in seconds; None where the service's default holds."""
        return as_number(self.get(*self.cache_path))


class OperationAuthorizer(Part, Authorizer):
    """An authorizer that stands in an OpenAPI body."""

    @property
    def type(self) -> str:
        """Empty: it is no resource of its own."""
        return ""

    @property
    def name(self) -> str:
        """The name of its security scheme."""
        return str(self.prefix[-1])


class ApiStage(Node):
    """A stage of a REST, HTTP or WebSocket API."""

    api: Api | None = None

    @property
    def tracing(self) -> bool | Unknown:
        """Whether requests are traced; only REST APIs can."""
        return self.flag("TracingEnabled")

    @property
    def has_access_log(self) -> bool | Unknown:
        """Whether access logs have a destination."""
        for key in ("AccessLogSettings", "AccessLogSetting"):
            value = self.get(key, "DestinationArn")
            if value is not None:
                return True
        return False

    @property
    def caches(self) -> bool | Unknown:
        """Whether answers are cached."""
        return self.flag("CacheClusterEnabled")


class ApiDeployment(Node):
    """A deployment of a REST, HTTP or WebSocket API."""


class ApiResource(Node):
    """One segment of the path of a REST API."""


class ApiIntegration(Node):
    """An integration of an HTTP or WebSocket API, shared by its routes."""


__all__ = [
    "Api",
    "ApiDeployment",
    "ApiIntegration",
    "ApiResource",
    "ApiStage",
    "Authorization",
    "Authorizer",
    "HttpApi",
    "Integration",
    "OperationAuthorizer",
    "OperationRoute",
    "RestApi",
    "Route",
    "WebSocketApi",
    "api_v2",
]

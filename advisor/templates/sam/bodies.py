"""OpenAPI bodies of APIs: what the template defines, with what events and settings add.

Whether a route comes from a definition or from an event, it stands in `Body` the same way:
`paths`, method, operation with `x-amazon-apigateway-integration` and `security`. A route that an
event turns off says `security: [{"NONE": []}]`, as in SAM's own output.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from advisor.templates.sam.routes import INTEGRATION, caller_credentials, method_key
from advisor.templates.sam.source import (
    choice,
    choose,
    is_intrinsic,
    items,
    mapping,
    ref,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.documents.document import Data
    from advisor.documents.location import Pointer
    from advisor.templates.sam.context import Route
    from advisor.templates.sam.source import Path, Source

_NOT_METHODS = {"summary", "description", "parameters", "servers", "$ref"}


class Body:
    """The body of one API while it is completed; `document` is a copy, safe to change."""

    def __init__(self, source: Source, document: Data, place: Pointer) -> None:
        self.source = source
        self.document: dict[str, Data] = copy.deepcopy(mapping(document))
        self.origins: dict[Path, Pointer] = {("Body",): place}
        self.guarded: list[tuple[dict[str, Data], str, str]] = []

    @property
    def paths(self) -> dict[str, Data] | None:
        """The paths, None where the document does not show them."""
        paths = self.document.get("paths")
        return paths if isinstance(paths, dict) and not is_intrinsic(paths) else None

    def add(self, routes: list[Route], api_auth: dict[str, Data], *, replace: bool) -> None:
        """Put the routes of events in; where a route exists already, `replace` decides."""
        paths = self.paths
        if paths is None:
            return
        for route in routes:
            item = paths.setdefault(route.path, {})
            if not isinstance(item, dict):
                continue
            method = method_key(route.method)
            known = item.get(method)
            if isinstance(known, dict) and INTEGRATION in known and not replace:
                self._secure(known, route, api_auth, method)
                said = mapping(route.operation.get(INTEGRATION)).get("timeoutInMillis")
                inner = known[INTEGRATION]
                if said is not None and isinstance(inner, dict):
                    inner["timeoutInMillis"] = said
                continue
            operation = {**mapping(known), **copy.deepcopy(route.operation)}
            integration = operation[INTEGRATION]
            if self._signs(route, api_auth) and isinstance(integration, dict):
                credentials = caller_credentials(route.auth, api_auth)
                if credentials is not None and integration.get("type") == "aws_proxy":
                    integration["credentials"] = credentials
            item[method] = operation
            self.origins["Body", "paths", route.path, method] = route.place
            self._secure(operation, route, api_auth, method)
            if route.condition:
                self.guarded.append((item, method, route.condition))

    def override(self, routes: list[Route], api_auth: dict[str, Data]) -> None:
        """Secure routes of a definition by events that say `OverrideApiAuth`."""
        for route in routes:
            if not route.auth.get("OverrideApiAuth"):
                continue
            method = method_key(route.method)
            for path, name, operation in self.operations():
                if (path, name) == (route.path, method):
                    self._secure(operation, route, api_auth, method)

    def _secure(
        self, operation: dict[str, Data], route: Route, api_auth: dict[str, Data], method: str
    ) -> None:
        security = self._own_security(route, api_auth)
        if security:
            operation["security"] = [*items(operation.get("security")), *security]
            origin: Pointer = (*route.place, "Properties", "Auth")
            self.origins["Body", "paths", route.path, method, "security"] = origin

    def _signs(self, route: Route, api_auth: dict[str, Data]) -> bool:
        if self.source.type == "AWS::Serverless::HttpApi":
            return False
        by_default = api_auth.get("DefaultAuthorizer") == "AWS_IAM" and not route.auth
        return route.auth.get("Authorizer") == "AWS_IAM" or by_default

    def _own_security(self, route: Route, api_auth: dict[str, Data]) -> list[Data]:
        security: list[Data] = []
        http = self.source.type == "AWS::Serverless::HttpApi"
        name = route.auth.get("Authorizer")
        if http and route.auth and not name:
            name = api_auth.get("DefaultAuthorizer")
        if isinstance(name, str) and name:
            own = route.auth.get("AuthorizationScopes")
            # An empty list takes the scopes away from a REST route, not from an HTTP route.
            scopes = (own or None) if http else own
            if http and name in ("NONE", "AWS_IAM"):
                scopes = []
            security.append({name: _scopes(api_auth, name) if scopes is None else scopes})
        needs_key = route.auth.get("ApiKeyRequired")
        if needs_key is not None:
            security.append({"api_key" if needs_key else "api_key_false": []})
        return security

    def operations(self) -> Iterator[tuple[str, str, dict[str, Data]]]:
        """Yield path, method and operation of every route, conditional ones included."""
        for path, item in (self.paths or {}).items():
            for shown in _contents(item):
                for method, operation in shown.items():
                    if method in _NOT_METHODS:
                        continue
                    for found in _contents(operation):
                        yield path, method, found

    def default_authorizer(self, name: Data, api_auth: dict[str, Data], *, preflight: bool) -> None:
        """Put the API's default authorizer on every route with an integration but without one."""
        if not isinstance(name, str) or not name:
            return
        known = {*mapping(api_auth.get("Authorizers")), "AWS_IAM"}
        for path, method, operation in self.operations():
            if INTEGRATION not in operation or (method == "options" and not preflight):
                continue
            security = items(operation.get("security"))
            if security and self.source.type == "AWS::Serverless::HttpApi":
                continue
            rest = [entry for entry in security if "NONE" not in mapping(entry)]
            if len(rest) < len(security):
                # Turned off: SAM leaves the mark of it only where nothing else is asked for.
                operation["security"] = rest or security
                continue
            if any(known & mapping(entry).keys() for entry in security):
                continue
            operation["security"] = [*security, {name: _scopes(api_auth, name)}]
            self.origins["Body", "paths", path, method, "security"] = self.source.where(
                "Auth", "DefaultAuthorizer"
            )

    def default_api_key(self, *, preflight: bool) -> None:
        """Ask for an API key on every route that does not say otherwise."""
        for path, method, operation in self.operations():
            if INTEGRATION not in operation or (method == "options" and not preflight):
                continue
            security = items(operation.get("security"))
            if any("api_key_false" in mapping(entry) for entry in security):
                operation["security"] = [e for e in security if "api_key_false" not in mapping(e)]
                continue
            if any("api_key" in mapping(entry) for entry in security):
                continue
            operation["security"] = [*security, {"api_key": []}]
            self.origins["Body", "paths", path, method, "security"] = self.source.where(
                "Auth", "ApiKeyRequired"
            )

    def schemes(self, schemes: dict[str, Data]) -> None:
        """Add security definitions where the kind of document has them."""
        if not schemes:
            return
        modern = "swagger" not in self.document
        path: Path = ("components", "securitySchemes") if modern else ("securityDefinitions",)
        holder = self.holder(path)
        for name, scheme in schemes.items():
            holder[name] = scheme
            written = name in mapping(self.source.map("Auth").get("Authorizers"))
            steps = ("Auth", "Authorizers", name) if written else ("Auth",)
            self.origins["Body", *path, name] = self.source.where(*steps)

    def modernise(self) -> None:
        """Move what an OpenAPI 3 document says in the words of version 2."""
        if "swagger" in self.document or not str(self.document.get("openapi")).startswith("3"):
            return
        for old, new in (("securityDefinitions", "securitySchemes"), ("definitions", "schemas")):
            part = self.document.pop(old, None)
            if isinstance(part, dict) and part:
                self.holder(("components",))[new] = part
                self.origins["Body", "components", new] = self.source.where("DefinitionBody", old)

    def holder(self, path: Path) -> dict[str, Data]:
        """Return the map at a path, made where there is none."""
        holder = self.document
        for step in path:
            inner = holder.get(step)
            if not isinstance(inner, dict):
                inner = {}
                holder[step] = inner
            holder = inner
        return holder

    def preflight(self, cors: Data) -> None:
        """Add the OPTIONS method of REST APIs that answers preflight requests."""
        said = mapping(cors)
        if not cors or self.paths is None:
            return
        origin = said.get("AllowOrigin", "'*'") if said else cors
        for path, item in self.paths.items():
            for shown in _contents(item):
                if "options" in shown:
                    continue
                shown["options"] = _options(
                    said, origin, [m for m in shown if m not in _NOT_METHODS]
                )
                self.origins["Body", "paths", path, "options"] = self.source.where("Cors")

    def finish(self) -> dict[str, Data]:
        """Return the document, with the conditions of those who made its routes."""
        for item, method, condition in self.guarded:
            item[method] = choose(condition, item[method])
        self.guarded = []
        return self.document


def _contents(value: Data) -> Iterator[dict[str, Data]]:
    branches = choice(value)
    if branches is not None:
        for branch in branches[1:]:
            if isinstance(branch, dict) and not is_intrinsic(branch):
                yield branch
    elif isinstance(value, dict) and not is_intrinsic(value):
        yield value


def _scopes(api_auth: dict[str, Data], name: str) -> Data:
    scopes = mapping(mapping(api_auth.get("Authorizers")).get(name)).get("AuthorizationScopes")
    return [] if scopes is None else scopes


def _options(said: dict[str, Data], origin: Data, methods: list[str]) -> Data:
    verbs = {"OPTIONS"}
    for method in methods:
        everything = method.startswith("x-amazon")
        verbs |= set(_VERBS) if everything else {method.upper()}
    allowed = said.get("AllowMethods") or f"'{','.join(sorted(verbs))}'"
    prefix = "method.response.header.Access-Control-"
    headers: dict[str, Data] = {f"{prefix}Allow-Origin": origin}
    for key, header in (("AllowHeaders", "Allow-Headers"), ("MaxAge", "Max-Age")):
        if said.get(key) is not None:
            headers[prefix + header] = said[key]
    headers[f"{prefix}Allow-Methods"] = allowed
    if said.get("AllowCredentials") is True:
        headers[f"{prefix}Allow-Credentials"] = "'true'"
    answer: Data = {
        "default": {
            "statusCode": "200",
            "responseParameters": headers,
            "responseTemplates": {"application/json": "{}\n"},
        }
    }
    return {
        "summary": "CORS support",
        INTEGRATION: {
            "type": "mock",
            "requestTemplates": {"application/json": '{\n  "statusCode" : 200\n}\n'},
            "responses": answer,
        },
        "responses": {"200": {"description": "Default response for CORS method"}},
    }


_VERBS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


def rest_skeleton(version: Data) -> Data:
    """Return the empty body of a REST API that the template does not define."""
    head: dict[str, Data] = {"swagger": "2.0"}
    if isinstance(version, (str, float, int)) and str(version).startswith("3"):
        head = {"openapi": str(version)}
    return {**head, "info": {"version": "1.0", "title": ref("AWS::StackName")}, "paths": {}}


def http_skeleton() -> Data:
    """Return the empty body of an HTTP API that the template does not define."""
    info: Data = {"version": "1.0", "title": ref("AWS::StackName")}
    return {"openapi": "3.0.1", "info": info, "paths": {}}

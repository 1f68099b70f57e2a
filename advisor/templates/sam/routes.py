"""What `Api` and `HttpApi` events add to an API: OpenAPI operations with their integration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.templates.sam.context import Route
from advisor.templates.sam.source import as_list, id_with, mapping, ref, referenced_id, sub

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.templates.sam.context import Context
    from advisor.templates.sam.events import Event

REST_ID = "ServerlessRestApi"
"""The API that SAM makes where an `Api` event names none."""
HTTP_ID = "ServerlessHttpApi"
"""The API that SAM makes where an `HttpApi` event names none."""
ANY = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
DEFAULT = "$default"
_IMPLICIT_STAGE = "Prod"
_VARIABLE = re.compile(r"\{(?:[a-zA-Z0-9._-]+|proxy\+)\}")
_CALLER = "arn:aws:iam::*:user/*"


def method_key(method: str) -> str:
    """Return the key of a method in an OpenAPI document."""
    return ANY if method == "any" else method


def api_of(event: Event, name: str, implicit: str) -> tuple[str, Data]:
    """Return the logical id of the API that an event belongs to ("" if unknown), and its name."""
    value = event.properties.get(name)
    if value is None:
        return implicit, ref(implicit)
    return (value if isinstance(value, str) else referenced_id(value)), value


def _text(event: Event, name: str) -> str:
    value = event.properties.get(name)
    return value if isinstance(value, str) else ""


def _add(event: Event, context: Context, api: str, operation: dict[str, Data]) -> None:
    method = _text(event, "Method").lower()
    path = _text(event, "Path")
    if event.type == "HttpApi" and not path and not method:
        path, method = DEFAULT, "any"
    passes = event.source.get("PropagateTags") is True
    context.routes.setdefault(api, []).append(
        Route(
            path=path,
            method="any" if method == ANY else method,
            operation=operation,
            auth=mapping(event.properties.get("Auth")),
            place=event.place,
            maker=event.source.logical_id,
            condition=event.condition,
            settings=event.properties.get("RouteSettings"),
            tags=event.source.get("Tags") if passes else None,
        )
    )


def _source_arn(api: Data, method: str, path: str) -> Data:
    bare = path[:-1] if len(path) > 1 and path.endswith("/") else path
    verb = "*" if method in {"any", ANY} else method.upper()
    if verb == "*" and bare == f"/{DEFAULT}":
        # The catch-all route has no method of its own.
        verb, bare = DEFAULT, ""
    return sub(
        "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
        f"${{__ApiId__}}/${{__Stage__}}/{verb}{_VARIABLE.sub('*', bare)}",
        __ApiId__=api,
        __Stage__="*",
    )


def _proxy(event: Event, version: str = "2015-03-31", call: str = "invocations") -> dict[str, Data]:
    function = referenced_id(event.arn)
    named = function if isinstance(event.arn, dict) and "Ref" in event.arn else f"{function}.Arn"
    return {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": sub(
            "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/"
            f"{version}/functions/${{{named}}}/{call}"
        ),
    }


def rest_api(event: Event, context: Context) -> tuple[Data, str] | None:
    """Add an `Api` event's route; return source ARN and logical id of its permission."""
    path, method = _text(event, "Path"), _text(event, "Method").lower()
    if not path or not method:
        return None
    api, named = api_of(event, "RestApiId", REST_ID)
    if event.properties.get("ResponseTransferMode") == "RESPONSE_STREAM":
        integration = _proxy(event, "2021-11-15", "response-streaming-invocations")
        integration["responseTransferMode"] = "STREAM"
    else:
        integration = _proxy(event)
    timeout = event.properties.get("TimeoutInMillis")
    if timeout is not None:
        integration["timeoutInMillis"] = timeout
    operation: dict[str, Data] = {INTEGRATION: integration, "responses": {}}
    _request(event, operation, modern=_is_modern(api, context))
    _add(event, context, api, operation)
    return _source_arn(named, method, path), id_with(
        f"{event.id}Permission", stage_suffix(api, context)
    )


def _is_modern(api: str, context: Context) -> bool:
    defaults = mapping(mapping(context.template.get("Globals")).get("Api"))
    said = context.properties(api)
    version = said.get("OpenApiVersion", defaults.get("OpenApiVersion"))
    document = mapping(said.get("DefinitionBody"))
    return str(document.get("openapi", version)).startswith("3")


def stage_suffix(api: str, context: Context) -> str:
    """Return how SAM names the stage of a REST API in logical ids."""
    if api == REST_ID and context.raw(REST_ID).get("Type") != "AWS::Serverless::Api":
        return _IMPLICIT_STAGE
    stage = context.properties(api).get("StageName")
    return stage if isinstance(stage, str) and stage else "Stage"


_PARAMETER = re.compile(r"method\.request\.(querystring|path|header)\.(.+)")
_CHECKS = {
    (True, True): "body-and-params",
    (True, False): "body-only",
    (False, True): "params-only",
    (False, False): "no-validation",
}


def _request(event: Event, operation: dict[str, Data], *, modern: bool) -> None:
    """Say in the operation whether the API checks requests before the function sees them.

    `modern` is OpenAPI 3, which says it in another way than version 2.
    """
    model = mapping(event.properties.get("RequestModel"))
    body, parameters = model.get("ValidateBody"), model.get("ValidateParameters")
    if body is not None or parameters is not None:
        checks = _CHECKS[body is True, parameters is True]
        operation["x-amazon-apigateway-request-validator"] = checks
    name = model.get("Model")
    required = {"required": model["Required"]} if model.get("Required") is not None else {}
    parameters_said: list[Data] = []
    if isinstance(name, str) and modern:
        schema: Data = {"$ref": f"#/components/schemas/{name.lower()}"}
        operation["requestBody"] = {
            "content": {"application/json": {"schema": schema}},
            **required,
        }
    elif isinstance(name, str):
        schema = {"$ref": f"#/definitions/{name.lower()}"}
        parameters_said.append({"in": "body", "name": name.lower(), "schema": schema, **required})
    cached: list[Data] = []
    for raw in as_list(event.properties.get("RequestParameters")):
        named = raw if isinstance(raw, str) else next(iter(mapping(raw)), "")
        settings = mapping(mapping(raw).get(named))
        match = _PARAMETER.fullmatch(named)
        if match is None:
            continue
        place = "query" if match[1] == "querystring" else match[1]
        typed: dict[str, Data] = {"schema": {"type": "string"}} if modern else {"type": "string"}
        wanted = settings.get("Required", False)
        parameters_said.append({"in": place, "name": match[2], "required": wanted, **typed})
        if settings.get("Caching"):
            cached.append(named)
    integration = operation[INTEGRATION]
    if cached and isinstance(integration, dict):
        integration["cacheKeyParameters"] = cached
    if parameters_said:
        operation["parameters"] = parameters_said


def start_execution(event: Event, context: Context, role: Data) -> None:
    """Add the route of a state machine's `Api` event."""
    if not _text(event, "Path") or not _text(event, "Method"):
        return
    api, _ = api_of(event, "RestApiId", REST_ID)
    machine = referenced_id(event.arn)
    body = "$util.escapeJavaScript($input.json('$'))"
    if event.properties.get("UnescapeMappingTemplate"):
        body += '.replaceAll("\\\\\'","\'")'
    template = f'{{"input": "{body}", "stateMachineArn": "${{{machine}}}"}}'
    integration: dict[str, Data] = {
        "type": "aws",
        "httpMethod": "POST",
        "uri": sub("arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution"),
        "credentials": role,
        "requestTemplates": {"application/json": sub(template)},
        "responses": {"200": {"statusCode": "200"}, "400": {"statusCode": "400"}},
    }
    responses: Data = {"200": {"description": "OK"}, "400": {"description": "Bad Request"}}
    _add(event, context, api, {INTEGRATION: integration, "responses": responses})


def http_api(event: Event, context: Context) -> Data:
    """Add an `HttpApi` event's route; return the source ARN of its permission, None without one."""
    path, method = _text(event, "Path"), _text(event, "Method").lower()
    catch_all = not path and not method
    if not catch_all and (not path or not method):
        return None
    api, named = api_of(event, "ApiId", HTTP_ID)
    integration = _proxy(event)
    integration["payloadFormatVersion"] = event.properties.get("PayloadFormatVersion") or "2.0"
    timeout = event.properties.get("TimeoutInMillis")
    if timeout is not None:
        integration["timeoutInMillis"] = timeout
    operation: dict[str, Data] = {INTEGRATION: integration, "responses": {}}
    if catch_all or (path == DEFAULT and method in {"any", ANY}):
        operation["isDefaultRoute"] = True
        _add(event, context, api, operation)
        return _source_arn(named, "any", "")
    _add(event, context, api, operation)
    if path != DEFAULT and _has_catch_all(event, api):
        # The permission of the catch-all route covers every other route of the function.
        return None
    return _source_arn(named, method, "" if path == DEFAULT else path)


def _has_catch_all(event: Event, api: str) -> bool:
    if not isinstance(event.arn, dict) or "Ref" in event.arn:
        return False
    for raw in event.source.map("Events").values():
        other = mapping(raw)
        if other.get("Type") != "HttpApi":
            continue
        said = mapping(other.get("Properties"))
        named = said.get("ApiId")
        owner = HTTP_ID if named is None else named if isinstance(named, str) else ""
        if (owner or referenced_id(named)) != api:
            continue
        path, method = said.get("Path"), said.get("Method")
        if (not path and not method) or (path == DEFAULT and str(method).lower() in {"any", ANY}):
            return True
    return False


def caller_credentials(route_auth: dict[str, Data], api_auth: dict[str, Data]) -> Data:
    """Return the credentials of an integration behind IAM authorization; None where there are none.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiauth.html
    """
    role: Data = _CALLER
    for auth in (api_auth, route_auth):
        if "InvokeRole" in auth:
            role = auth["InvokeRole"] or "NONE"
    if role == "NONE":
        return None
    return _CALLER if role == "CALLER_CREDENTIALS" else role

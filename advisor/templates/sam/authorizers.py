"""Security definitions of APIs, and the answers that an API gives itself, in OpenAPI terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.sam.source import as_list, mapping, sub

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.templates.sam.context import Route

AUTHORIZER = "x-amazon-apigateway-authorizer"
_AUTH_TYPE = "x-amazon-apigateway-authtype"
_DEFAULT_HEADER = "Authorization"
_IAM: dict[str, Data] = {
    "type": "apiKey",
    "name": _DEFAULT_HEADER,
    "in": "header",
    _AUTH_TYPE: "awsSigv4",
}
_API_KEY: dict[str, Data] = {"type": "apiKey", "name": "x-api-key", "in": "header"}


def _function_uri(arn: Data) -> Data:
    return sub(
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "${__FunctionArn__}/invocations",
        __FunctionArn__=arn,
    )


def _identity_source(identity: dict[str, Data], dialect: dict[str, str]) -> list[str]:
    found = []
    for key, prefix in dialect.items():
        found += [prefix + name for name in as_list(identity.get(key)) if isinstance(name, str)]
    return found


_REST_IDENTITY = {
    "Headers": "method.request.header.",
    "QueryStrings": "method.request.querystring.",
    "StageVariables": "stageVariables.",
    "Context": "context.",
}
_HTTP_IDENTITY = {
    "Headers": "$request.header.",
    "QueryStrings": "$request.querystring.",
    "StageVariables": "$stageVariables.",
    "Context": "$context.",
}


def rest_schemes(auth: dict[str, Data], routes: list[Route]) -> dict[str, Data]:
    """Return the security definitions of a REST API's `Auth`."""
    schemes: dict[str, Data] = {}
    for name, raw in mapping(auth.get("Authorizers")).items():
        said = mapping(raw)
        identity = mapping(said.get("Identity"))
        head: dict[str, Data] = {
            "type": "apiKey",
            "name": identity.get("Header") or _DEFAULT_HEADER,
            "in": "header",
        }
        inner: dict[str, Data]
        if said.get("UserPoolArn") is not None:
            pools = as_list(said["UserPoolArn"])
            inner = {"type": "cognito_user_pools", "providerARNs": pools}
            kind = "cognito_user_pools"
        elif said.get("FunctionArn") is not None:
            inner, kind = _lambda_authorizer(said, identity), "custom"
            if inner["type"] == "request":
                head["name"] = "Unused"
        else:
            continue
        if identity.get("ValidationExpression") and inner["type"] != "request":
            inner["identityValidationExpression"] = identity["ValidationExpression"]
        schemes[name] = {**head, _AUTH_TYPE: kind, AUTHORIZER: inner}
    names = [auth.get("DefaultAuthorizer"), *(route.auth.get("Authorizer") for route in routes)]
    if "AWS_IAM" in names:
        schemes["AWS_IAM"] = dict(_IAM)
    if auth.get("ApiKeyRequired") or any(route.auth.get("ApiKeyRequired") for route in routes):
        schemes["api_key"] = dict(_API_KEY)
    return schemes


def _lambda_authorizer(said: dict[str, Data], identity: dict[str, Data]) -> dict[str, Data]:
    payload = said.get("FunctionPayloadType")
    inner: dict[str, Data] = {
        "type": "request" if payload == "REQUEST" else "token",
        "authorizerUri": _function_uri(said["FunctionArn"]),
    }
    if identity.get("ReauthorizeEvery") is not None:
        inner["authorizerResultTtlInSeconds"] = identity["ReauthorizeEvery"]
    role = said.get("FunctionInvokeRole")
    if role is not None and role != "NONE":
        inner["authorizerCredentials"] = role
    sources = _identity_source(identity, _REST_IDENTITY)
    if payload == "REQUEST" and sources:
        inner["identitySource"] = ", ".join(sources)
    return inner


def http_schemes(auth: dict[str, Data]) -> dict[str, Data]:
    """Return the security schemes of an HTTP API's `Auth`."""
    schemes: dict[str, Data] = {}
    if auth.get("EnableIamAuthorizer") is True:
        schemes["AWS_IAM"] = dict(_IAM)
    for name, raw in mapping(auth.get("Authorizers")).items():
        said = mapping(raw)
        if said.get("JwtConfiguration") is not None:
            inner: dict[str, Data] = {
                "jwtConfiguration": _lower_keys(said["JwtConfiguration"]),
                "identitySource": said.get("IdentitySource"),
                "type": "jwt",
            }
            schemes[name] = {"type": "oauth2", AUTHORIZER: inner}
        elif said.get("FunctionArn") is not None:
            identity = mapping(said.get("Identity"))
            inner = {"type": "request", "authorizerUri": _function_uri(said["FunctionArn"])}
            sources: list[Data] = list(_identity_source(identity, _HTTP_IDENTITY))
            for key, value in (
                ("authorizerCredentials", said.get("FunctionInvokeRole")),
                ("identitySource", sources or None),
                ("authorizerResultTtlInSeconds", identity.get("ReauthorizeEvery")),
                ("authorizerPayloadFormatVersion", said.get("AuthorizerPayloadFormatVersion")),
                ("enableSimpleResponses", said.get("EnableSimpleResponses") or None),
            ):
                if value is not None:
                    inner[key] = value
            schemes[name] = {
                "type": "apiKey",
                "name": "Unused",
                "in": "header",
                AUTHORIZER: inner,
            }
    return schemes


_GATEWAY = {"Headers": "header", "Paths": "path", "QueryStrings": "querystring"}


def gateway_response(said: dict[str, Data]) -> Data:
    """Return an answer of the API itself in OpenAPI terms."""
    parameters: dict[str, Data] = {}
    for kind, values in mapping(said.get("ResponseParameters")).items():
        for name, value in mapping(values).items():
            parameters[f"gatewayresponse.{_GATEWAY.get(kind, kind)}.{name}"] = value
    code = said.get("StatusCode")
    answer: dict[str, Data] = {
        "responseParameters": parameters,
        "responseTemplates": said.get("ResponseTemplates") or {},
    }
    if code is not None:
        answer["statusCode"] = str(code) if isinstance(code, int) else code
    return answer


def _lower_keys(value: Data) -> Data:
    if not mapping(value):
        return value
    return {key[:1].lower() + key[1:]: item for key, item in mapping(value).items()}

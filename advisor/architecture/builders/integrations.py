"""What an API integration calls, read from its URI, subtype, parameters and templates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.architecture.calls import TARGETS
from advisor.architecture.marked import marked
from advisor.architecture.nodes.apis import Integration
from advisor.architecture.nodes.base import as_number
from advisor.records import record
from advisor.templates.values import UNKNOWN, Reference, Unknown

if TYPE_CHECKING:
    from advisor.architecture.marked import Marked
    from advisor.architecture.nodes.base import Node
    from advisor.templates.values import Value

MAX_URI = 4_096
"""Characters read of a URI, far beyond what API Gateway accepts; bounds the patterns."""
MAX_TEMPLATES = 16
"""Mapping templates read of one integration."""

_LAMBDA = re.compile(r"lambda:path/[0-9-]+/functions/(.+?)/(?:response-streaming-)?invocations")
_ACTION = re.compile(r":([a-z0-9.-]+):action/([A-Za-z]+)")
_PATH = re.compile(r":([a-z0-9.-]+):path/(.*)")
_FUNCTION = re.compile(r":lambda:[^:]*:[^:]*:function:")


@record(frozen=True)
class Keys:
    """How one dialect names the properties of an integration."""

    type: str
    uri: str
    subtype: str
    parameters: str
    templates: str
    timeout: str
    method: str
    transfer: str


REST = Keys(
    "Type", "Uri", "", "RequestParameters", "RequestTemplates", "TimeoutInMillis",
    "IntegrationHttpMethod", "ResponseTransferMode",
)  # fmt: skip
V2 = Keys(
    "IntegrationType", "IntegrationUri", "IntegrationSubtype", "RequestParameters",
    "RequestTemplates", "TimeoutInMillis", "IntegrationMethod", "",
)  # fmt: skip
OPENAPI = Keys(
    "type", "uri", "integrationSubtype", "requestParameters", "requestTemplates",
    "timeoutInMillis", "httpMethod",
    "responseTransferMode",
)  # fmt: skip


def read_integration(
    node: Node, value: Value, *, base: tuple[str | int, ...], keys: Keys
) -> Integration | None:
    """Return the integration that stands at `base` of a node; None where there is none."""
    if isinstance(value, Unknown):
        return Integration(value, value, node, base, base)
    if not isinstance(value, dict):
        return None
    kind = value.get(keys.type)
    kind = kind.upper() if isinstance(kind, str) else UNKNOWN
    action, target, path = _called(value, kind, keys)
    return Integration(
        action=action,
        target=target,
        declared_by=node,
        path=(*base, *path),
        base=base,
        type=kind,
        timeout_ms=as_number(value.get(keys.timeout)),
        timeout_path=(*base, keys.timeout),
        asynchronous=_asynchronous(value.get(keys.parameters)),
        streamed=_streamed(value.get(keys.transfer)) if keys.transfer else False,
    )


def _called(
    value: dict[str, Value], kind: str | Unknown, keys: Keys
) -> tuple[str | Unknown, Value, tuple[str | int, ...]]:
    """Return the action, the value that names its target, and where that value stands."""
    uri = value.get(keys.uri)
    if isinstance(kind, str) and kind == "MOCK":
        return "mock", None, ()
    if isinstance(kind, str) and kind in {"HTTP", "HTTP_PROXY"}:
        return "http", uri, (keys.uri,)
    subtype = value.get(keys.subtype) if keys.subtype else None
    if isinstance(subtype, str):
        service, _, operation = subtype.partition("-")
        service = {"stepfunctions": "states", "eventbridge": "events"}.get(
            service.lower(), service.lower()
        )
        target, path = _target(value, service, keys)
        return f"{service}:{operation}", target, path or (keys.subtype,)
    text = marked(uri)
    if text is None:
        return UNKNOWN, None, (keys.uri,)
    return _by_uri(value, text, kind, keys)


def _by_uri(
    value: dict[str, Value], uri: Marked, kind: str | Unknown, keys: Keys
) -> tuple[str | Unknown, Value, tuple[str | int, ...]]:
    text = uri.text[:MAX_URI]
    if match := _LAMBDA.search(text):
        return "lambda", uri.value(match[1]), (keys.uri,)
    if match := _ACTION.search(text):
        service = match[1].rpartition(".")[2]
        target, path = _target(value, service, keys)
        return f"{service}:{match[2]}", target, path or (keys.uri,)
    if match := _PATH.search(text):
        service = match[1].rpartition(".")[2]
        return _by_path(value, uri, (service, match[2]), keys)
    whole = uri.value(text)
    if _FUNCTION.search(text) or isinstance(whole, Reference):
        return "lambda", whole, (keys.uri,)
    if keys is V2 and kind == "AWS_PROXY":
        return "lambda", whole, (keys.uri,)
    return (whole if isinstance(whole, Unknown) else UNKNOWN), whole, (keys.uri,)


def _by_path(
    value: dict[str, Value], uri: Marked, found: tuple[str, str], keys: Keys
) -> tuple[str | Unknown, Value, tuple[str | int, ...]]:
    """Read `sqs:path/account/queue`, `s3:path/bucket/key` and the like."""
    service, rest = found
    target, path = _target(value, service, keys)
    method = value.get(keys.method)
    method = method.upper() if isinstance(method, str) else "POST"
    segments = [segment for segment in rest.partition("?")[0].split("/") if segment]
    if service == "sqs":
        if target is None and segments:
            target, path = uri.value(segments[-1]), (keys.uri,)
        return "sqs:SendMessage", target, path or (keys.uri,)
    if service == "s3":
        target = uri.value(segments[0]) if segments else None
        verb = {"GET": "GetObject", "HEAD": "HeadObject", "DELETE": "DeleteObject"}
        return f"s3:{verb.get(method, 'PutObject')}", target, (keys.uri,)
    if service == "sns":
        return "sns:Publish", target, path or (keys.uri,)
    return f"{service}:", target, path or (keys.uri,)


def _target(
    value: dict[str, Value], service: str, keys: Keys
) -> tuple[Value, tuple[str | int, ...]]:
    """Find the parameter that names the target in request parameters, then in templates."""
    names = TARGETS.get(service, ())
    parameters = value.get(keys.parameters)
    for name in names:
        for key, item in parameters.items() if isinstance(parameters, dict) else ():
            if key.rpartition(".")[2].lower() == name.lower():
                text = marked(item)
                target = text.value(text.text.strip("'")) if text else item
                return target, (keys.parameters, key)
    templates = value.get(keys.templates)
    for key, template in (
        list(templates.items())[:MAX_TEMPLATES] if isinstance(templates, dict) else ()
    ):
        text = marked(template)
        if text is None:
            continue
        for name in names:
            if match := _in_template(name).search(text.text):
                return text.value(match[1]), (keys.templates, key)
    return None, ()


def _in_template(name: str) -> re.Pattern[str]:
    """Return a pattern for `"name": "value"` and for `&name=value`, URL-encoded or not."""
    return re.compile(
        rf"(?i:{name})\\?[\"']?\s{{0,9}}[:=]\s{{0,9}}(?:\$util\.urlEncode\()?\\?[\"']?"
        rf"([^\"'&\s,}})\\]+)"
    )


def _streamed(mode: Value) -> bool | Unknown:
    """Tell whether the answer is passed on piece by piece (`STREAM`).

    https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
    """
    if isinstance(mode, Unknown):
        return mode
    return isinstance(mode, str) and mode.upper() == "STREAM"


def _asynchronous(parameters: Value) -> bool:
    """Tell whether `X-Amz-Invocation-Type: 'Event'` is sent along with the invocation."""
    if not isinstance(parameters, dict):
        return False
    return any(
        key.lower().endswith("header.x-amz-invocation-type")
        and isinstance(item, str)
        and item.strip("'").lower() == "event"
        for key, item in parameters.items()
    )


__all__ = ["OPENAPI", "REST", "V2", "Keys", "read_integration"]

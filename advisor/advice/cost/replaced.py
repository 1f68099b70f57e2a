"""Whether something could be of the cheaper kind: what REST APIs and Standard machines alone do.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html
https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.values import Reference, Unknown, references_in
from advisor.workflows.loops import longest_wait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from advisor.advice.cost.model import Model
    from advisor.architecture.nodes import Node, RestApi, StateMachine

EXPRESS_SECONDS = 300
"""How long an Express execution may take."""
_PROXIES = frozenset({"AWS_PROXY", "HTTP_PROXY"})
_OWNED = {
    "AWS::ApiGateway::RequestValidator": ("RestApiId", "request validation"),
    "AWS::ApiGateway::Model": ("RestApiId", "models"),
    "AWS::ApiGateway::GatewayResponse": ("RestApiId", "gateway responses"),
    "AWS::ApiGateway::DocumentationPart": ("RestApiId", "documentation parts"),
}
_FIREWALLS = frozenset({"AWS::WAFv2::WebACLAssociation", "AWS::WAFRegional::WebACLAssociation"})


def rest_only(model: Model, api: RestApi) -> tuple[list[str], list[str]]:
    """Return what an API uses that HTTP APIs lack, and what is not known of it."""
    refused: dict[str, None] = {}
    unsure: dict[str, None] = {}
    checks = [
        ("a private endpoint", api.is_private),
        ("a resource policy", api.has_policy),
        *(("a cache", stage.caches) for stage in api.stages),
        *(("X-Ray tracing", stage.tracing) for stage in api.stages),
        *(("API keys", route.authorization.api_key) for route in api.routes),
    ]
    if not api.routes:
        unsure["its routes"] = None
    for words, found in checks:
        if isinstance(found, Unknown):
            unsure[words] = None
        elif found:
            refused[words] = None
    for stage in api.stages:
        for key, words in (("CanarySetting", "canaries"), ("ClientCertificateId", "certificates")):
            if stage.get(key) is not None:
                refused[words] = None
    for words in _integrations(api):
        refused[words] = None
    for words in _around(model, api):
        refused[words] = None
    body = api.get("Body")
    if isinstance(body, dict) and any("request-validator" in key for key in body):
        refused["request validation"] = None
    return list(refused), list(unsure)


def _integrations(api: RestApi) -> Iterator[str]:
    for route in api.routes:
        if route.get("RequestValidatorId") is not None:
            yield "request validation"
        for integration in route.integrations:
            kind = integration.type
            if isinstance(kind, str) and kind.upper() not in _PROXIES and not route.is_preflight:
                yield f"integrations of type {kind.upper()}"
            if integration.streamed is True:
                yield "streamed answers"


def _around(model: Model, api: RestApi) -> Iterator[str]:
    """Yield what other resources add to an API."""
    ours = {(node.resource.owner, node.resource.logical_id) for node in (api, *api.stages)}

    def names(node: Node, *path: str) -> bool:
        return any(reference.resource in ours for reference in references_in(node.get(*path)))

    for architecture in model.architectures:
        for node in architecture.nodes():
            if node.type in _OWNED:
                key, words = _OWNED[node.type]
                value = node.get(key)
                if isinstance(value, Reference) and value.resource in ours:
                    yield words
            elif node.type in _FIREWALLS and names(node, "ResourceArn"):
                yield "a web application firewall"
            elif node.type == "AWS::ApiGateway::UsagePlan" and names(node, "ApiStages"):
                yield "usage plans"


def standard_only(machine: StateMachine, duration: Decimal | None) -> list[str]:
    """Return what a machine does that Express ones cannot."""
    workflow = machine.workflow
    if workflow is None:
        return ["a definition that cannot be read"]
    found: dict[str, None] = {}
    for state in workflow.states():
        if state.is_distributed:
            found["a distributed Map"] = None
        for call in state.calls:
            if call.is_job:
                found["tasks that wait for a job (.sync)"] = None
            if call.is_callback:
                found["tasks that wait for a token or an activity"] = None
    if longest_wait(workflow) > EXPRESS_SECONDS:
        found[f"Wait states of more than {EXPRESS_SECONDS} s"] = None
    if duration is not None and duration > EXPRESS_SECONDS * 1000:
        found[f"executions of more than {EXPRESS_SECONDS} s"] = None
    return list(found)


__all__ = ["EXPRESS_SECONDS", "rest_only", "standard_only"]

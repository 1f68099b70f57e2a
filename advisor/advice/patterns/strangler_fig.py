"""Strangler fig: one entry sends some paths to functions and others to an HTTP backend behind it.

Conditions, all of them declared in the templates, for one entry:

* An API of API Gateway has a route to a function and another route that passes requests on to an
  HTTP backend.
* A load balancer has listener rules of which some lead to functions and others to instances,
  addresses or containers.
* A CloudFront distribution has behaviours of which some lead to an API, a function URL or a load
  balancer with functions, and others to an HTTP origin.

An HTTP backend is a URL outside, a link into a VPC, or a load balancer without functions. Buckets
and their websites, APIs and function URLs of AWS and the documentation's own examples are none.
That the backend is the older system that the functions replace is not in the files, so a case is
never quite sure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.advice.patterns.record import Kind, Lack, part, pattern
from advisor.advice.patterns.survey import is_authorizer
from advisor.architecture.edges import EdgeKind, Evidence
from advisor.architecture.nodes.apis import Api
from advisor.architecture.nodes.balancers import LoadBalancer, TargetGroup
from advisor.architecture.nodes.edge import Distribution
from advisor.architecture.nodes.functions import FunctionUrl
from advisor.architecture.resolution import kind_of
from advisor.templates.values import Unknown, references_in, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.patterns.record import Pattern
    from advisor.advice.patterns.survey import Survey
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.apis import Integration, Route
    from advisor.architecture.nodes.base import Node
    from advisor.templates.values import Value

KIND = Kind(
    name="strangler-fig",
    title="strangler fig",
    summary="functions take over path by path, and an HTTP backend serves the rest",
    references=(
        "https://docs.aws.amazon.com/prescriptive-guidance/latest/cloud-design-patterns/strangler-fig.html",
    ),
    asks={
        "route-without-authorization": "authorization",
        "caller-gives-up-before-function": "a function that answers in time",
        "trace-gap": "traces from end to end",
        "invoker-without-permission": "the permission to run its function",
    },
)

_DOUBT = "that the HTTP backend is the older system is not in the files"
_NO_BACKEND = re.compile(
    r"(?i)\.s3[.-]|s3\.amazonaws|s3-website|execute-api|lambda-url|appsync-api|mediastore"
    r"|petstore|example\.(com|org|net)|httpbin|amazoncognito|cognito-idp"
)
_CATCH_ALL = re.compile(r"\$default|/?\{[A-Za-z0-9_.-]+\+\}|/\*|\*")


def recognise(survey: Survey) -> Iterator[Pattern]:
    """Yield the entries that send some paths to functions and others elsewhere."""
    for api in survey.architecture.all(Api):
        found = _balancer(survey, api) if isinstance(api, LoadBalancer) else _api(survey, api)
        if found is not None:
            yield found
    for distribution in survey.architecture.all(Distribution):
        found = _distribution(survey, distribution)
        if found is not None:
            yield found


def _api(survey: Survey, api: Api) -> Pattern | None:
    proxied = [
        (route, integration)
        for route in api.routes
        for integration in route.integrations
        if integration.action == "http"
        and not route.is_preflight
        and _is_backend(survey, integration)
    ]
    if not proxied:
        return None
    runs = [
        edge
        for edge in survey.outgoing(api, EdgeKind.INVOKES)
        if edge.evidence is Evidence.DECLARED and not is_authorizer(edge)
    ]
    if not runs:
        return None
    routes: list[Node] = [route for route, _ in proxied]
    backends = [node for _, integration in proxied for node in _named(survey, integration.target)]
    return pattern(
        KIND,
        [
            part("entry", [api]),
            part("functions", [edge.target for edge in runs]),
            part("routes to the HTTP backend", routes),
            part("HTTP backend", backends),
        ],
        runs,
        doubt=_DOUBT,
        lacks=_without_rest(api, [route for route, _ in proxied]),
    )


def _is_backend(survey: Survey, integration: Integration) -> bool:
    value = integration.target
    if value is None or _NO_BACKEND.search(show(value)):
        return False
    named = _named(survey, value)
    return all(_is_old(survey, node) for node in named)


def _named(survey: Survey, value: Value) -> list[Node]:
    found = [survey.architecture.node_of(each) for each in references_in(value)]
    return [node for node in found if node is not None]


def _is_old(survey: Survey, node: Node) -> bool:
    if isinstance(node, (FunctionUrl, Distribution)) or kind_of(node) in {"bucket", "function"}:
        return False
    if isinstance(node, LoadBalancer):
        return not _functions_behind(survey, node)
    return not isinstance(node, Api)


def _without_rest(api: Api, proxied: list[Route]) -> Iterator[Lack]:
    paths = [route.route_path for route in proxied]
    known = [path for path in paths if not isinstance(path, Unknown)]
    if len(known) == len(paths) and not any(_is_rest(path) for path in known):
        yield Lack(
            "a route for all other paths",
            f"paths that '{api.name}' does not name reach neither functions nor the HTTP backend",
            api.at(),
        )


def _is_rest(path: str) -> bool:
    """Tell whether a path takes everything that nothing else takes, below some prefix or not."""
    return _CATCH_ALL.fullmatch(path.rpartition("/")[2] or path) is not None


def _functions_behind(survey: Survey, balancer: LoadBalancer) -> list[tuple[Edge, Edge]]:
    return [
        (edge, run)
        for edge in survey.outgoing(balancer, EdgeKind.ROUTES)
        if isinstance(edge.target, TargetGroup)
        for run in survey.outgoing(edge.target, EdgeKind.INVOKES)
    ]


def _balancer(survey: Survey, balancer: LoadBalancer) -> Pattern | None:
    runs = _functions_behind(survey, balancer)
    others = [
        edge
        for edge in survey.outgoing(balancer, EdgeKind.ROUTES)
        if isinstance(edge.target, TargetGroup)
        and edge.target.target_type in {"instance", "ip", "alb"}
    ]
    if not runs or not others:
        return None
    return pattern(
        KIND,
        [
            part("entry", [balancer]),
            part("functions", [run.target for _, run in runs]),
            part("HTTP backend", [edge.target for edge in others]),
        ],
        [*(edge for way in runs for edge in way), *others],
        doubt=_DOUBT,
    )


def _distribution(survey: Survey, distribution: Distribution) -> Pattern | None:
    used = _used_origins(distribution)
    origins = [each for each in distribution.origins() if each.id in used]
    to = {
        edge.path[: len(origin.path)]: edge
        for origin in origins
        for edge in survey.outgoing(distribution, EdgeKind.ROUTES, EdgeKind.READS)
        if edge.path[: len(origin.path)] == origin.path
    }
    new: list[Edge] = []
    old: list[Node] = []
    count = 0
    for origin in origins:
        edge = to.get(origin.path)
        custom = distribution.get(*origin.path, "CustomOriginConfig")
        if edge is not None:
            target = edge.target
            if isinstance(target, FunctionUrl) or _runs_functions(survey, target):
                new.append(edge)
            elif isinstance(target, LoadBalancer):
                old.append(target)
                count += 1
        elif custom is not None and _is_elsewhere(origin.domain):
            count += 1
    if not new or not count:
        return None
    workers = [run.target for edge in new for run in _runs(survey, edge.target)]
    return pattern(
        KIND,
        [
            part("entry", [distribution]),
            part("functions", workers),
            part("APIs", [edge.target for edge in new]),
            part("HTTP backend", old),
        ],
        new,
        doubt=_DOUBT,
    )


def _is_elsewhere(domain: Value) -> bool:
    return not isinstance(domain, Unknown) and not _NO_BACKEND.search(show(domain))


def _used_origins(distribution: Distribution) -> set[str]:
    found = (distribution.get(*each, "TargetOriginId") for each in distribution.behaviors())
    return {each for each in found if isinstance(each, str)}


def _runs(survey: Survey, node: Node) -> list[Edge]:
    if isinstance(node, LoadBalancer):
        return [run for _, run in _functions_behind(survey, node)]
    return [edge for edge in survey.outgoing(node, EdgeKind.INVOKES) if not is_authorizer(edge)]


def _runs_functions(survey: Survey, node: Node) -> bool:
    return isinstance(node, Api) and bool(_runs(survey, node))


__all__ = ["KIND", "recognise"]

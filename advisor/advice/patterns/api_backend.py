"""API backend: requests come in over an API and are answered at once.

Conditions, all of them declared in the templates:

1. There is an API of API Gateway or AppSync, a load balancer, or a function URL.
2. At least one of its routes, data sources or targets runs a function or an Express workflow and
   waits for it, or reads, writes or asks a store directly. Authorizers, plain HTTP proxies, mocks
   and what only starts or sends something do not count.

Stores that the functions read or write are named beside them and decide nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.patterns.record import Kind, part, pattern
from advisor.advice.patterns.survey import is_authorizer, is_store, is_worker
from advisor.architecture.edges import EdgeKind, Evidence, Mode
from advisor.architecture.nodes.apis import Api
from advisor.architecture.nodes.balancers import TargetGroup
from advisor.architecture.nodes.functions import FunctionUrl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.patterns.record import Pattern
    from advisor.advice.patterns.survey import Survey
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node

KIND = Kind(
    name="api-backend",
    title="API backend",
    summary="requests are answered at once by functions or services behind an API",
    references=(
        "https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/restful-microservices.html",
    ),
    asks={
        "route-without-authorization": "authorization",
        "function-url-open-to-anyone": "authorization",
        "caller-gives-up-before-function": "a function that answers in time",
        "invoker-without-permission": "the permission to run its function",
        "public-url-without-invoke-permission": "the permission to be called",
        "deployment-before-methods": "a deployment with all its methods",
        "slow-start-behind-api": "a quick start",
        "trace-gap": "traces from end to end",
    },
)

_ASKS = (EdgeKind.READS, EdgeKind.WRITES, EdgeKind.CONNECTS)


def recognise(survey: Survey) -> Iterator[Pattern]:
    """Yield a case for each API that answers requests."""
    entries: list[Node] = [
        *survey.architecture.all(Api),
        *survey.architecture.all(FunctionUrl),
    ]
    for entry in entries:
        answers = list(_answers(survey, entry))
        if not answers:
            continue
        workers = [edge.target for edge in answers if is_worker(edge.target)]
        direct = [edge.target for edge in answers if is_store(edge.target)]
        behind = [
            edge.target
            for worker in {node.id: node for node in workers}.values()
            for edge in survey.outgoing(worker, *_ASKS)
            if is_store(edge.target)
        ]
        yield pattern(
            KIND,
            [
                part("API", [entry]),
                part("handlers", workers),
                part("stores", [*direct, *behind]),
            ],
            answers,
        )


def _answers(survey: Survey, entry: Node) -> Iterator[Edge]:
    for edge in survey.outgoing(entry):
        if edge.evidence is not Evidence.DECLARED or is_authorizer(edge):
            continue
        if isinstance(edge.target, TargetGroup):
            yield from survey.outgoing(edge.target, EdgeKind.INVOKES)
        elif edge.kind in _ASKS:
            if is_store(edge.target):
                yield edge
        elif is_worker(edge.target) and edge.mode is Mode.SYNCHRONOUS:
            yield edge


__all__ = ["KIND", "recognise"]

"""Questions about the AWS services that a function calls itself, over its own network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import EdgeKind, Evidence
from advisor.architecture.nodes.mappings import EventSourceMapping
from advisor.source.facts import Facts

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.functions import Function
    from advisor.documents.location import Location

ENDPOINTS: dict[str, str] = {
    "athena": "athena",
    "batch": "batch",
    "bedrock-runtime": "bedrock-runtime",
    "codebuild": "codebuild",
    "dynamodb": "dynamodb",
    "ecs": "ecs",
    "events": "events",
    "firehose": "kinesis-firehose",
    "glue": "glue",
    "kinesis": "kinesis-streams",
    "kms": "kms",
    "lambda": "lambda",
    "rds-data": "rds-data",
    "s3": "s3",
    "secretsmanager": "secretsmanager",
    "sns": "sns",
    "sqs": "sqs",
    "ssm": "ssm",
    "states": "states",
    "stepfunctions": "states",
    "sts": "sts",
}
"""What a service is called in the name of its endpoint, by its name in IAM and in the SDK.

https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
"""


def called_services(
    architecture: Architecture, function: Function
) -> dict[str, tuple[Location, Evidence]]:
    """Return the services that a function calls, by endpoint name, and where that is known from.

    Its code decides where it was read in full; else what its role is granted by name counts as
    well. Not among them is what Lambda does on the function's behalf: polling sources, sending
    to destinations and dead-letter queues, logs and traces.
    """
    found: dict[str, tuple[Location, Evidence]] = {}
    facts, code = function.source, function.code
    if isinstance(facts, Facts) and code is not None:
        for call in facts.calls:
            name = ENDPOINTS.get(call.service)
            if name is not None and not call.presigned:
                place = code.location(call.place, label=f"{call.operation} is called here")
                found.setdefault(name, (place, Evidence.PROVED))
        if facts.is_complete:
            return found
    done_by_lambda = _done_by_lambda(architecture, function)
    for edge in architecture.outgoing(function):
        if edge.evidence is not Evidence.GRANTED or not edge.actions:
            continue
        service = edge.actions[0].partition(":")[0]
        name = ENDPOINTS.get(service)
        if name is None or (edge.target.id, _is_reading(edge)) in done_by_lambda:
            continue
        found.setdefault(name, (edge.at(label=f"may call {edge.actions[0]}"), Evidence.GRANTED))
    return found


def _is_reading(edge: Edge) -> bool:
    return edge.kind is EdgeKind.READS


def _done_by_lambda(architecture: Architecture, function: Function) -> set[tuple[str, bool]]:
    """Return what is polled for a function and what its results are sent to: (id, reading)."""
    found: set[tuple[str, bool]] = set()
    for edge in architecture.incoming(function, EdgeKind.INVOKES):
        if isinstance(edge.declared_by, EventSourceMapping):
            found.add((edge.source.id, True))
    for edge in architecture.outgoing(function):
        if edge.evidence is Evidence.DECLARED:
            found.add((edge.target.id, False))
    return found


__all__ = ["ENDPOINTS", "called_services"]

"""What a call of an AWS service's API does to its target, and which parameter names the target.

Parameter names follow the services' API references; the verbs of an action's name tell reading
from writing.
"""

from __future__ import annotations

from advisor.architecture.edges import EdgeKind

TARGETS: dict[str, tuple[str, ...]] = {
    "apigateway": ("ApiEndpoint",),
    "athena": ("WorkGroup",),
    "batch": ("JobQueue", "JobDefinition"),
    "codebuild": ("ProjectName",),
    "dynamodb": ("TableName",),
    "ecs": ("TaskDefinition", "Cluster"),
    "emr-serverless": ("ApplicationId",),
    "events": ("EventBusName",),
    "eventbridge": ("EventBusName",),
    "firehose": ("DeliveryStreamName",),
    "glue": ("JobName", "Name"),
    "kinesis": ("StreamName", "StreamARN"),
    "lambda": ("FunctionName",),
    "rds": ("DBInstanceIdentifier", "DBClusterIdentifier"),
    "rds-data": ("ResourceArn",),
    "rdsdata": ("ResourceArn",),
    "redshift-data": ("ClusterIdentifier", "WorkgroupName"),
    "redshiftdata": ("ClusterIdentifier", "WorkgroupName"),
    "s3": ("Bucket",),
    "sagemaker": ("EndpointName",),
    "secretsmanager": ("SecretId",),
    "sfn": ("StateMachineArn",),
    "sns": ("TopicArn", "TargetArn"),
    "sqs": ("QueueUrl",),
    "ssm": ("Name",),
    "states": ("StateMachineArn",),
}
"""Parameters that name what is called, the most telling first, by service in lower case."""

KINDS: dict[str, str] = {
    "batch": "job",
    "codebuild": "project",
    "dynamodb": "table",
    "ecs": "task",
    "events": "bus",
    "eventbridge": "bus",
    "firehose": "delivery-stream",
    "kinesis": "stream",
    "lambda": "function",
    "s3": "bucket",
    "secretsmanager": "secret",
    "sfn": "state-machine",
    "sns": "topic",
    "sqs": "queue",
    "states": "state-machine",
}
"""What the target of a call is, as `resolution.SERVICES` calls it, by service."""

_KINDS = {
    "lambda": EdgeKind.INVOKES,
    "states": EdgeKind.STARTS,
    "sfn": EdgeKind.STARTS,
    "ecs": EdgeKind.STARTS,
    "batch": EdgeKind.STARTS,
    "glue": EdgeKind.STARTS,
    "codebuild": EdgeKind.STARTS,
    "athena": EdgeKind.STARTS,
    "emr-serverless": EdgeKind.STARTS,
    "sns": EdgeKind.PUBLISHES,
    "events": EdgeKind.PUBLISHES,
    "eventbridge": EdgeKind.PUBLISHES,
    "apigateway": EdgeKind.CONNECTS,
    "rds-data": EdgeKind.CONNECTS,
    "rdsdata": EdgeKind.CONNECTS,
    "redshift-data": EdgeKind.CONNECTS,
    "redshiftdata": EdgeKind.CONNECTS,
}
_STREAMS = frozenset({"sqs", "kinesis", "firehose"})
_READING = (
    "get", "list", "describe", "query", "scan", "batchget", "transactget", "head", "select",
    "receive", "search", "check", "lookup",
)  # fmt: skip


def call_kind(service: str, action: str) -> EdgeKind:
    """Return the kind of edge that a call of `action` (`SendMessage`, `putItem`) makes."""
    reading = action.lower().startswith(_READING)
    if service in _STREAMS:
        return EdgeKind.READS if reading else EdgeKind.PUBLISHES
    if reading and service not in {"rds-data", "rdsdata", "apigateway"}:
        return EdgeKind.READS
    return _KINDS.get(service, EdgeKind.WRITES)


__all__ = ["KINDS", "TARGETS", "call_kind"]

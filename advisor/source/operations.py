"""Operations of AWS APIs: their IAM actions, and the parameter that names what they act on.

Actions follow the Service Authorization Reference,
https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

import re

_PREFIXES = {
    "apigatewaymanagementapi": "execute-api",
    "application-autoscaling": "application-autoscaling",
    "bedrock-agent-runtime": "bedrock",
    "bedrock-agent": "bedrock",
    "bedrock-runtime": "bedrock",
    "cloudwatch": "cloudwatch",
    "cognito-idp": "cognito-idp",
    "dynamodbstreams": "dynamodb",
    "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "iot-data": "iot",
    "lex-runtime": "lex",
    "lexv2-runtime": "lex",
    "opensearch": "es",
    "pinpoint": "mobiletargeting",
    "sagemaker-runtime": "sagemaker",
    "sesv2": "ses",
    "stepfunctions": "states",
    "timestream-query": "timestream",
    "timestream-write": "timestream",
}
"""Where the prefix of IAM actions is not the name that boto3 gives the service."""

_ACTIONS = {
    ("apigatewaymanagementapi", "posttoconnection"): "execute-api:ManageConnections",
    ("apigatewaymanagementapi", "getconnection"): "execute-api:ManageConnections",
    ("apigatewaymanagementapi", "deleteconnection"): "execute-api:ManageConnections",
    ("bedrock-runtime", "converse"): "bedrock:InvokeModel",
    ("bedrock-runtime", "conversestream"): "bedrock:InvokeModelWithResponseStream",
    ("dynamodb", "executestatement"): "dynamodb:PartiQLSelect",
    ("lambda", "invoke"): "lambda:InvokeFunction",
    ("lambda", "invokeasync"): "lambda:InvokeFunction",
    ("lambda", "invokewithresponsestream"): "lambda:InvokeFunction",
    ("s3", "headobject"): "s3:GetObject",
    ("s3", "headbucket"): "s3:ListBucket",
    ("s3", "listobjects"): "s3:ListBucket",
    ("s3", "listobjectsv2"): "s3:ListBucket",
    ("s3", "listobjectversions"): "s3:ListBucketVersions",
    ("s3", "listbuckets"): "s3:ListAllMyBuckets",
    ("s3", "copyobject"): "s3:PutObject",
    ("s3", "deleteobjects"): "s3:DeleteObject",
    ("s3", "createmultipartupload"): "s3:PutObject",
    ("s3", "uploadpart"): "s3:PutObject",
    ("s3", "uploadpartcopy"): "s3:PutObject",
    ("s3", "completemultipartupload"): "s3:PutObject",
    ("s3", "selectobjectcontent"): "s3:GetObject",
    ("sns", "publishbatch"): "sns:Publish",
    ("sqs", "sendmessagebatch"): "sqs:SendMessage",
    ("sqs", "deletemessagebatch"): "sqs:DeleteMessage",
    ("sqs", "changemessagevisibilitybatch"): "sqs:ChangeMessageVisibility",
    ("bedrock-agent-runtime", "retrieveandgenerate"): "bedrock:RetrieveAndGenerate",
}
"""Where the action is not the operation's name."""

_TARGETS: dict[str, tuple[str, ...]] = {
    "apigatewaymanagementapi": (),
    "athena": ("WorkGroup",),
    "batch": ("jobQueue",),
    "bedrock-runtime": ("modelId",),
    "bedrock-agent-runtime": ("agentId", "knowledgeBaseId"),
    "codebuild": ("projectName",),
    "codepipeline": ("name", "pipelineName"),
    "cognito-idp": ("UserPoolId",),
    "dynamodb": ("TableName",),
    "ecs": ("taskDefinition",),
    "events": ("EventBusName",),
    "firehose": ("DeliveryStreamName",),
    "glue": ("JobName", "Name"),
    "iot-data": ("topic",),
    "kinesis": ("StreamName", "StreamARN"),
    "kms": ("KeyId",),
    "lambda": ("FunctionName",),
    "logs": ("logGroupName",),
    "pipes": ("Name",),
    "rds-data": ("resourceArn",),
    "redshift-data": ("WorkgroupName", "ClusterIdentifier"),
    "s3": ("Bucket",),
    "sagemaker-runtime": ("EndpointName",),
    "scheduler": ("Name",),
    "secretsmanager": ("SecretId",),
    "sns": ("TopicArn", "TargetArn"),
    "sqs": ("QueueUrl", "QueueName"),
    "ssm": ("Name", "Path", "Names"),
    "stepfunctions": ("stateMachineArn",),
    "sts": ("RoleArn",),
}
"""The parameters that name the resource, the first one present wins."""

_BATCHES = {
    ("dynamodb", "BatchGetItem"): "RequestItems",
    ("dynamodb", "BatchWriteItem"): "RequestItems",
    ("dynamodb", "TransactWriteItems"): "TransactItems",
    ("dynamodb", "TransactGetItems"): "TransactItems",
}

_TRANSFERS = {
    "uploadfile": "PutObject",
    "uploadfileobj": "PutObject",
    "downloadfile": "GetObject",
    "downloadfileobj": "GetObject",
    "copy": "CopyObject",
    "upload": "PutObject",
}
"""Helpers of the SDKs for S3, and the operation that they come down to."""

RESOURCES: dict[tuple[str, str], str] = {
    ("dynamodb", "Table"): "TableName",
    ("sqs", "Queue"): "QueueUrl",
    ("sns", "Topic"): "TopicArn",
    ("s3", "Bucket"): "Bucket",
    ("s3", "Object"): "Bucket",
    ("s3", "ObjectSummary"): "Bucket",
}
"""Resources of boto3 that stand for one AWS resource, and the parameter that names it."""

_RESOURCE_METHODS = {
    ("sqs", "Queue", "sendmessages"): "SendMessageBatch",
    ("sqs", "Queue", "receivemessages"): "ReceiveMessage",
    ("sqs", "Queue", "deletemessages"): "DeleteMessageBatch",
    ("dynamodb", "Table", "batchwriter"): "BatchWriteItem",
    ("s3", "Object", "put"): "PutObject",
    ("s3", "Object", "get"): "GetObject",
    ("s3", "Object", "delete"): "DeleteObject",
    ("s3", "Object", "copyfrom"): "CopyObject",
    ("s3", "Object", "load"): "HeadObject",
    ("s3", "ObjectSummary", "get"): "GetObject",
    ("s3", "ObjectSummary", "delete"): "DeleteObject",
}

_COLLECTIONS = {
    ("s3", "Bucket", "objects"): "ListObjects",
    ("s3", "Bucket", "object_versions"): "ListObjectVersions",
    ("s3", "Bucket", "multipart_uploads"): "ListMultipartUploads",
}

_DOCUMENT_CLIENT = {
    "get": "GetItem",
    "put": "PutItem",
    "update": "UpdateItem",
    "delete": "DeleteItem",
    "query": "Query",
    "scan": "Scan",
    "batchget": "BatchGetItem",
    "batchwrite": "BatchWriteItem",
    "transactget": "TransactGetItems",
    "transactwrite": "TransactWriteItems",
    "executestatement": "ExecuteStatement",
}
"""The document client of the AWS SDK for JavaScript has names of its own."""

_NOT_OPERATIONS = frozenset(
    {
        "canpaginate",
        "close",
        "config",
        "createset",
        "destroy",
        "exceptions",
        "generatepresignedpost",
        "generatepresignedurl",
        "getpaginator",
        "getsignedurl",
        "getsignedurlpromise",
        "getwaiter",
        "makerequest",
        "meta",
        "middlewarestack",
        "on",
        "promise",
        "send",
        "waitfor",
        "createpresignedpost",
        "setupmethods",
    }
)

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def operation_of(name: str, *, document_client: bool = False) -> str:
    """Return the API's operation for a method: `send_message` or `sendMessage` → `SendMessage`.

    Empty where the name is not that of an operation.
    """
    key = name.replace("_", "").lower()
    if key in _NOT_OPERATIONS or not _NAME.fullmatch(name) or name.startswith("_"):
        return ""
    if document_client:
        return _DOCUMENT_CLIENT.get(key, "")
    if key in _TRANSFERS:
        return _TRANSFERS[key]
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def resource_operation(service: str, kind: str, method: str) -> str:
    """Return the operation behind a method of one of boto3's resources; empty for none."""
    key = method.replace("_", "").lower()
    known = _RESOURCE_METHODS.get((service, kind, key))
    if known is not None:
        return known
    if key in {"load", "reload", "waituntilexists", "waituntilnotexists", "all", "filter", "limit"}:
        return ""
    return operation_of(method)


def collection_operation(service: str, kind: str, attribute: str) -> str:
    """Return the operation that a collection such as `bucket.objects` pages through."""
    return _COLLECTIONS.get((service, kind, attribute), "")


def action_of(service: str, operation: str) -> str:
    """Return the IAM action of an operation, given in any spelling: `sqs:SendMessage`."""
    name = "".join(part[:1].upper() + part[1:] for part in operation.split("_"))
    name = _TRANSFERS.get(name.lower(), name) if service == "s3" else name
    known = _ACTIONS.get((service, name.lower()))
    return known or f"{_PREFIXES.get(service, service)}:{name}"


def target_parameters(service: str, operation: str) -> tuple[str, ...]:
    """Return the names of the parameters of which one names the resource."""
    if service == "events" and operation not in {"PutRule", "PutTargets", "PutEvents"}:
        return ("EventBusName", "Name")
    if service == "stepfunctions" and operation.startswith("SendTask"):
        return ()
    if service == "stepfunctions" and operation.endswith("Execution") and operation[0] != "S":
        return ("executionArn",)
    return _TARGETS.get(service, ())


def batch_parameter(service: str, operation: str) -> str:
    """Return the parameter that holds requests to several resources; empty for none."""
    return _BATCHES.get((service, operation), "")

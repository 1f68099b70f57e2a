"""Calls of AWS APIs on objects that cannot be followed, told by their arguments' names.

The SDK for Python takes its parameters in the API's own spelling, which nothing else does:
`anything.send_message(QueueUrl=…)` is a call of SQS whatever keeps the client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.source.program import Language, Member

if TYPE_CHECKING:
    from advisor.source.program import Call, Site

_BY_PARAMETER = {
    "Bucket": (
        "s3",
        (
            *("abort_multipart_upload", "complete_multipart_upload", "copy_object"),
            *("create_multipart_upload", "delete_object", "delete_objects", "get_object"),
            *("head_object", "list_objects", "list_objects_v2", "put_object", "upload_part"),
        ),
    ),
    "DeliveryStreamName": ("firehose", ("put_record", "put_record_batch")),
    "Entries": ("events", ("put_events",)),
    "FunctionName": ("lambda", ("invoke", "invoke_with_response_stream")),
    "QueueUrl": (
        "sqs",
        ("delete_message", "receive_message", "send_message", "send_message_batch"),
    ),
    "RequestItems": ("dynamodb", ("batch_get_item", "batch_write_item")),
    "SecretId": ("secretsmanager", ("get_secret_value",)),
    "StreamName": ("kinesis", ("put_record", "put_records")),
    "TableName": (
        "dynamodb",
        ("delete_item", "get_item", "put_item", "query", "scan", "update_item"),
    ),
    "TopicArn": ("sns", ("publish", "publish_batch")),
    "TransactItems": ("dynamodb", ("transact_get_items", "transact_write_items")),
    "stateMachineArn": ("stepfunctions", ("start_execution", "start_sync_execution")),
    "taskToken": (
        "stepfunctions",
        ("send_task_failure", "send_task_heartbeat", "send_task_success"),
    ),
}
"""For a parameter the service, and those of its methods that take it."""
_METHODS = frozenset(name for _, names in _BY_PARAMETER.values() for name in names)
_CAMEL = frozenset(name.replace("_", "") for name in _METHODS)


def service_by_parameters(site: Site) -> tuple[str, str] | None:
    """Return service and method of a call of the SDK for Python on an unknown object."""
    call = site.call
    if site.scope.module.language is not Language.PYTHON or not isinstance(call.function, Member):
        return None
    method = call.function.name
    for name, _ in call.keywords:
        service, methods = _BY_PARAMETER.get(name, ("", ()))
        if method in methods:
            return service, method
    return None


def may_be_api(call: Call) -> bool:
    """Tell whether a method of an unknown object is called as one of an AWS client may be."""
    name = call.function.name if isinstance(call.function, Member) else ""
    if name == "query" or not name:
        # Databases of all kinds are queried.
        return False
    return name in _METHODS or (not name.islower() and name.lower() in _CAMEL)


__all__ = ["may_be_api", "service_by_parameters"]

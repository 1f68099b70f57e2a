"""What calls give back that are not calls of local functions: clients, tables, variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.source import sdk
from advisor.source.meanings import (
    NOTHING,
    Client,
    Command,
    Data,
    External,
    Factory,
    FromEvent,
    Handle,
    Literal,
    Method,
    Pager,
    Session,
    Variable,
)
from advisor.source.operations import RESOURCES, operation_of
from advisor.source.program import Mapping

if TYPE_CHECKING:
    from advisor.source.evaluate import Evaluator
    from advisor.source.meanings import (
        Context,
        Meaning,
        Operation,
    )
    from advisor.source.program import Call, Expression, Scope

_GETTERS = frozenset(
    {
        "os.getenv",
        "os.environ.get",
        "os.environ.pop",
        "os.environ.setdefault",
        "decouple.config",
        "env-var.get",
    }
)
"""Functions that return the environment variable whose name they are given."""

_SAME = frozenset(
    {
        *("strip", "rstrip", "lstrip", "trim", "toString", "valueOf", "required", "asString"),
        *("removesuffix", "removeprefix", "default", "get_secret_value", "bind", "copy"),
    }
)
"""Methods that leave a name what it is, as far as it identifies a resource."""


def argument(call: Call, position: int, *names: str) -> Expression | None:
    """Return an argument by position, or by one of the names it may be passed under."""
    for name, value in call.keywords:
        if name in names:
            return value
    if 0 <= position < len(call.arguments):
        return call.arguments[position]
    return None


def of_external(
    evaluator: Evaluator, name: str, call: Call, scope: Scope, context: Context | None
) -> list[Meaning]:
    """Return what a function that is not at hand gives back, where that is known."""

    def text(position: int, *names: str) -> str:
        value = argument(call, position, *names)
        found = evaluator.one(value, scope, context) if value is not None else NOTHING
        return found.value if isinstance(found, Literal) and isinstance(found.value, str) else ""

    def handed() -> list[Meaning]:
        value = argument(call, 0)
        return list(evaluator.evaluate(value, scope, context)) if value is not None else [NOTHING]

    if name in sdk.CLIENTS:
        service = text(0, "service_name")
        return [Client(service)] if service else [NOTHING]
    if name in sdk.FACTORIES:
        service = text(0, "service_name")
        return [Factory(service)] if service else [NOTHING]
    if sdk.is_session(name):
        return [Session()]
    if name in _GETTERS:
        variable = text(0, "key")
        has_default = len(call.arguments) > 1 or any(key == "default" for key, _ in call.keywords)
        return [Variable(variable, has_default)] if variable else [NOTHING]
    if name in sdk.TRANSPARENT or sdk.is_capture(name):
        return handed()
    if call.is_new:
        command = sdk.javascript_command(name)
        if command is not None:
            return [
                Command(*command, data) for data in _parameters(evaluator, call, scope, context)
            ]
        client = sdk.javascript_client(name)
        if client is not None:
            return [client]
    wrapped = sdk.document_client(name)
    if wrapped is not None:
        return [wrapped]
    return [NOTHING]


def _parameters(
    evaluator: Evaluator, call: Call, scope: Scope, context: Context | None
) -> list[Data | None]:
    """Return the mappings that a command may be made of; None for what is not known."""
    value = argument(call, 0)
    if value is None:
        return [None]
    found = evaluator.evaluate(value, scope, context)
    return [
        item if isinstance(item, Data) and isinstance(item.expression, Mapping) else None
        for item in found
    ]


def of_operation(
    evaluator: Evaluator, operation: Operation, call: Call, scope: Scope, context: Context | None
) -> list[Meaning]:
    """Return what a method of a session, client or handle gives back, where that matters."""

    def first(*names: str) -> Meaning:
        value = argument(call, 0, *names)
        return evaluator.one(value, scope, context) if value is not None else NOTHING

    receiver, name = operation.receiver, operation.name
    match receiver:
        case Session() if name in {"client", "create_client", "resource"}:
            service = first("service_name")
            if isinstance(service, Literal) and isinstance(service.value, str):
                made = Factory if name == "resource" else Client
                return [made(service.value)]
        case Client() if name in {"get_paginator", "get_waiter"}:
            wanted = first("operation_name", "waiter_name")
            if isinstance(wanted, Literal) and isinstance(wanted.value, str):
                return [
                    Pager(receiver.service, operation_of(wanted.value), waits=name == "get_waiter")
                ]
        case Factory(service="sqs") if name == "get_queue_by_name":
            return [Handle("sqs", "Queue", first("QueueName"))]
        case Factory() if (receiver.service, name) in RESOURCES:
            key = RESOURCES[receiver.service, name]
            return [Handle(receiver.service, name, first(key, "name", "url", "arn", "bucket_name"))]
        case Handle(service="dynamodb", kind="Table") if name == "batch_writer":
            # What it is given it writes in batches, which is a call already.
            return [External("boto3.batch_writer")]
        case Handle(service="s3", kind="Bucket") if name in {"Object", "ObjectSummary"}:
            return [Handle("s3", name, receiver.target)]
    return [NOTHING]


def of_method(
    evaluator: Evaluator, method: Method, call: Call, scope: Scope, context: Context | None
) -> list[Meaning]:
    """Return what a method of a text, a mapping or a part of the event gives back."""
    receiver, name = method.receiver, method.name
    if isinstance(receiver, (Variable, Literal)) and name in _SAME:
        return [receiver]
    if isinstance(receiver, Data) and name in {"slice", "copy", "concat"}:
        return [receiver]
    if isinstance(receiver, Data) and name == "get":
        value = argument(call, 0)
        key = evaluator.one(value, scope, context) if value is not None else NOTHING
        if isinstance(key, Literal) and isinstance(key.value, (str, int)):
            found = evaluator.member(receiver, key.value)
            return [NOTHING if isinstance(item, Method) else item for item in found]
    return [NOTHING]


def of_event(
    evaluator: Evaluator, method: FromEvent, call: Call, scope: Scope, context: Context | None
) -> Meaning:
    """Return the part of the event that a call such as `event.get("Records")` gives."""
    path, _, name = method.path.rpartition(".")
    if not path:
        return NOTHING
    if name == "get":
        value = argument(call, 0)
        key = evaluator.one(value, scope, context) if value is not None else NOTHING
        return FromEvent(f"{path}.{key.value}") if isinstance(key, Literal) else NOTHING
    return FromEvent(path) if name in _SAME or name in {"items", "values"} else NOTHING

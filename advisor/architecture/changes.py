"""From a property as a rule knows it to the place where the template has to say it.

What SAM makes is changed where SAM is told about it: in the function, in the event, under the
name that it has there. Globals are never changed for one resource's sake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.documents.change import Change

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.architecture.nodes.base import Node
    from advisor.documents.document import Data
    from advisor.documents.location import Pointer
    from advisor.templates.resource import Resource

Path = tuple[str | int, ...]

_NO_VALUE: Data = {"Ref": "AWS::NoValue"}
_DEFAULTS = "Globals"
_EVENT = 5
"""Keys of the shortest pointer to an event: Resources, id, Properties, Events, name."""


def _same(*names: str) -> dict[Path, Path]:
    return {(name,): (name,) for name in names}


_FUNCTION: dict[Path, Path] = {
    ("TracingConfig", "Mode"): ("Tracing",),
    ("TracingConfig",): ("Tracing",),
    ("DeadLetterConfig",): ("DeadLetterQueue",),
    **_same(
        "Architectures", "AssumeRolePolicyDocument", "AutoPublishAlias", "CodeSigningConfigArn",
        "Description", "Environment", "EphemeralStorage",
        "FileSystemConfigs", "Handler", "ImageConfig", "KmsKeyArn", "Layers", "LoggingConfig",
        "MemorySize", "RecursiveLoop", "ReservedConcurrentExecutions", "Runtime",
        "RuntimeManagementConfig", "SnapStart", "Timeout", "VpcConfig",
    ),
}  # fmt: skip
_INVOCATION: dict[Path, Path] = {
    (name,): ("EventInvokeConfig", name)
    for name in ("DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts")
}
_MACHINE: dict[Path, Path] = {
    ("LoggingConfiguration",): ("Logging",),
    ("TracingConfiguration",): ("Tracing",),
    **_same("DefinitionSubstitutions", "Definition"),
}
_DECLARED: Mapping[tuple[str, str], Mapping[Path, Path]] = {
    ("AWS::Serverless::Function", "AWS::Lambda::Function"): _FUNCTION,
    ("AWS::Serverless::Function", "AWS::Lambda::EventInvokeConfig"): _INVOCATION,
    ("AWS::Serverless::Function", "AWS::Lambda::Url"): {
        (name,): ("FunctionUrlConfig", name) for name in ("AuthType", "Cors", "InvokeMode")
    },
    ("AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine"): _MACHINE,
    ("AWS::Serverless::Api", "AWS::ApiGateway::Stage"): _same(
        "AccessLogSetting", "CacheClusterEnabled", "CacheClusterSize", "MethodSettings",
        "TracingEnabled", "Variables",
    ),
    ("AWS::Serverless::HttpApi", "AWS::ApiGatewayV2::Stage"): _same(
        "AccessLogSettings", "DefaultRouteSettings", "RouteSettings", "StageVariables"
    ),
    ("AWS::Serverless::SimpleTable", "AWS::DynamoDB::Table"): _same(
        "PointInTimeRecoverySpecification", "SSESpecification"
    ),
}  # fmt: skip
"""What SAM's types call the properties of what they make.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-resources-and-properties.html
"""
_EVENTS: Mapping[str, Mapping[Path, Path]] = {
    "AWS::Lambda::EventSourceMapping": _same(
        "BatchSize", "BisectBatchOnFunctionError", "DestinationConfig", "Enabled",
        "FilterCriteria", "FunctionResponseTypes", "MaximumBatchingWindowInSeconds",
        "MaximumRecordAgeInSeconds", "MaximumRetryAttempts", "MetricsConfig",
        "ParallelizationFactor", "ProvisionedPollerConfig", "ScalingConfig",
        "TumblingWindowInSeconds",
    ),
    "AWS::Events::Rule": {
        **_same("State"),
        ("Targets", 0, "DeadLetterConfig"): ("DeadLetterConfig",),
        ("Targets", 0, "RetryPolicy"): ("RetryPolicy",),
    },
    "AWS::Scheduler::Schedule": {
        **_same("FlexibleTimeWindow", "State"),
        ("Target", "DeadLetterConfig"): ("DeadLetterConfig",),
        ("Target", "RetryPolicy"): ("RetryPolicy",),
    },
    "AWS::SNS::Subscription": _same("FilterPolicy", "FilterPolicyScope", "RedrivePolicy"),
}  # fmt: skip
"""What events call the properties of what SAM makes of them."""


def change(
    node: Node, path: Path, value: Data, *, shared: bool = False, over_call: bool = False
) -> Change | None:
    """Return the change that gives a property a value; None where there is nothing to edit.

    There is nothing to edit where the template has no place for the property, and where its
    value comes from a parameter or another function. `shared` changes what `Globals` say for
    all where the value comes from there; `over_call` writes in the place of a function, such as
    a reference to something else.
    """
    found = _place(node, path, shared=shared)
    if found is None:
        return None
    file, pointer, is_there, rest = found
    data: Data = _raw(node, pointer) if is_there else None
    if is_there and _is_call(data) and data != _NO_VALUE and not over_call:
        return None
    above: Data = _raw(node, pointer) if rest else None
    if rest and (_is_call(above) or not isinstance(above, (dict, list, type(None)))):
        return None  # a function or a text of its own stands where keys would be added
    if pointer[-1:] == ("DeadLetterQueue",) and isinstance(value, dict) and not rest:
        value = {"Type": _kind_of_queue(node, value), **value}
    return Change(file, (*pointer, *rest), value)


def append(node: Node, path: Path, value: Data) -> Change | None:
    """Return the change that adds an item to a list, which may not be there yet.

    None where the list is no plain one: where conditions choose its items, or another function
    makes it.
    """
    items = node.get(*path)
    count = len(items) if isinstance(items, list) else 0
    if items is not None and not isinstance(items, list):
        return None
    found = _place(node, path)
    if found is None:
        return None
    file, pointer, is_there, rest = found
    written = _raw(node, pointer) if is_there else None
    if is_there and (not isinstance(written, list) or len(written) != count):
        return None
    if any(isinstance(key, int) for key in rest):
        return None
    return Change(file, (*pointer, *rest, count), value)


def removal(node: Node, path: Path) -> Change | None:
    """Return the change that removes a property; None where the template does not write it."""
    found = _place(node, path)
    if found is None or not found[2] or found[1][-2:-1] == ("Fn::If",):
        return None
    return Change(found[0], found[1], None, remove=True)


def new_resource(near: Node, logical_id: str, body: Mapping[str, Data]) -> Change | None:
    """Return the change that adds a resource to the template of a node, on its condition.

    None where the node stands in no template, or in a loop, each copy of which would need one of
    its own, and where the logical id is taken.
    """
    if any(str(key).startswith("Fn::ForEach::") for key in near.resource.place):
        return None
    document = near.view.document(near.resource)
    if document is None or not isinstance(document.data, dict):
        return None
    resources = document.data.get("Resources")
    if not isinstance(resources, dict) or logical_id in resources:
        return None
    written = dict(body)
    condition = near.resource.attributes.get("Condition")
    if isinstance(condition, str):  # what serves it is there where it is there
        written = {"Type": written["Type"], "Condition": condition, **written}
    return Change(document.path, ("Resources", logical_id), written)


def _place(
    node: Node, path: Path, *, shared: bool = False
) -> tuple[str, Pointer, bool, Path] | None:
    """Return file, pointer, whether the property stands there, and the keys to be added."""
    document = node.view.document(node.resource)
    resource = node.resource
    if document is None or not path:
        return None
    for end in range(len(path), 0, -1):
        location = node.view.at(resource, *path[:end])
        written = _without_branches(location.pointer)
        if shared and written[:1] == (_DEFAULTS,):
            is_it = written[-1:] == (path[end - 1],) and end == len(path)
        elif location.path != document.path:
            is_it = written[-1:] == (path[end - 1],)
        else:
            own = _own_path(node, path[:end])
            is_it = own is not None and written == (*_base(resource), *own)
        if is_it:
            return location.path, location.pointer, end == len(path), path[end:]
    own = _own_path(node, path)
    if own is None or (resource.is_sam and _adds_to_globals(node, own)):
        return None
    return document.path, (*_base(resource), *own), False, ()


def _base(resource: Resource) -> Pointer:
    return (*resource.place, "Properties") if resource.place else ()


def _without_branches(pointer: Pointer) -> Pointer:
    """Return a pointer without the steps into branches of `Fn::If`."""
    kept: list[str | int] = []
    steps = iter(pointer)
    for step in steps:
        if step == "Fn::If":
            next(steps, None)
        else:
            kept.append(step)
    return tuple(kept)


def _own_path(node: Node, path: Path) -> Path | None:
    """Return the path under the names of the place that declares the resource."""
    resource = node.resource
    if not resource.place:  # the file of a lone state machine is its definition
        return path[1:] if path[0] == "Definition" else None
    if not resource.is_sam:
        return path
    if len(resource.place) >= _EVENT and resource.place[-2] == "Events":
        names = _EVENTS.get(resource.type)
        if resource.origins.get(("EventSourceArn",), ())[-1:] == ("SqsSubscription",):
            return None  # the event of a topic, which knows few settings of a mapping
    else:
        names = _DECLARED.get((_declaring(node), resource.type))
    return None if names is None else _renamed(path, names)


def _declaring(node: Node) -> str:
    """Return the type of the resource as the template writes it."""
    raw = _raw(node, node.resource.place)
    return str(raw.get("Type")) if isinstance(raw, dict) else ""


def _renamed(path: Path, names: Mapping[Path, Path]) -> Path | None:
    for length in range(len(path), 0, -1):
        own = names.get(path[:length])
        if own is not None:
            return (*own, *path[length:])
    return None


def _adds_to_globals(node: Node, own: Path) -> bool:
    """Tell whether Globals hold a list there, to which SAM would add instead of replacing it."""
    section = _declaring(node).removeprefix("AWS::Serverless::")
    data = _raw(node, (_DEFAULTS, section, own[0]))
    for key in own[1:]:
        if isinstance(data, list):
            return True
        data = data.get(str(key)) if isinstance(data, dict) else None
    return isinstance(data, list)


def _raw(node: Node, pointer: Pointer) -> Data:
    document = node.view.document(node.resource)
    data: Data = document.data if document is not None else None
    for key in pointer:
        if isinstance(data, dict) and isinstance(key, str):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int) and 0 <= key < len(data):
            data = data[key]
        else:
            return None
    return data


def _is_call(data: Data) -> bool:
    return (
        isinstance(data, dict)
        and len(data) == 1
        and (next(iter(data)) == "Ref" or next(iter(data)).startswith("Fn::"))
    )


def _kind_of_queue(node: Node, value: Mapping[str, Data]) -> str:
    """Return what SAM wants to be told of a dead-letter target: `SQS` or `SNS`."""
    target = value.get("TargetArn")
    said = next(iter(target.values())) if isinstance(target, dict) and len(target) == 1 else target
    name = str(said[0] if isinstance(said, list) and said else said).partition(".")[0]
    topics = (each for each in node.view.resources() if each.type == "AWS::SNS::Topic")
    is_topic = any(each.logical_id == name for each in topics) or ":sns:" in str(target)
    return "SNS" if is_topic else "SQS"


__all__ = ["append", "change", "new_resource", "removal"]

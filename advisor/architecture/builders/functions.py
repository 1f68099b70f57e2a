"""What belongs to a function: versions, aliases, layers, its URL, log group and destinations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.builders.common import deliver
from advisor.architecture.edges import Edge, EdgeKind, Evidence, Mode
from advisor.architecture.nodes.external import internet
from advisor.architecture.nodes.functions import (
    CustomResource,
    EventInvokeConfig,
    Function,
    FunctionUrl,
    Layer,
    Version,
)
from advisor.architecture.nodes.storage import LogGroup
from advisor.templates.values import Reference, Unknown, join

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.builders.common import Path


def build(architecture: Architecture) -> None:
    """Add the edges between functions and what belongs to them."""
    for version in architecture.all(Version):
        function, _ = architecture.function_of(version.function, version)
        if function is not None:
            architecture.add_edge(
                Edge(function, version, EdgeKind.CONTAINS, Evidence.DECLARED, version)
            )
    for function in architecture.all(Function):
        _layers(architecture, function)
        _log_group(architecture, function)
    for url in architecture.all(FunctionUrl):
        architecture.add_edge(
            Edge(
                internet(architecture, url),
                url,
                EdgeKind.ROUTES,
                Evidence.DECLARED,
                url,
                mode=Mode.SYNCHRONOUS,
                via="HTTPS",
            )
        )
        deliver(
            architecture,
            url,
            url.function,
            declared_by=url,
            via="function URL",
            kind="function",
            mode=Mode.SYNCHRONOUS,
        )
    for config in architecture.all(EventInvokeConfig):
        function, _ = architecture.function_of(config.function, config)
        if function is not None:
            path = ("DestinationConfig", "OnSuccess", "Destination")
            via = "on-success destination"
            deliver(
                architecture, function, config.on_success, declared_by=config, via=via, path=path
            )
    for custom in architecture.all(CustomResource):
        deliver(
            architecture,
            custom,
            custom.service_token,
            declared_by=custom,
            via="custom resource",
            path=("ServiceToken",),
            kind="function",
        )


def _layers(architecture: Architecture, function: Function) -> None:
    layers = function.layers
    for index, value in enumerate([] if isinstance(layers, Unknown) else layers):
        node = architecture.node_of(value, "layer", function)
        if isinstance(node, Layer):
            architecture.add_edge(
                Edge(
                    function,
                    node,
                    EdgeKind.USES,
                    Evidence.DECLARED,
                    function,
                    path=("Layers", index),
                    via="layer",
                )
            )


def _log_group(architecture: Architecture, function: Function) -> None:
    """Connect the group that a function names, or the one of the name that Lambda gives it."""
    value = function.log_group
    path: Path = ("LoggingConfig", "LogGroup")
    node = architecture.node_of(value, "log-group", function)
    if value is None:
        path = ()
        resource = function.resource
        for name in (Reference(resource.owner, resource.logical_id), function.physical_name):
            if node is None and name is not None:
                full = join(["/aws/lambda/", name])
                node = architecture.node_of(full, "log-group", function)
    if isinstance(node, LogGroup):
        architecture.add_edge(
            Edge(function, node, EdgeKind.USES, Evidence.DECLARED, function, path=path, via="logs")
        )

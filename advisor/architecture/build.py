"""From resolved resources to the graph: a node per resource, then the edges, family by family."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from advisor.architecture.architecture import Architecture
from advisor.architecture.builders import (
    apis,
    appsync,
    balancers,
    context,
    databases,
    deadletters,
    edge,
    environment,
    events,
    functions,
    grants,
    mappings,
    messaging,
    network,
    observability,
    permissions,
    services,
    workflows,
)
from advisor.architecture.code import Code
from advisor.architecture.facts import Facts
from advisor.architecture.nodes import events as event_nodes
from advisor.architecture.nodes import functions as function_nodes
from advisor.architecture.nodes import identity, storage
from advisor.architecture.nodes import mappings as mapping_nodes
from advisor.architecture.nodes import messaging as messaging_nodes
from advisor.architecture.nodes.base import Node
from advisor.architecture.nodes.functions import CustomResource
from advisor.architecture.nodes.services import SERVICES
from advisor.templates.resource import Resource
from advisor.templates.view import View

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.source.sources import Sources

Factory = Callable[[Resource, View], Node]

NODES: dict[str, Factory] = {
    **function_nodes.TYPES,
    **mapping_nodes.TYPES,
    **messaging_nodes.TYPES,
    **event_nodes.TYPES,
    **storage.TYPES,
    **identity.TYPES,
    **SERVICES,
}
"""What makes the node of a resource, by CloudFormation type."""

BUILDERS: tuple[Callable[[Architecture], None], ...] = (
    functions.build,
    mappings.build,
    messaging.build,
    events.build,
    services.build,
    apis.build,
    appsync.build,
    balancers.build,
    workflows.build,
    network.build,
    edge.build,
    observability.build,
    deadletters.build,
    grants.build,
    environment.build,
    databases.build,
    context.build,
    # Last: what a permission says of a caller counts only where no integration explains it.
    permissions.build,
)
"""What adds edges, in order; none raises on a property of another type than expected."""


def build(
    view: View,
    *,
    facts: Facts | None = None,
    options: Mapping[str, Mapping[str, object]] | None = None,
    sources: Sources | None = None,
) -> Architecture:
    """Return the architecture of all resources that exist in a view.

    `sources` reads the functions' code once something asks for it.
    """
    architecture = Architecture()
    architecture.facts = facts or Facts()
    architecture.options = options or {}
    for resource in view.resources():
        node = make_node(resource, view)
        architecture.add_node(node)
        for part in node.parts():
            architecture.add_node(part)
    if sources is not None:
        for function in architecture.functions():
            function.code = Code(architecture, function, sources)
    for builder in BUILDERS:
        try:
            builder(architecture)
        except Exception as error:  # noqa: BLE001  # the other edges are drawn and judged
            architecture.failures.append((builder.__module__.rpartition(".")[2], error))
    # They stay where edges lead to them, but nobody is asked to mend them.
    architecture.leave_out(node for node in architecture.nodes() if node.resource.is_cdk_helper)
    return architecture


def make_node(resource: Resource, view: View) -> Node:
    """Return the typed node of a resource; a plain one for a type that has no class."""
    factory = NODES.get(resource.type)
    if factory is not None:
        return factory(resource, view)
    if resource.type.startswith("Custom::"):
        return CustomResource(resource, view)
    return Node(resource, view)


__all__ = ["BUILDERS", "NODES", "build", "make_node"]

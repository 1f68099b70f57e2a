"""What lies outside the templates and is named by them: an imported queue, an ARN, a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.base import Node
from advisor.architecture.resolution import parse_arn, parts_of
from advisor.templates.resource import Resource
from advisor.templates.values import show

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.documents.location import Location
    from advisor.templates.values import Value

INTERNET = "internet client"


class External(Node):
    """An endpoint that no template declares; there is one per distinct value."""

    def __init__(self, value: Value, kind: str, declared_by: Node, *, key: str) -> None:
        resource = Resource(
            owner="", logical_id=show(value)[:200], type="", properties={}, place=()
        )
        super().__init__(resource, declared_by.view)
        self.value = value
        self.kind = kind
        """A word of `resolution.SERVICES`, such as `queue`; empty where the files do not tell."""
        self.declared_by = declared_by
        self._key = key

    @property
    def id(self) -> str:
        """What tells two of them apart, see `external_id`."""
        return self._key

    def get(self, *path: str | int) -> Value:  # noqa: ARG002  # it has no properties to look up
        """Return None: nothing is known of it."""
        return None

    def at(self, *path: str | int, label: str = "") -> Location:  # noqa: ARG002  # as above
        """Return the resource that names it first."""
        return self.declared_by.at(label=label)


def external_id(value: Value, kind: str) -> str:
    """Return the id of the node that stands for a value outside the templates.

    An ARN and a bare name of the same kind are one, so are `table/x` and `table/x/index/*`.
    What is unknown as a whole may be either, and is only equal to itself.
    """
    arn = parse_arn(value)
    if arn is not None and arn.kind and arn.name:
        return f"external#{arn.kind}:{arn.account_id!r}:{arn.name!r}"
    parts = parts_of(value)
    if kind and parts and (len(parts) > 1 or isinstance(parts[0], str)):
        return f"external#{kind}:'':{parts!r}"
    return f"external#{value!r}"


def internet(architecture: Architecture, node: Node) -> External:
    """Return the one client out on the network; `node` is what it calls."""
    return architecture.external(INTERNET, "client", declared_by=node)


__all__ = ["INTERNET", "External", "external_id", "internet"]

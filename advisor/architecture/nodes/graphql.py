"""AppSync: GraphQL APIs, their resolvers and what these ask."""

from __future__ import annotations

from advisor.architecture.nodes.apis import Api
from advisor.architecture.nodes.base import Node
from advisor.templates.values import UNKNOWN, Unknown


class GraphqlApi(Api):
    """An AppSync API."""

    protocol = "GRAPHQL"

    @property
    def is_private(self) -> bool | Unknown:
        """Whether it is reachable only from inside a VPC."""
        value = self.text("Visibility", default="GLOBAL")
        return value if isinstance(value, Unknown) else value == "PRIVATE"


class DataSource(Node):
    """What an AppSync resolver asks."""

    @property
    def kind(self) -> str | Unknown:
        """Such as `AWS_LAMBDA`, `AMAZON_DYNAMODB`, `HTTP`, `NONE`."""
        value = self.text("Type", default="NONE")
        return UNKNOWN if value is None else value


class Resolver(Node):
    """Answers one field of a GraphQL API."""

    @property
    def label(self) -> str:
        """As a reader calls it: `Query.orders`."""
        type_name, field = self.text("TypeName"), self.text("FieldName")
        return ".".join(part if isinstance(part, str) else "?" for part in (type_name, field))


class ResolverFunction(Node):
    """A step of a pipeline resolver."""


__all__ = ["DataSource", "GraphqlApi", "Resolver", "ResolverFunction"]

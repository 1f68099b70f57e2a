"""AppSync: from a GraphQL API over its data sources to what resolvers ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import Edge, EdgeKind, Evidence, Mode
from advisor.architecture.nodes.external import internet
from advisor.architecture.nodes.graphql import DataSource, GraphqlApi, Resolver, ResolverFunction

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node

_TARGETS: dict[str, tuple[str, str]] = {
    "AWS_LAMBDA": ("LambdaConfig", "LambdaFunctionArn"),
    "AMAZON_DYNAMODB": ("DynamoDBConfig", "TableName"),
    "AMAZON_EVENTBRIDGE": ("EventBridgeConfig", "EventBusArn"),
    "AMAZON_OPENSEARCH_SERVICE": ("OpenSearchServiceConfig", "Endpoint"),
    "AMAZON_ELASTICSEARCH": ("ElasticsearchConfig", "Endpoint"),
}
_RDS = ("RelationalDatabaseConfig", "RdsHttpEndpointConfig", "DbClusterIdentifier")
_KINDS = {
    "AMAZON_DYNAMODB": "table",
    "AMAZON_EVENTBRIDGE": "bus",
    "RELATIONAL_DATABASE": "db-cluster",
}
_AUTHORIZER = ("LambdaAuthorizerConfig", "AuthorizerUri")


def build(architecture: Architecture) -> None:
    """Add the edges of all GraphQL APIs."""
    asked = _asked(architecture)
    for api in architecture.all(GraphqlApi):
        if api.is_private is not True:
            architecture.add_edge(
                Edge(
                    internet(architecture, api),
                    api,
                    EdgeKind.ROUTES,
                    Evidence.DECLARED,
                    api,
                    mode=Mode.SYNCHRONOUS,
                    via="GraphQL",
                )
            )
        _authorizers(architecture, api)
    for source in architecture.all(DataSource):
        api_node = architecture.node_of(source.get("ApiId"))
        if isinstance(api_node, GraphqlApi):
            _source(architecture, api_node, source, asked.get(source.id, set()))


def _asked(architecture: Architecture) -> dict[str, set[str]]:
    """Return the types (`Query`, `Mutation`) whose fields each data source answers."""
    types: dict[str, set[str]] = {}
    # A data source is named by its own name, which Ref does not give but its attribute does.
    names: dict[tuple[str, str], Node] = {}
    for source in architecture.all(DataSource):
        name = source.text("Name")
        if isinstance(name, str):
            names[source.resource.owner, name] = source
    for resolver in architecture.all(Resolver):
        field_type = resolver.text("TypeName")
        steps: list[Node] = [resolver]
        functions = resolver.items("PipelineConfig", "Functions")
        for item in functions if isinstance(functions, list) else ():
            step = architecture.node_of(item)
            if isinstance(step, ResolverFunction):
                steps.append(step)
        for step in steps:
            value = step.get("DataSourceName")
            source_node = architecture.node_of(value)
            if source_node is None and isinstance(value, str):
                source_node = names.get((step.resource.owner, value))
            if source_node is not None:
                word = field_type if isinstance(field_type, str) else ""
                types.setdefault(source_node.id, set()).add(word)
        api = architecture.node_of(resolver.get("ApiId"))
        if isinstance(api, GraphqlApi):
            architecture.add_edge(
                Edge(api, resolver, EdgeKind.CONTAINS, Evidence.DECLARED, resolver)
            )
    return types


def _authorizers(architecture: Architecture, api: GraphqlApi) -> None:
    paths: list[tuple[str | int, ...]] = [_AUTHORIZER]
    others = api.items("AdditionalAuthenticationProviders")
    for index, _ in enumerate(others if isinstance(others, list) else ()):
        paths.append(("AdditionalAuthenticationProviders", index, *_AUTHORIZER))
    for path in paths:
        function, qualifier = architecture.target(api.get(*path), "function", declared_by=api)
        if function is not None:
            architecture.add_edge(
                Edge(
                    api,
                    function,
                    EdgeKind.INVOKES,
                    Evidence.DECLARED,
                    api,
                    path=path,
                    mode=Mode.SYNCHRONOUS,
                    via="AppSync authorizer",
                    qualifier=qualifier,
                )
            )


def _source(
    architecture: Architecture, api: GraphqlApi, source: DataSource, asked: set[str]
) -> None:
    """Add the edges from an API to what one data source stands for."""
    kind = source.kind
    if not isinstance(kind, str):
        return
    path: tuple[str, ...] = _RDS if kind == "RELATIONAL_DATABASE" else _TARGETS.get(kind, ())
    if not path:
        return
    value = source.get(*path)
    mode: Mode | None = None
    qualifier = None
    target: Node | None
    if kind == "AWS_LAMBDA":
        target, qualifier = architecture.target(value, "function", declared_by=source)
        mode = Mode.SYNCHRONOUS
        kinds = [EdgeKind.INVOKES]
    else:
        # A name that nothing in the templates has is no node; what is imported is.
        target, _ = architecture.target(value, _KINDS.get(kind, ""), declared_by=source)
        kinds = _kinds(kind, asked)
    if target is None:
        return
    for edge_kind in kinds:
        architecture.add_edge(
            Edge(
                api,
                target,
                edge_kind,
                Evidence.DECLARED,
                source,
                path=path,
                mode=mode,
                via="AppSync data source",
                qualifier=qualifier,
                actions=("rds-data:ExecuteStatement",) if path is _RDS else (),
            )
        )


def _kinds(kind: str, asked: set[str]) -> list[EdgeKind]:
    if kind == "AMAZON_EVENTBRIDGE":
        return [EdgeKind.PUBLISHES]
    if kind != "AMAZON_DYNAMODB":
        return [EdgeKind.CONNECTS]
    # What a resolver does to a table is in its template; mutations write, everything may read.
    kinds = [EdgeKind.READS] if asked != {"Mutation"} else []
    return [*kinds, EdgeKind.WRITES] if "Mutation" in asked else kinds


__all__ = ["build"]

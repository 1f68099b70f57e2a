"""The graph of one architecture in one scenario, and the questions that rules ask of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar, overload

from advisor.architecture import (
    additions,
    dependencies,
    loops,
    paths,
    questions,
    questions_callers,
    questions_code,
    questions_databases,
    questions_policies,
    questions_refused,
    questions_roles,
    questions_runs,
    questions_source,
    questions_unused,
    questions_wide,
    questions_workflows,
)
from advisor.architecture.edges import EdgeKind
from advisor.architecture.facts import Facts, option_of
from advisor.architecture.nodes.base import Node
from advisor.architecture.nodes.external import External, external_id
from advisor.architecture.nodes.functions import Function, Version
from advisor.architecture.nodes.messaging import Queue, Topic
from advisor.architecture.nodes.part import Part
from advisor.architecture.nodes.storage import Bucket, Table
from advisor.architecture.resolution import Index, parse_arn, qualifier_of
from advisor.templates.values import Reference, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import networkx as nx

    from advisor.architecture.edges import Edge
    from advisor.architecture.facts import HasOptions
    from advisor.architecture.loops import Loop
    from advisor.architecture.nodes.functions import Permission
    from advisor.architecture.resolution import Found
    from advisor.templates.values import Value

N = TypeVar("N", bound=Node)
T = TypeVar("T")


class Architecture:
    """Nodes and edges with plain indexes; a `networkx.MultiDiGraph` of them on first use."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._by_class: dict[type[Node], list[Node]] = defaultdict(list)
        self._edges: list[Edge] = []
        self._outgoing: dict[str, list[Edge]] = defaultdict(list)
        self._incoming: dict[str, list[Edge]] = defaultdict(list)
        self._index = Index()
        self._graph: nx.MultiDiGraph[str] | None = None
        self.facts = Facts()
        self.failures: list[tuple[str, Exception]] = []
        """Families of edges that could not be drawn, with what went wrong: faults of this tool."""
        self.left_out: tuple[Node, ...] = ()
        """What `all` does not give: what the CDK adds for its own purposes."""
        self.exported: set[tuple[str, str]] | None = None
        """Resources that stacks export; asked for with `is_exported`."""
        self.permissions_by_function: dict[str, list[tuple[Permission, Value]]] | None = None
        """Statements of functions' own policies; asked for with `permissions`."""
        self.found_loops: list[Loop] | None = None
        """Loops of one function each; asked for with `own_loops`."""
        self.found_waits: list[Edge] | None = None
        """Who waits for whom, until an edge is added; asked for with `waiting_calls`."""
        self.options: Mapping[str, Mapping[str, object]] = {}
        """Configured settings by the name of the rule; read with `option`."""

    # --- building -------------------------------------------------------------------------

    def add_node(self, node: Node) -> None:
        """Add a node; an id that is already there is kept as it is."""
        if node.id in self._nodes:
            return
        self._nodes[node.id] = node
        for kind in type(node).__mro__:
            if issubclass(kind, Node):
                self._by_class[kind].append(node)
        if not isinstance(node, (Part, External)):
            self._index.add(node)

    def add_edge(self, edge: Edge) -> None:
        """Add an edge between two nodes that are in the graph."""
        self._edges.append(edge)
        self._outgoing[edge.source.id].append(edge)
        self._incoming[edge.target.id].append(edge)
        self.found_waits = None
        if edge.kind is EdgeKind.DEAD_LETTERS:
            edge.target.is_dead_letter_sink = True

    def external(self, value: Value, kind: str = "", *, declared_by: Node) -> External:
        """Return the one node that stands for a value outside the templates, made on first use.

        `kind` is a word of `resolution.SERVICES`; what an ARN says of itself goes before it.
        """
        arn = parse_arn(value)
        if arn is not None and arn.kind:
            kind = arn.kind
        key = external_id(value, kind)
        known = self._nodes.get(key)
        if isinstance(known, External):
            known.kind = known.kind or kind
            return known
        node = External(value, kind, declared_by, key=key)
        self.add_node(node)
        return node

    def leave_out(self, nodes: Iterable[Node]) -> None:
        """Keep nodes out of what `all` gives; edges still lead to them."""
        self.left_out = tuple(nodes)
        ids = {node.id for node in self.left_out}
        if ids:
            for kind, known in self._by_class.items():
                self._by_class[kind] = [node for node in known if node.id not in ids]

    # --- neighbours -----------------------------------------------------------------------

    def all(self, kind: type[N]) -> list[N]:
        """Return the nodes of a class and its subclasses, in reading order."""
        return self._by_class.get(kind, [])  # type: ignore[return-value]  # filled by class above

    def node(self, id_: str) -> Node | None:
        """Return the node of an id."""
        return self._nodes.get(id_)

    def nodes(self) -> Iterator[Node]:
        """Yield all nodes in reading order."""
        yield from self._nodes.values()

    def edges(self, *kinds: EdgeKind) -> Iterator[Edge]:
        """Yield the edges of some kinds, or all of them."""
        for edge in self._edges:
            if not kinds or edge.kind in kinds:
                yield edge

    def outgoing(self, node: Node, *kinds: EdgeKind) -> list[Edge]:
        """Return the edges that leave a node."""
        return [edge for edge in self._outgoing.get(node.id, ()) if not kinds or edge.kind in kinds]

    def incoming(self, node: Node, *kinds: EdgeKind) -> list[Edge]:
        """Return the edges that arrive at a node."""
        return [edge for edge in self._incoming.get(node.id, ()) if not kinds or edge.kind in kinds]

    # --- what a value names ---------------------------------------------------------------

    def find(self, value: Value, kind: str = "", near: Node | None = None) -> Found | None:
        """Return the node that a value names, and what stands behind its name.

        `kind` says what a bare name is the name of; of several resources of one name only
        the one in the template of `near` counts.
        """
        return self._index.find(value, kind=kind, near=near.resource.owner if near else "")

    def node_of(self, value: Value, kind: str = "", near: Node | None = None) -> Node | None:
        """Return the node that a value names: a reference, an ARN, a name or a URL; else None."""
        found = self.find(value, kind, near)
        return found.node if found else None

    def function_of(self, value: Value, near: Node | None = None) -> tuple[Function | None, Value]:
        """Return the function that a value names, and the version or alias of it that is meant.

        References to aliases and versions lead on to their function; None where it lies
        outside or where the value names something else.
        """
        found = self.find(value, "function", near)
        if found is None:
            return None, None
        if isinstance(found.node, Version):
            behind = self.find(found.node.function, "function", found.node)
            function = behind.node if behind else None
            return (function if isinstance(function, Function) else None), found.node.qualifier
        if not isinstance(found.node, Function):
            return None, None
        return found.node, qualifier_of(found.rest)

    def target(
        self, value: Value, kind: str = "", *, declared_by: Node
    ) -> tuple[Node | None, Value]:
        """Return what a value names, in the templates or outside, and a function's qualifier.

        None only where the value is absent, empty or no text.
        """
        if not isinstance(value, (str, Reference, Text, Unknown)) or value == "":
            return None, None
        function, qualifier = self.function_of(value, declared_by)
        if function is not None:
            return function, qualifier
        found = self.find(value, kind, declared_by)
        if found is not None and not isinstance(found.node, Version):
            return found.node, None
        return self.external(value, kind, declared_by=declared_by), None

    # --- questions of rules ---------------------------------------------------------------

    def functions(self) -> list[Function]:
        """Return all functions."""
        return self.all(Function)

    def queues(self) -> list[Queue]:
        """Return all queues."""
        return self.all(Queue)

    def topics(self) -> list[Topic]:
        """Return all topics."""
        return self.all(Topic)

    def tables(self) -> list[Table]:
        """Return all tables."""
        return self.all(Table)

    def buckets(self) -> list[Bucket]:
        """Return all buckets."""
        return self.all(Bucket)

    invokers = questions.invokers
    asynchronous_invokers = questions.asynchronous_invokers
    mappings = questions.mappings
    consumers = questions.consumers
    publishers = questions.publishers
    dead_letter_sources = questions.dead_letter_sources
    dead_letter_edges = questions.dead_letter_edges
    failure_destination = questions.failure_destination
    versions = questions.versions
    aliases = questions.aliases
    grants = questions.grants
    environment_references = questions.environment_references
    is_exported = questions.is_exported
    free_name = questions.free_name
    failure_queue = additions.failure_queue
    queue_alarm = additions.queue_alarm
    send_permission = additions.may_send
    has_own_role = additions.has_own_role
    waiting_callers = questions_callers.waiting_callers
    permissions = questions_callers.permissions
    longest_run = questions_runs.longest_run
    calls = questions_code.calls
    add_calls = questions_code.add_calls
    waiting_calls = questions_code.waiting_calls
    waiting_starts = questions_code.waiting_starts
    functions_read = questions_source.functions_read
    events_put = questions_source.events_put
    keys_written = questions_source.keys_written
    refused_calls = questions_refused.refused_calls
    wide_grants = questions_wide.wide_grants
    unused_grants = questions_unused.unused_grants
    connections = questions_databases.connections
    database_users = questions_databases.database_users
    concurrency_bound = questions_databases.concurrency_bound
    deployment_functions = questions_code.deployment_functions
    role_permissions = questions_roles.role_permissions
    definition_faults = questions_workflows.definition_faults
    workflow_tasks = questions_workflows.workflow_tasks
    chains = paths.chains
    cycles = paths.cycles
    own_loops = loops.own_loops
    dependency_circles = dependencies.dependency_circles
    users = dependencies.users
    used_by = dependencies.used_by
    senders = questions_policies.senders
    resource_policies = questions_policies.resource_policies
    may_send = questions_policies.may_send
    may_use_key = questions_policies.may_use_key

    # --- settings and the graph -----------------------------------------------------------

    @overload
    def option(self, rule: HasOptions, name: str) -> int: ...
    @overload
    def option(self, rule: HasOptions, name: str, kind: type[T]) -> T: ...
    def option(self, rule: HasOptions, name: str, kind: type[object] = int) -> object:
        """Return a setting of a rule: what is configured, else the default that it declares.

        Raises KeyError for a name that the rule does not declare, TypeError for another kind.
        """
        return option_of(self.options, rule, name, kind)

    @property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The same nodes and edges as a networkx graph: ids, with `node` and `edge` attributes."""
        if self._graph is None:
            import networkx as nx

            graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
            for id_, node in self._nodes.items():
                graph.add_node(id_, node=node)
            for edge in self._edges:
                graph.add_edge(edge.source.id, edge.target.id, edge=edge, kind=edge.kind.value)
            self._graph = graph
        return self._graph

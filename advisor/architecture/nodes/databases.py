"""Databases, caches, their proxies, and what stands around them."""

from __future__ import annotations

from advisor.architecture.nodes.base import Node
from advisor.templates.values import UNKNOWN, Unknown

PROXIED = ("mysql", "mariadb", "postgres", "sqlserver", "aurora")
"""Beginnings of the names of engines that RDS Proxy speaks.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html
"""


class Database(Node):
    """Something that functions hold connections to."""

    proxies: tuple[DbProxy, ...] = ()
    """The proxies of the architecture that lead to it; set when the graph is built."""
    secrets: tuple[Node, ...] = ()
    """The secrets that hold its credentials; set when the graph is built."""

    @property
    def engine(self) -> str | Unknown | None:
        """The engine in lower case; None where the type of resource says it all."""
        value = self.text("Engine")
        return value.lower() if isinstance(value, str) else value

    @property
    def is_relational(self) -> bool | Unknown:
        """Whether every connection costs the server a process or a thread of its own."""
        return False

    @property
    def can_have_proxy(self) -> bool | Unknown:
        """Whether RDS Proxy speaks its engine."""
        engine = self.engine
        if isinstance(engine, Unknown):
            return engine
        return engine is not None and engine.startswith(PROXIED)

    @property
    def spans_zones(self) -> bool | Unknown:
        """Whether it survives the loss of one availability zone, as far as is declared here."""
        return UNKNOWN

    @property
    def port(self) -> int | Unknown | None:
        """The port as written, else the engine's; None where neither is known."""
        written = self.number("Port")
        if written is not None:
            return written
        engine = self.engine
        if not isinstance(engine, str):
            return engine
        return next((port for word, port in _PORTS.items() if word in engine), None)


_PORTS = {
    "postgres": 5432,
    "mysql": 3306,
    "mariadb": 3306,
    "aurora": 3306,
    "sqlserver": 1433,
    "oracle": 1521,
    "redis": 6379,
    "valkey": 6379,
    "memcached": 11211,
    "docdb": 27017,
    "neptune": 8182,
}


class DatabaseInstance(Database):
    """An RDS instance, alone or part of a cluster."""

    cluster: DatabaseCluster | None = None
    """Set when the graph is built."""

    @property
    def is_relational(self) -> bool | Unknown:
        """Whether connections are costly: all engines of RDS but Neptune and DocumentDB."""
        engine = self.engine
        if isinstance(engine, Unknown):
            return engine
        return engine is None or not engine.startswith(("docdb", "neptune"))

    @property
    def instance_class(self) -> str | Unknown | None:
        """Such as `db.t3.micro`."""
        return self.text("DBInstanceClass")

    @property
    def spans_zones(self) -> bool | Unknown:
        """Whether it has a standby in another zone."""
        if self.get("DBClusterIdentifier") is not None:
            return UNKNOWN
        return self.flag("MultiAZ")

    @property
    def is_public(self) -> bool | Unknown:
        """Whether its address is public; what the default is depends on its subnets."""
        if self.get("PubliclyAccessible") is None:
            return UNKNOWN
        return self.flag("PubliclyAccessible")


class DatabaseCluster(Database):
    """An Aurora cluster, or an RDS cluster of several instances."""

    instances: tuple[DatabaseInstance, ...] = ()
    """Set when the graph is built."""

    @property
    def is_relational(self) -> bool | Unknown:
        """Whether connections are costly: all engines but Neptune and DocumentDB."""
        engine = self.engine
        if isinstance(engine, Unknown):
            return engine
        return engine is None or not engine.startswith(("docdb", "neptune"))

    @property
    def has_data_api(self) -> bool | Unknown:
        """Whether statements can be sent over HTTPS, without a connection."""
        return self.flag("EnableHttpEndpoint")

    @property
    def is_serverless(self) -> bool | Unknown:
        """Whether it scales by itself: Aurora Serverless, either version."""
        if self.get("ServerlessV2ScalingConfiguration") is not None:
            return True
        value = self.text("EngineMode", default="provisioned")
        return value if isinstance(value, Unknown) else value == "serverless"

    @property
    def capacity(self) -> tuple[float, float] | None:
        """The smallest and largest capacity units of Aurora Serverless v2; None if not known."""
        scaling = "ServerlessV2ScalingConfiguration"
        found = [self.get(scaling, key) for key in ("MinCapacity", "MaxCapacity")]
        try:
            least, most = (float(value) for value in found if isinstance(value, (int, float, str)))
        except ValueError:
            return None
        return least, most

    @property
    def spans_zones(self) -> bool | Unknown:
        """Whether it has instances to fail over to (storage spans zones in any case)."""
        if self.get("DBClusterInstanceClass") is not None:
            return True
        mode = self.text("EngineMode", default="provisioned")
        if mode == "serverless":
            return True
        return len(self.instances) > 1 if self.instances else UNKNOWN


class DbProxy(Node):
    """An RDS proxy: a pool of connections that functions share."""

    targets: tuple[Database, ...] = ()
    """The databases that it leads to; set when the graph is built."""

    @property
    def engine_family(self) -> str | Unknown | None:
        """`MYSQL`, `POSTGRESQL` or `SQLSERVER`."""
        return self.text("EngineFamily")


class ProxyTargetGroup(Node):
    """Ties a proxy to the databases behind it."""


class ProxyEndpoint(Node):
    """A further endpoint of a proxy."""


class SubnetGroup(Node):
    """The subnets in which a database or cache may be placed."""


class SecretAttachment(Node):
    """Writes a database's address into a secret."""


class Cache(Database):
    """An ElastiCache or MemoryDB cluster."""

    @property
    def spans_zones(self) -> bool | Unknown:
        """Whether it has a replica to fail over to."""
        if self.type == "AWS::ElastiCache::ServerlessCache":
            return True
        if self.type == "AWS::ElastiCache::ReplicationGroup":
            if self.get("MultiAZEnabled") is not None:
                return self.flag("MultiAZEnabled")
            return self.flag("AutomaticFailoverEnabled")
        if self.type == "AWS::ElastiCache::CacheCluster":
            nodes = self.number("NumCacheNodes", default=1)
            if isinstance(nodes, Unknown):
                return nodes
            return nodes is not None and nodes > 1
        return UNKNOWN


class SearchDomain(Database):
    """An OpenSearch or Elasticsearch domain; spoken to over HTTPS."""

    @property
    def spans_zones(self) -> bool | Unknown:
        """Whether its nodes are spread over zones."""
        for key in ("ClusterConfig", "ElasticsearchClusterConfig"):
            if self.get(key) is not None:
                return self.flag(key, "ZoneAwarenessEnabled")
        return False


class Warehouse(Database):
    """A Redshift cluster or workgroup."""


class FileSystem(Node):
    """An EFS file system."""


class AccessPoint(Node):
    """An entry to an EFS file system."""


class MountTarget(Node):
    """A file system's address in one subnet."""


def is_address(attribute: str) -> bool:
    """Tell whether an attribute (`Endpoint.Address`) is where a client connects to."""
    first, _, rest = attribute.partition(".")
    if first in {"Arn", "MasterUserSecret"} or "Arn" in first:
        return False
    return "endpoint" in first.lower() or "endpoint" in rest.lower()


__all__ = [
    "AccessPoint",
    "Cache",
    "Database",
    "DatabaseCluster",
    "DatabaseInstance",
    "DbProxy",
    "FileSystem",
    "MountTarget",
    "ProxyEndpoint",
    "ProxyTargetGroup",
    "SearchDomain",
    "SecretAttachment",
    "SubnetGroup",
    "Warehouse",
    "is_address",
]

"""What code does besides calling AWS: it connects to databases, sleeps, writes files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.source.meanings import NOTHING, Data, External, FromEvent, Literal, Prefix
from advisor.source.program import Constant, Language, Mapping
from advisor.source.results import argument

if TYPE_CHECKING:
    from advisor.source.evaluate import Evaluator
    from advisor.source.meanings import Meaning
    from advisor.source.program import Call, Expression, Site

_DRIVERS = {
    "psycopg2.connect": "psycopg2",
    "psycopg2.pool.SimpleConnectionPool": "psycopg2",
    "psycopg2.pool.ThreadedConnectionPool": "psycopg2",
    "psycopg.connect": "psycopg",
    "psycopg.Connection.connect": "psycopg",
    "psycopg.AsyncConnection.connect": "psycopg",
    "psycopg_pool.ConnectionPool": "psycopg",
    "pymysql.connect": "pymysql",
    "pymysql.connections.Connection": "pymysql",
    "MySQLdb.connect": "mysqlclient",
    "mysql.connector.connect": "mysql-connector",
    "aiomysql.connect": "aiomysql",
    "aiomysql.create_pool": "aiomysql",
    "asyncpg.connect": "asyncpg",
    "asyncpg.create_pool": "asyncpg",
    "aiopg.connect": "aiopg",
    "aiopg.create_pool": "aiopg",
    "pg8000.connect": "pg8000",
    "pg8000.native.Connection": "pg8000",
    "pg8000.dbapi.connect": "pg8000",
    "pyodbc.connect": "pyodbc",
    "pymssql.connect": "pymssql",
    "oracledb.connect": "oracledb",
    "cx_Oracle.connect": "cx_Oracle",
    "redshift_connector.connect": "redshift_connector",
    "sqlalchemy.create_engine": "sqlalchemy",
    "sqlalchemy.ext.asyncio.create_async_engine": "sqlalchemy",
    "sqlmodel.create_engine": "sqlalchemy",
    "pymongo.MongoClient": "pymongo",
    "motor.motor_asyncio.AsyncIOMotorClient": "motor",
    "redis.Redis": "redis",
    "redis.StrictRedis": "redis",
    "redis.from_url": "redis",
    "redis.cluster.RedisCluster": "redis",
    "pymemcache.client.base.Client": "pymemcache",
    "pg.Client": "pg",
    "pg.Pool": "pg",
    "postgres": "postgres",
    "mysql.createConnection": "mysql",
    "mysql.createPool": "mysql",
    "mysql2.createConnection": "mysql2",
    "mysql2.createPool": "mysql2",
    "mysql2/promise.createConnection": "mysql2",
    "mysql2/promise.createPool": "mysql2",
    "mariadb.createConnection": "mariadb",
    "mariadb.createPool": "mariadb",
    "serverless-mysql": "serverless-mysql",
    "mssql.connect": "mssql",
    "tedious.Connection": "tedious",
    "oracledb.getConnection": "oracledb",
    "knex": "knex",
    "knex.knex": "knex",
    "sequelize": "sequelize",
    "sequelize.Sequelize": "sequelize",
    "typeorm.DataSource": "typeorm",
    "typeorm.createConnection": "typeorm",
    "@prisma/client.PrismaClient": "prisma",
    "mongodb.MongoClient": "mongodb",
    "mongodb.MongoClient.connect": "mongodb",
    "mongoose.connect": "mongoose",
    "mongoose.createConnection": "mongoose",
    "redis.createClient": "redis",
    "ioredis": "ioredis",
    "ioredis.Redis": "ioredis",
    "ioredis.Cluster": "ioredis",
}
"""What makes a connection or a pool of them, by the dotted names that code calls."""

_HOSTS = ("host", "hostname", "endpoint", "server", "dsn", "connectionString", "url", "uri", "Host")

_WRITERS = {
    "builtins.open": 0,
    "io.open": 0,
    "fs.writeFileSync": 0,
    "fs.writeFile": 0,
    "fs.appendFileSync": 0,
    "fs.appendFile": 0,
    "fs.createWriteStream": 0,
    "fs.mkdirSync": 0,
    "fs.promises.writeFile": 0,
    "fs/promises.writeFile": 0,
    "os.makedirs": 0,
    "os.mkdir": 0,
}

_LOCAL = re.compile(r"[./A-Za-z0-9_~]")


def _externals(evaluator: Evaluator, site: Site) -> list[str]:
    found = evaluator.evaluate(site.call.function, site.scope, None)
    return [item.name for item in found if isinstance(item, External)]


def connection_of(evaluator: Evaluator, site: Site) -> tuple[str, Meaning | None]:
    """Return driver and host of a database connection; an empty driver where it is none."""
    for name in _externals(evaluator, site):
        driver = _DRIVERS.get(name.removeprefix("node:"))
        if driver is None:
            continue
        return driver, _host(evaluator, site)
    return "", None


def _host(evaluator: Evaluator, site: Site) -> Meaning | None:
    call = site.call
    for name, value in call.keywords:
        if name in _HOSTS:
            return evaluator.one(value, site.scope, None)
    if not call.arguments:
        return None
    first = evaluator.one(call.arguments[0], site.scope, None)
    if isinstance(first, Data) and isinstance(first.expression, Mapping):
        for name in (*_HOSTS, "connection"):
            found = evaluator.entry(first, name)
            if found is None:
                continue
            inner = found[0]
            if name == "connection" and isinstance(inner, Data):
                further = evaluator.entry(inner, "host")
                return further[0] if further and len(further) == 1 else NOTHING
            return inner if len(found) == 1 else NOTHING
        return None
    return first


def sleep_of(evaluator: Evaluator, site: Site) -> tuple[float | None] | None:
    """Return how many seconds a call waits, None for a time unknown; None where it does not."""
    call = site.call
    for name in _externals(evaluator, site):
        if name in {"time.sleep", "asyncio.sleep", "trio.sleep", "anyio.sleep"}:
            return (_seconds(evaluator, argument(call, 0, "secs", "delay"), site, 1.0),)
        if name in {"timers/promises.setTimeout", "node:timers/promises.setTimeout"}:
            return (_seconds(evaluator, argument(call, 0), site, 1000.0),)
        if name == "global.setTimeout" and _resolves_promise(site):
            return (_seconds(evaluator, argument(call, 1), site, 1000.0),)
    return None


def _resolves_promise(site: Site) -> bool:
    """Tell whether `setTimeout` does nothing but settle the promise that it stands in."""
    first = site.call.arguments[0] if site.call.arguments else None
    scope = site.scope
    names = {parameter.name for parameter in scope.parameters[:1]}
    if first is None or not names:
        return False
    if getattr(first, "name", None) in names:
        return True
    inner = getattr(first, "scope", None)
    return inner is not None and any(
        getattr(item.call.function, "name", None) in names for item in inner.sites[:3]
    )


def _seconds(
    evaluator: Evaluator, value: Expression | None, site: Site, divisor: float
) -> float | None:
    if value is None:
        return None
    found = evaluator.one(value, site.scope, None)
    if isinstance(found, Literal) and isinstance(found.value, (int, float)):
        # A number too large for a float is no time that anyone waits.
        return float(found.value) / divisor if abs(found.value) < 1e12 else None
    return None


def path_written(evaluator: Evaluator, site: Site) -> str:
    """Return the literal path outside `/tmp` that a call writes to; empty where it does not."""
    call = site.call
    for name in _externals(evaluator, site):
        position = _WRITERS.get(name.removeprefix("node:"))
        if position is None:
            continue
        if name.endswith(".open") and not _writes(call):
            continue
        value = argument(call, position, "file", "path", "name")
        found = evaluator.one(value, site.scope, None) if value is not None else NOTHING
        text = ""
        if isinstance(found, Literal) and isinstance(found.value, str):
            text = found.value
        elif isinstance(found, Prefix) and found.text.startswith("/"):
            text = found.text
        if text and _LOCAL.match(text) and not text.startswith(("/tmp", "/dev/")):  # noqa: S108 - Lambda's own
            return text
    return ""


def _writes(call: Call) -> bool:
    mode = argument(call, 1, "mode")
    return isinstance(mode, Constant) and isinstance(mode.value, str) and mode.value[:1] in "wax"


__all__ = ["FromEvent", "Language", "connection_of", "path_written", "sleep_of"]

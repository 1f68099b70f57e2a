"""How many connections a database takes by default."""

from __future__ import annotations

import pytest

from advisor.data.database_classes import default_connections, memory_of, serverless_connections


@pytest.mark.parametrize(
    ("name", "memory"),
    [
        ("db.t3.micro", 1),
        ("db.t4g.medium", 4),
        ("db.m5.large", 8),
        ("db.r6g.2xlarge", 64),
        ("db.r5.24xlarge", 768),
        ("db.x2g.large", None),
        ("db.serverless", None),
        ("t3.micro", None),
        ("db.t3.9999999999xlarge", None),
    ],
)
def test_memory_follows_from_family_and_size(name: str, memory: float | None) -> None:
    assert memory_of(name) == memory


def test_connections_follow_from_memory_and_engine() -> None:
    assert default_connections("postgres", "db.t3.micro") == 112
    assert default_connections("mysql", "db.t3.micro") == 85
    assert default_connections("postgres", "db.r5.24xlarge") == 5000
    assert default_connections("mariadb", "db.t3.micro") == 42
    assert default_connections("oracle-ee", "db.t3.medium") == 435
    assert default_connections("sqlserver-ex", "db.t3.medium") is None


@pytest.mark.parametrize(
    ("name", "connections"),
    [
        ("db.t3.small", 45),
        ("db.t4g.medium", 90),
        ("db.t3.large", 135),
        ("db.r6g.large", 1000),
        ("db.r5.12xlarge", 6000),
        ("db.r5.16xlarge", 6000),
        ("db.r6i.32xlarge", 7000),
        ("db.r8g.48xlarge", 8000),
        ("db.t3.micro", None),
    ],
)
def test_aurora_mysql_has_a_table_of_its_own(name: str, connections: int | None) -> None:
    assert default_connections("aurora-mysql", name) == connections


def test_serverless_connections_follow_from_the_largest_capacity() -> None:
    assert serverless_connections("aurora-mysql", 0.5, 1) == 90
    assert serverless_connections("aurora-postgresql", 0.5, 1) == 189
    assert serverless_connections("aurora-postgresql", 1, 16) == 3360
    assert serverless_connections("aurora-postgresql", 0, 16) == 2000
    # Between two documented rows the larger one holds.
    assert serverless_connections("aurora-mysql", 2, 6) == 1000
    assert serverless_connections("aurora-mysql", 2, 512) is None
    assert serverless_connections("mysql", 0.5, 1) is None

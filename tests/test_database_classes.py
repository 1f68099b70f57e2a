"""How many connections a database takes by default."""

from __future__ import annotations

import pytest

from advisor.data.database_classes import default_connections, memory_of


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
    assert default_connections("aurora-mysql", "db.t3.medium") is None
    assert default_connections("oracle-ee", "db.t3.medium") is None

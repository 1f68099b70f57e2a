"""The lifecycle of runtimes: a table that holds together, and what each day makes of it."""

from __future__ import annotations

from datetime import date

from advisor.data.runtimes import runtime_lifecycle, runtimes


def test_a_runtime_is_blocked_for_updates_after_it_is_blocked_for_creation() -> None:
    for row in runtimes().values():
        assert row.block_create <= row.block_update, row.runtime
        assert row.source.startswith("https://docs.aws.amazon.com/")
        assert row.checked >= date(2026, 11, 21)


def test_a_successor_is_a_runtime_of_the_table_that_lives_longer() -> None:
    for row in runtimes().values():
        if row.successor:
            later = runtimes()[row.successor]
            assert later.deprecated >= row.deprecated, row.runtime
            assert not later.successor


def test_what_is_not_in_the_table_has_no_dates() -> None:
    assert runtime_lifecycle("python9.9") is None
    known = runtime_lifecycle("python3.9")
    assert known is not None
    assert known.deprecated == date(2025, 12, 15)

"""What `advisor` hands out: every name that a rule may import, and nothing before it is asked."""

from __future__ import annotations

import subprocess
import sys

import pytest

import advisor
from advisor.architecture import nodes


@pytest.mark.parametrize("name", dir(advisor))
def test_every_public_name_can_be_imported(name: str) -> None:
    assert getattr(advisor, name) is not None


def test_every_class_of_node_is_handed_out() -> None:
    assert set(nodes.__all__) <= set(dir(advisor))
    assert advisor.Node is nodes.Node


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    for name in ("Nothing", "_private", "json"):
        with pytest.raises(AttributeError, match=name):
            getattr(advisor, name)


def test_a_star_import_brings_the_names_of_a_rule() -> None:
    names: dict[str, object] = {}
    exec("from advisor import *", names)  # noqa: S102  # the statement is under test
    assert {"Rule", "Finding", "Queue", "UNKNOWN", "Unknown", "Evidence"} <= set(names)


def test_importing_the_package_imports_nothing_else_of_it() -> None:
    script = "import advisor, sys; print([m for m in sys.modules if m.startswith('advisor.')])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"

"""What is good in one template of a project excuses no other, and hides nothing in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from advisor.rules.registry import load
from advisor.rules.testing import problems
from tests.beside import beside

if TYPE_CHECKING:
    from advisor.rules.testing import Case

EDGE_CASES = Path(__file__).parent.parent / "fixtures" / "edge_cases"
REGISTRY = load()
NOT_APART = frozenset({
    "machine-without-failure-path",  # a rule listens to all machines of an account
    "no-alarms",  # asks whether anything in the project has one
    "missing-handler",  # its words name the folder
    "dead-letter-queue-without-alarm",  # two queues of one explicit name: whose alarm is it?
    "publisher-without-permission",  # a policy of an imported queue may be that of any
})  # fmt: skip
"""Rules of which one template may say something of another."""
CASES = [
    case
    for rule in REGISTRY.rules
    if rule.name not in NOT_APART
    for case in beside(rule, EDGE_CASES)
]


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_an_example_says_the_same_beside_good_ones(case: Case) -> None:
    assert not problems(case, REGISTRY)


def test_every_rule_but_few_is_judged_beside_good_examples() -> None:
    assert len({case.rule.name for case in CASES}) > len(REGISTRY.rules) - len(NOT_APART) - 5

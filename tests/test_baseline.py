"""Baselines: what was known is taken off, whatever happens to the lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import ConfigError
from advisor.rules import baseline as baselines
from tests.rules import TWO_QUEUES, Blanks, flags, judge

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def test_a_baseline_takes_off_what_was_known(tmp_path: Path) -> None:
    known = baselines.of_findings(judge(tmp_path, TWO_QUEUES, flags()).findings)
    file = tmp_path / ".advise-baseline.json"
    file.write_text(known.to_text())
    again = baselines.read(file)
    assert again == known
    worse = TWO_QUEUES.replace("50", "3")
    outcome = judge(tmp_path, worse, flags(), baseline=again)
    assert [f.location.resource for f in outcome.findings] == ["Bills"]
    assert [f.location.resource for f in outcome.baselined] == ["Orders"]
    assert again.gone(outcome.baselined) == baselines.Baseline()
    assert again.gone([]) == again


def test_a_baseline_of_an_aggregated_finding_knows_each_member(tmp_path: Path) -> None:
    many = flags(Blanks(aggregate="{count} queues: {names}"), below=100)
    known = baselines.of_findings(judge(tmp_path, TWO_QUEUES, many).findings)
    assert {entry["resource"] for entry in known.entries.values()} == {"Orders", "Bills"}
    more = TWO_QUEUES + "  New: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 1}}\n"
    (finding,) = judge(tmp_path, more, many, baseline=known).findings
    assert finding.resources == ("New",)


@given(order=st.permutations(range(4)))
def test_the_order_of_resources_changes_no_fingerprint(
    tmp_path_factory: pytest.TempPathFactory, order: list[int]
) -> None:
    def text(numbers: Iterable[int]) -> str:
        queues = (
            f"  Q{n}: {{Type: AWS::SQS::Queue, Properties: {{DelaySeconds: {n}}}}}\n"
            for n in numbers
        )
        return "Resources:\n" + "".join(queues)

    folder = tmp_path_factory.mktemp("order")
    usual = {f.fingerprint for f in judge(folder, text(range(4)), flags()).findings}
    assert {f.fingerprint for f in judge(folder, text(order), flags()).findings} == usual
    assert len(usual) == 4


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2, "findings": []}', "{" * 9999])
def test_what_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "b.json"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"b\.json"):
        baselines.read(file)

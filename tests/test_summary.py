"""The summary by pillar: every rule that applies is counted once, and the level is earned."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

from advisor.advice.summary import Level, summarised
from advisor.analysis import analyze
from advisor.config import Config
from advisor.reporters.json import report_data
from tests.commands import ran
from tests.reports import ORDERS, ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.report import Report

QUEUE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties: {{VisibilityTimeout: {visibility}}}{comment}
  Ship:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Timeout: 60
      InlineCode: "def handler(event, context): return 1"
      Events:
        Work: {{Type: SQS, Properties: {{Queue: !GetAtt Orders.Arn}}}}
"""


def report_of(folder: Path, visibility: int, comment: str = "") -> Report:
    (folder / "advise.toml").write_text("")
    file = folder / "template.yaml"
    file.write_text(QUEUE.format(visibility=visibility, comment=comment))
    return analyze([file], Config())


def test_every_rule_that_applies_is_counted_once() -> None:
    report = analyze([ORDERS / "template.yaml"], Config())
    summary = summarised(report)
    ids = [
        id_
        for pillar in summary.pillars
        for group in (pillar.met, pillar.not_met, pillar.accepted, pillar.not_judged)
        for id_ in group
    ]
    assert len(ids) == len(set(ids)) == summary.rules
    applying = {rule.id for rule, statistics in report.judged if statistics.applies}
    assert applying <= set(ids)
    assert {finding.rule.id for finding in report.findings} <= set(ids)


def test_an_error_keeps_from_every_level(tmp_path: Path) -> None:
    summary = summarised(report_of(tmp_path, 30))
    assert (summary.level, summary.next) == (Level.NONE, Level.BASIC)
    assert summary.needs == ("QUE010",)


def test_without_it_the_next_level_names_what_it_needs(tmp_path: Path) -> None:
    summary = summarised(report_of(tmp_path, 360))
    assert (summary.level, summary.next) == (Level.BASIC, Level.SOUND)
    assert "QUE001" in summary.needs
    (reliability,) = [each for each in summary.pillars if each.pillar.value == "reliability"]
    assert "QUE010" in reliability.met
    assert "QUE001" in reliability.not_met


def test_what_is_suppressed_is_accepted_and_not_met(tmp_path: Path) -> None:
    comment = "  # advise: ignore[QUE010] a reason"
    summary = summarised(report_of(tmp_path, 30, comment))
    (reliability,) = [each for each in summary.pillars if each.pillar.value == "reliability"]
    assert "QUE010" in reliability.accepted
    assert "QUE010" not in reliability.met
    assert summary.level is Level.BASIC


def test_a_rule_is_not_judged_where_the_files_do_not_tell(tmp_path: Path) -> None:
    (tmp_path / "advise.toml").write_text("")
    file = tmp_path / "template.yaml"
    text = QUEUE.format(visibility="!Ref Seconds", comment="")
    file.write_text(f"Parameters: {{Seconds: {{Type: Number}}}}{text}")
    summary = summarised(analyze([file], Config()))
    (reliability,) = [each for each in summary.pillars if each.pillar.value == "reliability"]
    assert "QUE010" in reliability.not_judged
    assert any("QUE010" in reason.rules for reason in summary.reasons)
    assert all(reason.count >= len(reason.rules) for reason in summary.reasons)


def test_nothing_to_judge_reaches_the_last_level(tmp_path: Path) -> None:
    (tmp_path / "advise.toml").write_text("")
    file = tmp_path / "template.yaml"
    file.write_text("Resources:\n  Anything: {Type: AWS::Nothing::Known}\n")
    summary = summarised(analyze([file], Config()))
    assert (summary.level, summary.next, summary.needs) == (Level.REFINED, None, ())


def test_json_holds_it_as_its_schema_says() -> None:
    report = analyze([ORDERS / "template.yaml"], Config())
    data = json.loads(json.dumps(report_data(report)))
    schema = json.loads((ROOT / "advisor" / "data" / "report.schema.json").read_text())
    jsonschema.validate(data, schema)
    for pillar in data["summary"]["pillars"]:
        groups = ("met", "not_met", "accepted", "not_judged")
        assert pillar["apply"] == sum(len(pillar[group]) for group in groups)
    assert data["summary"]["level"]["needs"] == ["QUE010"]


@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_command_writes_it_instead_of_the_findings(
    capsys: pytest.CaptureFixture[str], *, ascii_only: bool
) -> None:
    more = ["--ascii"] if ascii_only else []
    code, out, _ = ran(capsys, "--summary", *more, str(ORDERS / "template.yaml"))
    assert code == 1
    assert "reliability" in out
    assert "level reached: none (errors are open); basic needs QUE010" in out
    assert "error[QUE010]" not in out
    assert out.isascii() is ascii_only


def test_no_level_is_claimed_where_nothing_was_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = ran(capsys, "--summary", str(tmp_path))
    assert code == 0
    assert out == "nothing was judged: there is no template and no state machine\n"

"""What has changed since a git revision: rules that fare better or worse, findings new and gone."""

from __future__ import annotations

import json
from html import unescape
from typing import TYPE_CHECKING

import jsonschema
import pytest

from advisor.advice.difference import RuleChange, difference
from advisor.analysis import analyze
from advisor.config import Config
from tests.commands import ran
from tests.reports import ROOT
from tests.test_known import committed

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties: {{VisibilityTimeout: {visibility}{redrive}}}
  {dead}
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
REDRIVE = ", RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}"
DEAD = "Dead: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: 1209600}}"
GOOD = TEMPLATE.format(visibility=360, redrive=REDRIVE, dead=DEAD)
TOO_SHORT = TEMPLATE.format(visibility=30, redrive=REDRIVE, dead=DEAD)
WITHOUT_SINK = TEMPLATE.format(visibility=360, redrive="", dead="")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "advise.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def changes(here: Path, before: str, now: str) -> tuple[set[RuleChange], set[RuleChange]]:
    committed(here, {"template.yaml": before})
    (here / "template.yaml").write_text(now)
    found = difference(analyze([here / "template.yaml"], Config(since="HEAD")))
    assert found is not None
    assert found.gained == sum(each.gained for each in (*found.better, *found.worse))
    return set(found.better), set(found.worse)


def test_nothing_has_changed_where_nothing_is_other(here: Path) -> None:
    assert changes(here, TOO_SHORT, TOO_SHORT + "# a comment\n") == (set(), set())


def test_a_rule_that_is_met_now_is_better_and_the_other_way_round_worse(here: Path) -> None:
    better, worse = changes(here, TOO_SHORT, WITHOUT_SINK)
    assert RuleChange("QUE010", "not met", "met", lost=1) in better
    assert RuleChange("QUE001", "met", "not met", gained=1) in worse


def test_a_rule_about_what_was_taken_away_is_better_where_it_was_not_met(here: Path) -> None:
    better, worse = changes(here, TOO_SHORT, "Resources: {T: {Type: AWS::SNS::Topic}}\n")
    assert RuleChange("QUE010", "not met", "does not apply", lost=1) in better
    assert "QUE001" not in {each.id for each in (*better, *worse)}


def test_one_finding_less_is_better_although_the_rule_is_not_met(here: Path) -> None:
    second = WITHOUT_SINK.replace("Orders", "Others").replace("Ship", "Send").partition("\n  Oth")
    two = WITHOUT_SINK + "  Oth" + second[2]
    better, worse = changes(here, two, WITHOUT_SINK)
    assert RuleChange("QUE001", "not met", "not met", lost=1) in better
    assert not worse


def test_all_is_new_where_the_revision_has_nothing_of_it(here: Path) -> None:
    committed(here, {"other.txt": ""})
    (here / "template.yaml").write_text(WITHOUT_SINK)
    found = difference(analyze([here / "template.yaml"], Config(since="HEAD")))
    assert found is not None
    assert RuleChange("QUE001", "does not apply", "not met", gained=1) in found.worse
    assert not found.better


def test_without_a_revision_there_is_no_difference(here: Path) -> None:
    (here / "template.yaml").write_text(GOOD)
    assert difference(analyze([here / "template.yaml"], Config())) is None


def test_the_summary_says_it_in_words_and_in_json(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(here, {"template.yaml": TOO_SHORT})
    (here / "template.yaml").write_text(WITHOUT_SINK)
    _, out, _ = ran(capsys, "--summary", "--since", "HEAD", "template.yaml")
    flat = " ".join(out.split())
    assert "the level was none" in flat
    assert "better: QUE010 met, was not met (-1)" in flat
    assert "QUE001 not met, was met (+1)" in flat.partition("worse: ")[2]
    assert "level reached: basic" in flat
    _, out, _ = ran(capsys, "--format", "json", "--since", "HEAD", "template.yaml")
    data = json.loads(out)
    schema = json.loads((ROOT / "advisor" / "data" / "report.schema.json").read_text())
    jsonschema.validate(data, schema)
    since = data["summary"]["since"]
    assert (since["revision"], since["level"]) == ("HEAD", "none")
    assert {
        "rule": "QUE010", "was": "not met", "now": "met", "new": 0, "gone": 1
    } in since["better"]  # fmt: skip


@pytest.mark.parametrize("name", ["review.html", "review.md"])
def test_a_report_holds_every_finding_and_says_which_are_new(
    name: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if name.endswith("html"):
        pytest.importorskip("fast_sugiyama", reason="the extra 'html' is not installed")
    committed(here, {"template.yaml": TEMPLATE.format(visibility=30, redrive="", dead="")})
    both = TEMPLATE.format(visibility=30, redrive="", dead=DEAD.replace("1209600", "60"))
    (here / "template.yaml").write_text(both.replace("python3.13", "python3.7"))
    code, _, complaints = ran(capsys, "report", "template.yaml", "--since", "HEAD", "-o", name)
    assert (code, complaints) == (0, "")
    text = unescape((here / name).read_text())
    for rule in ("QUE001", "QUE010", "FUN040"):
        assert rule in text
    assert "Since HEAD" in text
    assert "FUN040 not met" in text.replace("\\", "")
    assert text.count("New since HEAD") == 1 or text.count(" · new") == 1

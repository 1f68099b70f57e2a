"""cfn-lint beside our rules, and our rules inside cfn-lint."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from advisor.cfnlint_process import without_same
from advisor.documents.location import Location, Position, Span
from advisor.rules.finding import Finding, Severity
from advisor.rules.registry import load
from tests.commands import ran
from tests.reports import ROOT

TEMPLATE = """
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 30
      Colour: red
  Ship:
    Type: AWS::Lambda::Function
    Properties:
      Handler: a.b
      Runtime: python3.13
      Timeout: 60
      Role: !Sub arn:aws:iam::${AWS::AccountId}:role/x
      Code: {ZipFile: x}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Ship
      EventSourceArn: !GetAtt Orders.Arn
"""
SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::SQS::Queue
  Ship:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      Handler: index.handler
      Runtime: python3.13
      Events:
        FromOrders:
          Type: SQS
          Properties: {Queue: !GetAtt Orders.Arn}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project with a template that both find fault with, and stand in it."""
    (tmp_path / "advise.toml").write_text("")
    (tmp_path / "t.yaml").write_text(TEMPLATE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("GITHUB_ACTIONS", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


# ---- beside ours


def found(capsys: pytest.CaptureFixture[str], *words: str) -> list[tuple[str, str, int]]:
    """Return id, name and line of each finding of a run with cfn-lint beside it."""
    out = ran(capsys, *words, "--cfn-lint", "--format", "json")[1]
    data = json.loads(out)
    schema = (ROOT / "advisor" / "data" / "report.schema.json").read_text(encoding="utf-8")
    jsonschema.validate(data, json.loads(schema))
    return [
        (f["rule"]["id"], f["rule"]["name"], f["location"]["start"]["line"])
        for f in data["findings"]
    ]


@pytest.mark.usefixtures("here")
def test_what_cfn_lint_finds_is_reported_once(capsys: pytest.CaptureFixture[str]) -> None:
    all_found = found(capsys, "t.yaml")
    assert ("E3002", "cfn-lint", 7) in all_found
    assert ("QUE010", "queue-visibility-below-function-timeout", 6) in all_found
    assert "E3505" not in {id_ for id_, _, _ in all_found}
    # Where ours is not run, cfn-lint's word stands.
    assert ("E3505", "cfn-lint", 6) in found(capsys, "t.yaml", "--ignore", "QUE010,QUE011")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("text", "error[E3002] cfn-lint: "), ("concise", "t.yaml:7:7: error E3002 "),
        ("jsonl", '"E3002"'), ("sarif", '"ruleId": "E3002"'), ("github", "title=E3002"),
        ("gitlab", "E3002 cfn-lint"), ("junit", "E3002 cfn-lint"), ("markdown", "E3002"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("here")
def test_every_format_shows_it(
    form: str, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    code, out, err = ran(capsys, "t.yaml", "--cfn-lint", "--format", form)
    assert (code, err) == (1, "")
    assert words in out


def test_its_own_suppressions_and_ours_hide_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def has(id_: str) -> bool:
        return id_ in {each for each, _, _ in found(capsys, "t.yaml")}

    assert has("E3002")
    (here / ".cfnlintrc").write_text("ignore_checks: [E3002]\n")
    assert not has("E3002")
    (here / ".cfnlintrc").unlink()
    metadata = "Metadata: {cfn-lint: {config: {ignore_checks: [E3002]}}}\n"
    (here / "t.yaml").write_text(metadata + TEMPLATE)
    assert not has("E3002")
    comment = "Colour: red  # advise: ignore[E3002] blue is sold out"
    (here / "t.yaml").write_text(TEMPLATE.replace("Colour: red", comment))
    assert not has("E3002")
    out = ran(capsys, "t.yaml", "--cfn-lint", "--show-suppressed")[1]
    assert "blue is sold out" in " ".join(out.split()), "as wrapped as it may be"
    # Without cfn-lint the comment is no fault.
    assert "SUP" not in ran(capsys, "t.yaml", "--format", "concise")[1]


def test_a_baseline_knows_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "advise.toml").write_text('cfn-lint = true\nbaseline = "known.json"\n')
    assert ran(capsys, "baseline", "write")[0] == 0
    assert "/Resources/Orders/Properties" in (here / "known.json").read_text()
    assert ran(capsys, "t.yaml")[0] == 0


def test_the_project_lends_it_no_modules_and_isolated_no_configuration(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "yaml.py").write_text("raise SystemExit('taken over')")
    (here / "cfnlint").mkdir()
    (here / "cfnlint" / "__init__.py").write_text("raise SystemExit('taken over')")
    (here / ".cfnlintrc").write_text("ignore_checks: [E3002]\n")
    assert "E3002" not in {each for each, _, _ in found(capsys, "t.yaml")}
    assert "E3002" in {each for each, _, _ in found(capsys, "t.yaml", "--isolated")}


def test_a_name_with_brackets_is_no_pattern(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "t.yaml").rename(here / "a [1].yaml")
    assert "E3002" in {each for each, _, _ in found(capsys, ".")}


def test_what_it_cannot_do_is_one_line_and_exit_2(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / ".cfnlintrc").write_text("append_rules: [nowhere_at_all]\n")
    code, out, err = ran(capsys, "t.yaml", "--cfn-lint", "--format", "concise")
    assert code == 2
    assert "QUE001" in out
    assert err.startswith("error: cfn-lint: ")
    assert err.count("\n") == 1


def test_what_says_the_same_names_rules_that_exist() -> None:
    table = json.loads((ROOT / "advisor" / "data" / "cfnlint.json").read_text(encoding="utf-8"))
    names = {rule.name for rule in load().rules}
    for row in table["rules"]:
        assert set(row["same"]) <= names, row["id"]
        assert re.fullmatch(r"[EWI][0-9]{4}", row["id"])


def test_only_what_is_said_of_the_same_resource_is_left_out() -> None:
    rule = load().by_word["queue-visibility-below-function-timeout"]

    def at(line: int, resource: str, id_: str = "") -> Finding:
        span = Span(Position(line, 1), Position(line, 2))
        made = rule.finding(
            "x", at=Location("t.yaml", (), span, resource=resource), why="", remediation=""
        )
        from advisor.cfnlint_process import _rule

        return Finding(
            _rule({"Rule": {"Id": id_, "Description": "x"}}, Severity.ERROR) if id_ else rule,
            made.message, made.location, "", "", Severity.ERROR, made.confidence, about=made.about,
        )  # fmt: skip

    ours = [at(3, "Orders")]
    theirs = [at(9, "Orders", "E3505"), at(3, "Bills", "E3505"), at(3, "Orders", "E3002")]
    assert without_same(theirs, ours) == theirs[1:]


# ---- inside cfn-lint


def cfn_lint(*words: str) -> list[tuple[str, str, int]]:
    """Return id, file and line of what cfn-lint reports with our rules appended."""
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from cfnlint.runner import main; sys.exit(main())",
         *words, "-a", "advisor.integrations.cfnlint", "-f", "json"],
        capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    rows = json.loads(done.stdout)
    return [
        (row["Rule"]["Id"], Path(row["Filename"]).name, row["Location"]["Start"]["LineNumber"])
        for row in rows
    ]


def test_our_rules_run_inside_cfn_lint_at_the_right_lines(here: Path) -> None:
    (here / "sam.yaml").write_text(SAM)
    shown = cfn_lint("t.yaml", "sam.yaml")
    assert ("EQUE010", "t.yaml", 6) in shown
    assert ("WQUE001", "t.yaml", 3) in shown
    assert ("WQUE001", "sam.yaml", 4) in shown
    assert ("E3002", "t.yaml", 7) in shown
    assert not [row for row in shown if row[0].startswith("I") or row[0] == "EADV000"]


@pytest.mark.usefixtures("here")
def test_cfn_lint_selects_and_ignores_our_rules_as_its_own() -> None:
    assert not [row for row in cfn_lint("t.yaml", "-i", "WQUE") if row[0] == "WQUE001"]
    assert [row for row in cfn_lint("t.yaml", "-c", "I") if re.match("I[A-Z]", row[0])]


def test_a_configuration_that_is_wrong_is_said_once(here: Path) -> None:
    (here / "advise.toml").write_text("nonsense = 1")
    said = [row[:2] for row in cfn_lint("t.yaml") if "ADV" in row[0]]
    assert said == [("EADV000", "t.yaml")]


@pytest.mark.usefixtures("here")
def test_our_configuration_and_suppressions_count_inside_cfn_lint() -> None:
    Path("advise.toml").write_text('ignore = ["QUE001"]')
    text = TEMPLATE.replace("Timeout: 30", "Timeout: 30  # advise: ignore[QUE010] it is quick")
    Path("t.yaml").write_text(text)
    assert not [row for row in cfn_lint("t.yaml") if re.match("[EW][A-Z]", row[0])]


@pytest.mark.usefixtures("here")
def test_an_editor_that_has_a_text_and_no_file_gets_our_findings_at_its_lines() -> None:
    program = (
        "import sys\n"
        "from cfnlint.api import lint\n"
        "from cfnlint.core import get_rules\n"
        "rules = get_rules(['advisor.integrations.cfnlint'], [], ['W', 'E'])\n"
        "for each in lint(open('t.yaml').read(), rules=rules):\n"
        "    print(each.rule.id, each.linenumber)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert "EQUE010 6" in done.stdout.splitlines()
    assert "WQUE001 3" in done.stdout.splitlines()

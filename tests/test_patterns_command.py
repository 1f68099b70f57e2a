"""`advise patterns` writes what is recognised as text, Markdown and JSON, whatever names hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

from advisor.advice.patterns import KINDS
from advisor.reporters.safe import cells
from tests.commands import ran
from tests.pattern_cases import SAM, written
from tests.reports import ORDERS, ROOT

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = str(ORDERS / "template.yaml")
SCHEMA = json.loads(
    (ROOT / "advisor" / "data" / "patterns.schema.json").read_text(encoding="utf-8")
)
NAME = 'Q|`<b>]\\"\\u202e\\u001b[31m\\n::error::x'
HOSTILE = f"""{SAM}
Resources:
  "{NAME}": {{Type: AWS::SQS::Queue}}
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Events: {{Q: {{Type: SQS, Properties: {{Queue: !GetAtt ["{NAME}", Arn]}}}}}}
"""


@pytest.fixture
def hostile(tmp_path: Path) -> str:
    return str(written(tmp_path, {"template.yaml": HOSTILE}) / "template.yaml")


@pytest.mark.parametrize("width", [80, 120])
def test_text_names_parts_and_gaps_within_the_width(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    code, out, complaints = ran(capsys, "patterns", TEMPLATE)
    assert (code, complaints) == (0, "")
    assert "queue-based load levelling: " in out
    assert "lacks " in out
    assert max(cells(line) for line in out.splitlines()) <= width


def test_text_can_be_plain_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = ran(capsys, "patterns", TEMPLATE, "--ascii")
    assert out.isascii()


def test_json_is_as_its_schema_says(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ran(capsys, "patterns", TEMPLATE, "--format", "json")
    data = json.loads(out)
    jsonschema.validate(data, SCHEMA)
    assert code == 0
    assert data["patterns"]
    for each in data["patterns"]:
        assert each["resource"] == each["parts"][0]["resources"][0]


def test_the_schema_knows_every_pattern() -> None:
    known = SCHEMA["$defs"]["pattern"]["properties"]["pattern"]["enum"]
    assert known == [kind.name for kind in KINDS]


def test_the_page_explains_every_pattern() -> None:
    page = (ROOT / "docs" / "patterns.md").read_text(encoding="utf-8")
    for kind in KINDS:
        assert f"`{kind.name}`" in page
        assert kind.references[0] in page


def test_hostile_names_act_on_no_terminal(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ran(capsys, "patterns", hostile)
    assert code == 0
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert not any(line.startswith("::") for line in out.splitlines())


def test_hostile_names_are_no_markup(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = ran(capsys, "patterns", hostile, "--format", "markdown")
    assert "<b>" not in out
    rows = [line for line in out.splitlines() if line.startswith("| queue |")]
    assert rows
    for row in rows:
        assert row.replace("\\|", "").count("|") == 3


def test_a_definition_alone_goes_by_the_name_of_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = written(
        tmp_path,
        {
            "flow.asl.json": json.dumps(
                {
                    "StartAt": "Each",
                    "States": {
                        "Each": {
                            "Type": "Map",
                            "End": True,
                            "ItemProcessor": {
                                "StartAt": "A",
                                "States": {
                                    "A": {
                                        "Type": "Task",
                                        "Resource": "arn:aws:lambda:eu-west-1:1:function:a",
                                        "End": True,
                                    }
                                },
                            },
                        }
                    },
                }
            )
        },
    )
    _, out, _ = ran(capsys, "patterns", str(folder))
    assert "fan-out and fan-in in a workflow: flow.asl.json" in out


def test_nothing_to_recognise_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = written(tmp_path, {"template.yaml": "Resources: {B: {Type: AWS::S3::Bucket}}\n"})
    code, out, complaints = ran(capsys, "patterns", str(folder))
    assert (code, out, complaints) == (0, "no pattern is recognised for sure\n", "")


def test_no_template_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = written(tmp_path, {"notes.txt": "x"})
    code, out, complaints = ran(capsys, "patterns", str(folder))
    assert (code, out) == (2, "")
    assert complaints == "error: there is no template to look at\n"


def test_an_unknown_format_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, complaints = ran(capsys, "patterns", TEMPLATE, "--format", "xml")
    assert code == 2
    assert "'xml' is none of text, markdown, json" in complaints


def test_what_lies_in_a_neighbour_only_is_not_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = "Resources: {S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: b.yaml}}}"
    queue = f"""{SAM}
Resources:
  Q: {{Type: AWS::SQS::Queue}}
  Work:
    Type: AWS::Serverless::Function
    Properties: {{Events: {{Q: {{Type: SQS, Properties: {{Queue: !GetAtt Q.Arn}}}}}}}}
"""
    folder = written(tmp_path, {"a.yaml": asked, "b.yaml": queue})
    _, out, _ = ran(capsys, "patterns", str(folder / "a.yaml"))
    assert out == "no pattern is recognised for sure\n"
    _, out, _ = ran(capsys, "patterns", str(folder))
    assert "queue-based load levelling: Q" in out


@pytest.mark.parametrize("name", ["review.md", "review.html"])
def test_a_review_holds_the_patterns_and_no_name_is_markup(
    name: str, hostile: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / name
    if file.suffix == ".html":
        pytest.importorskip("fast_sugiyama", reason="the extra 'html' is not installed")
    code, _, complaints = ran(capsys, "report", hostile, "--output", str(file))
    assert (code, complaints) == (0, "")
    text = file.read_text(encoding="utf-8")
    assert "queue-based load levelling: " in text
    assert "lacks a dead-letter queue" in text.lower()
    begins = text.index(">Patterns<" if file.suffix == ".html" else "## Patterns")
    section = text[begins : text.index("Reliability", begins)]
    assert "<b>" not in section
    assert "\u202e" not in section

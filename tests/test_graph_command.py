"""`advise graph` draws what is there, in every form, and says when there is nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.commands import ran
from tests.reports import ROOT

if TYPE_CHECKING:
    from pathlib import Path

ORDERS = str(ROOT / "fixtures" / "applications" / "orders" / "template.yaml")
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Caller:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Environment: {Variables: {NEXT: !Ref Next}}
      Policies: [{LambdaInvokePolicy: {FunctionName: !Ref Next}}]
      InlineCode: |
        import os, boto3
        def handler(event, context):
            boto3.client("lambda").invoke(FunctionName=os.environ["NEXT"])
  Next:
    Type: AWS::Serverless::Function
    Properties: {Runtime: java21, Handler: a.B, CodeUri: java/, Timeout: 20}
"""


@pytest.fixture
def template(tmp_path: Path) -> str:
    (tmp_path / "advise.toml").write_text("")
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE)
    return str(file)


def test_calls_in_code_are_drawn(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ran(capsys, "graph", template)
    assert code == 0
    assert "└─ sync ─▶ ƒ Next  20 s" in out
    assert "! ARC001" in out


def test_it_can_be_drawn_without_findings_and_in_ascii(
    template: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = ran(capsys, "graph", "--ascii", "--no-findings", template)
    assert code == 0
    assert "`- sync --> fn Next  20 s" in out
    assert "ARC001" not in out
    assert out.isascii()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("mermaid", ("flowchart LR", '-->|"sync"|', "class n_0 warning")),
        ("dot", ("digraph architecture {", "n0 -> n1", '[label="sync"]', "}")),
    ],
)
def test_it_is_drawn_in_other_languages(
    template: str, form: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = ran(capsys, "graph", "--format", form, template)
    assert code == 0
    for word in words:
        assert word in out


def test_json_holds_every_node_and_edge(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ran(capsys, "graph", "--format", "json", template)
    data = json.loads(out)
    assert code == 0
    ids = {node["id"] for node in data["nodes"]}
    assert all(edge["source"] in ids and edge["target"] in ids for edge in data["edges"])
    (proved,) = [edge for edge in data["edges"] if edge["evidence"] == "proved"]
    assert (proved["mode"], proved["location"]["line"]) == ("synchronous", 14)


def test_helpers_are_drawn_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    _, few, _ = ran(capsys, "graph", "--no-findings", ORDERS)
    _, all_, _ = ran(capsys, "graph", "--no-findings", "--all", ORDERS)
    assert "hidden: --all" in few
    assert len(all_.splitlines()) > len(few.splitlines())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere.yaml",), "no such file"),
        (("--format", "png", "x.yaml"), "'png' is none of text, mermaid, dot, json"),
        ((), "missing argument"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, complaints = ran(capsys, "graph", *arguments)
    assert (code, out.strip()) == (2, "")
    assert told in complaints.lower()


CONDITIONAL = """
Parameters: {Stage: {Type: String, Default: prod}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Always: {Type: AWS::SQS::Queue}
  OnlyInProd: {Type: AWS::SQS::Queue, Condition: IsProd}
  Elsewhere: {Type: AWS::SQS::Queue, Condition: NotDeclared}
"""


def test_what_the_defaults_of_parameters_make_exist_is_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "advise.toml").write_text("")
    file = tmp_path / "template.yaml"
    file.write_text(CONDITIONAL)
    _, out, _ = ran(capsys, "graph", str(file))
    assert "OnlyInProd" in out
    assert "Elsewhere" not in out
    _, out, _ = ran(capsys, "graph", "--parameter", "Stage=dev", str(file))
    assert "OnlyInProd" not in out

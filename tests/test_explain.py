"""`advise explain` tells what is known of a template and of one resource, and what is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.commands import BROKEN, GOOD, ran

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Globals:
  Function: {Timeout: 20}
Resources:
  Caller:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      FunctionName: !Sub caller-${Stage}
      Environment: {Variables: {NEXT: !Ref Next}}
      Policies: [{LambdaInvokePolicy: {FunctionName: !Ref Next}}]
      InlineCode: |
        import os, boto3
        client = boto3.client("lambda")
        def handler(event, context):
            client.invoke(FunctionName=os.environ["NEXT"])
  Next:
    Type: AWS::Serverless::Function
    Properties: {Runtime: java21, Handler: a.B, CodeUri: java/}
"""


@pytest.fixture
def template(tmp_path: Path) -> str:
    (tmp_path / "advise.toml").write_text("")
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE)
    return str(file)


def test_a_template_is_explained_by_its_resources_and_the_code_that_is_not_read(
    template: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = ran(capsys, "explain", template)
    assert code == 0
    assert "Caller  AWS::Lambda::Function" in out
    assert "Java is not read (java21): Next" in out
    assert "known by their grants" in out


def test_a_value_is_shown_with_the_place_that_writes_it(
    template: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = ran(capsys, "explain", template, "Caller")
    assert _line(out, "Timeout").endswith("template.yaml:6")
    assert "→ Next" in _line(out, "Environment.Variables.NEXT")
    assert "caller-${Stage}" in _line(out, "FunctionName")
    assert "in part: parameter without default" in _line(out, "FunctionName")


def test_a_call_is_shown_from_both_ends_with_its_mode_and_evidence(
    template: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "invokes synchronous, Invoke in code, proved"
    _, out, _ = ran(capsys, "explain", template, "Caller")
    assert f"Next: {said}" in out
    assert "calls lambda:InvokeFunction on environment variable 'NEXT'" in out
    _, out, _ = ran(capsys, "explain", template, "Next")
    assert f"Caller: {said}" in out


def test_a_function_in_a_language_that_is_not_read_says_so(
    template: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = ran(capsys, "explain", template, "Next")
    assert "not read: Java is not read (java21)" in out
    assert "by its grants and its environment only" in out


def test_rules_are_met_not_met_and_not_judged_for_a_reason(
    template: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = ran(capsys, "explain", template, "Caller")
    assert "not met: warning ARC001 synchronous-lambda-chain" in out
    assert "sleep-in-function" in out.partition("  met: ")[2]
    _, out, _ = ran(capsys, "explain", template, "Next")
    assert "not judged: PKG020 missing-handler: Java is not read (java21)" in out


def test_json_says_the_same(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = ran(capsys, "explain", template, "Caller", "--format", "json")
    (found,) = json.loads(out)
    assert found["name"] == "Caller"
    assert {item["id"] for item in found["not_met"]} >= {"ARC001"}
    assert any(item["evidence"] == "proved" for item in found["outgoing"])


def test_a_resource_that_is_not_there_is_an_error_with_a_hint(
    template: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = ran(capsys, "explain", template, "Caler")
    assert code == 2
    assert "did you mean 'Caller'" in err


def test_a_folder_without_templates_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = ran(capsys, "explain", str(tmp_path))
    assert code == 2
    assert "no template" in err


def _line(text: str, start: str) -> str:
    found = [line for line in text.splitlines() if line.strip().startswith(start)]
    assert found, text
    return found[0]


def test_rules_on_code_judge_nothing_where_the_code_is_not_read(
    template: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = ran(capsys, "explain", template, "Next")
    assert "not judged: FUN081 sleep-in-function: Java is not read (java21)" in " ".join(
        out.split()
    )
    assert "sleep-in-function" not in out.partition("  met: ")[2]


@pytest.mark.parametrize(
    ("name", "text", "note"),
    [
        (
            "app.py",
            "def handler(event, context):\n    return (\n",
            "'(' was never closed (line 2)",
        ),
        (
            "app.js",
            "exports.handler = a;\n" + "a(b.c, {d: [1, 2]});" * 100_000,
            "not read: larger than 512 KiB or not readable",
        ),
    ],
    ids=["syntax error", "bundle of 2 MB"],
)
def test_code_that_cannot_be_read_is_noted_when_more_is_asked_for(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    text: str,
    note: str,
) -> None:
    runtime = "python3.13" if name.endswith(".py") else "nodejs24.x"
    (tmp_path / "advise.toml").write_text("")
    (tmp_path / name).write_text(text)
    file = tmp_path / "template.yaml"
    file.write_text(
        "Transform: AWS::Serverless-2016-10-31\n"
        "Resources:\n"
        "  Bad:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties: {Runtime: "
        f"{runtime}, Handler: app.handler, CodeUri: .}}\n"
    )
    code, _, err = ran(capsys, "check", str(file), "--verbose")
    assert code == 0
    assert f"note: {name}: {note}" in err
    _, _, err = ran(capsys, "check", str(file))
    assert name not in err


SHOP = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Seconds: {Type: Number, Default: 25}
Resources:
  Work: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: !Ref Seconds}}
  Do:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: a.b
      InlineCode: x
      Timeout: 20
      Events:
        Come: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn, BatchSize: 7}}
        Post: {Type: Api, Properties: {Path: /work, Method: post}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: First
        States:
          First:
            Type: Task
            Resource: !GetAtt Do.Arn
            TimeoutSeconds: 30
            Retry: [{ErrorEquals: [States.ALL], JitterStrategy: FULL}]
            Next: Last
          Last: {Type: Succeed}
"""


@pytest.fixture
def shop(tmp_path: Path) -> str:
    (tmp_path / "advise.toml").write_text("")
    file = tmp_path / "template.yaml"
    file.write_text(SHOP)
    return str(file)


def test_a_value_says_by_which_function_it_came(
    shop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = ran(capsys, "explain", shop, "Work")
    assert "VisibilityTimeout  25  (by !Ref Seconds)" in out
    _, out, _ = ran(capsys, "explain", shop, "Do")
    assert "by !" not in _line(out, "Timeout")


def test_a_queue_says_who_polls_it_and_in_which_batches(
    shop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = ran(capsys, "explain", shop, "Work")
    assert "Do: invokes polled, event source mapping, batch 7, declared" in out
    _, out, _ = ran(capsys, "explain", shop, "Do")
    assert "Work: invokes polled, event source mapping, batch 7, declared" in out


def test_a_state_machine_is_explained_state_by_state(
    shop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = ran(capsys, "explain", shop, "Machine")
    states = out.partition("\nstates\n")[2].partition("\nrules")[0]
    assert "2 states, JSONPath" in states
    assert "First, task, lambda:invoke → Do, 30 s, 1 retry" in states
    assert "Last, succeed" in states
    assert "not met: " in out
    assert "met: " in out


def test_an_api_is_explained_route_by_route(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = ran(capsys, "explain", shop, "ServerlessRestApi")
    assert "POST /work, no authorization, lambda" in out.partition("\nroutes\n")[2]
    assert "internet client: routes synchronous, HTTPS, declared" in out


def test_what_sam_makes_of_an_event_has_only_the_findings_that_stand_there(
    shop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = ran(capsys, "explain", shop, "Do", "--format", "json")
    (function,) = json.loads(out)
    _, out, _ = ran(capsys, "explain", shop, "ServerlessRestApi", "--format", "json")
    (api,) = json.loads(out)
    ids = {item["id"] for item in api["not_met"]}
    assert "SEC002" in ids
    assert ids < {item["id"] for item in function["not_met"]}


@pytest.mark.parametrize("columns", [80, 120])
def test_prose_keeps_within_the_columns_there_are(
    columns: int,
    shop: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    _, out, _ = ran(capsys, "explain", shop, "Do")
    # What is copied, such as a path, is never broken.
    long = [line for line in out.splitlines() if len(line) > columns]
    assert all("/" in line for line in long)


def test_a_template_that_cannot_be_read_is_said_and_the_rest_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "broken.yaml").write_text(BROKEN)
    for words in ((), ("Requests",)):
        code, out, err = ran(capsys, "explain", str(tmp_path), *words)
        assert code == 2
        assert "Requests" in out
        assert f"error: {tmp_path / 'broken.yaml'}:5:1:" in err


def test_a_path_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = ran(capsys, "explain", "nowhere")
    assert code == 2
    assert "error: nowhere: no such file or directory\n" in err

"""Parts of a picture by name: one name in several stacks, several ways, circles, helpers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.commands import ran

if TYPE_CHECKING:
    from pathlib import Path

FORK = """
Resources:
  Start:
    Type: AWS::SNS::Topic
    Properties:
      Subscription:
        - {Protocol: sqs, Endpoint: !GetAtt Left.Arn}
        - {Protocol: sqs, Endpoint: !GetAtt Right.Arn}
        - {Protocol: sqs, Endpoint: !GetAtt Aside.Arn}
  Left:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt End.Arn, maxReceiveCount: 3}}
  Right:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt End.Arn, maxReceiveCount: 3}}
  Aside: {Type: AWS::SQS::Queue}
  End: {Type: AWS::SQS::Queue}
"""
CIRCLE = """
Resources:
  Start:
    Type: AWS::SNS::Topic
    Properties: {Subscription: [{Protocol: sqs, Endpoint: !GetAtt A.Arn}]}
  A:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt B.Arn, maxReceiveCount: 3}}
  B:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt A.Arn, maxReceiveCount: 3}}
"""
STACK = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Work: {Type: AWS::SQS::Queue}
  Do:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: a.b
      InlineCode: x
      Events: {Come: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn}}}
"""


def project(folder: Path, **templates: str) -> str:
    (folder / "advise.toml").write_text("")
    for name, text in templates.items():
        (folder / name).mkdir()
        (folder / name / "template.yaml").write_text(text)
    return str(folder)


def drawn(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[set[tuple[str, str]], str]:
    """Return the stack and the name of all that is drawn, and what was said besides."""
    code, out, complaints = ran(capsys, "graph", "--no-findings", "--format", "json", *arguments)
    assert code == 0, complaints
    ids = [node["id"].split("/template.yaml#") for node in json.loads(out)["nodes"]]
    return {(stack, name) for stack, name in ids}, complaints


def test_all_ways_between_two_are_drawn_and_nothing_beside_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(tmp_path, a=FORK)
    found, complaints = drawn(capsys, "--path", "Start", "End", folder)
    assert found == {("a", name) for name in ("Start", "Left", "Right", "End")}
    assert complaints == ""


def test_a_way_through_a_circle_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = project(tmp_path, a=CIRCLE)
    found, _ = drawn(capsys, "--path", "Start", "B", folder)
    assert found == {("a", name) for name in ("Start", "A", "B")}
    found, _ = drawn(capsys, "--path", "B", "B", folder)
    assert found == {("a", name) for name in ("A", "B")}


def test_a_way_against_the_flow_of_events_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(tmp_path, a=FORK)
    code, out, complaints = ran(capsys, "graph", "--path", "Left", "Right", folder)
    assert (code, out) == (2, "")
    assert "no way leads from 'Left' to 'Right'" in complaints


def test_a_name_in_several_stacks_means_each_and_says_how_to_mean_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(tmp_path, a=STACK, b=STACK)
    both = {(stack, name) for stack in "ab" for name in ("Work", "Do")}
    for arguments in (("--focus", "Work"), ("--path", "Work", "Do")):
        found, complaints = drawn(capsys, *arguments, folder)
        assert found == both
        assert "note: 'Work' is in 2 stacks and each is meant" in complaints
        assert "'a/template.yaml#Work' or 'b/template.yaml#Work'" in complaints


@pytest.mark.parametrize("stack", ["b/template.yaml", "b"])
def test_a_stack_and_a_name_mean_one_resource(
    stack: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(tmp_path, a=STACK, b=STACK)
    for arguments in (("--focus", f"{stack}#Work"), ("--path", f"{stack}#Work", "Do")):
        found, complaints = drawn(capsys, *arguments, folder)
        assert found == {("b", "Work"), ("b", "Do")}
        assert "Work' is in" not in complaints


def test_no_way_leads_from_one_stack_to_another_that_it_does_not_reach(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(tmp_path, a=STACK, b=STACK)
    code, _, complaints = ran(capsys, "graph", "--path", "a#Work", "b#Do", folder)
    assert code == 2
    assert "no way leads from 'a#Work' to 'b#Do'" in complaints


def test_what_is_only_drawn_with_all_is_said_to_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(tmp_path, a=STACK)
    code, _, complaints = ran(capsys, "graph", "--focus", "DoRole", folder)
    assert code == 2
    assert "'DoRole' is a helper, which is only drawn with '--all'" in complaints
    code, out, _ = ran(capsys, "graph", "--all", "--focus", "DoRole", folder)
    assert code == 0
    assert "DoRole" in out

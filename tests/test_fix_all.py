"""Fixing from findings to files: what is safe, what waits, what is written and what is said."""

from __future__ import annotations

import json
import os
import stat
import textwrap
from typing import TYPE_CHECKING

import pytest

from advisor.config import Config
from advisor.documents.load import read_text
from advisor.fixes.apply import ChangedFile, fix_all
from advisor.fixes.patch import Refused
from advisor.fixes.safety import unsafe_because
from advisor.fixes.verified import rewrite
from advisor.fixes.write import unified_diff, write_all
from advisor.rules.finding import Change
from advisor.templates.tags import long_form

from .commands import ran

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.documents.document import Data

RULE = '''
from advisor import *
from advisor import Queue, Fix, Pillar, Severity, Confidence, Rule

rule = Rule(
    id="TST001", name="queue-hides-too-short", pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING, confidence=Confidence.HIGH, applies_to=Queue,
    summary="queue hides a message for less than six minutes", rationale="It matters.",
    remediation="VisibilityTimeout: 360", when_to_ignore="Never.",
    bad="""
        Resources:
          A:
            Type: AWS::SQS::Queue  # <-- hides
        """,
    good="""
        Resources:
          A:
            Type: AWS::SQS::Queue
            Properties: {VisibilityTimeout: 360}
        """,
    references=("https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html",),
)


@rule.check
def check(architecture):
    for queue in architecture.queues():
        if queue.get("VisibilityTimeout") != 360:
            change = queue.change(("VisibilityTimeout",), 360)
            fix = Fix("set VisibilityTimeout", (change,), safe=True) if change else None
            yield rule.finding("it hides", at=queue.at("VisibilityTimeout"), why="x",
                               remediation="x", fix=fix)
        elif not queue.get("RedrivePolicy"):
            dlq = f"{queue.name}Dlq"
            changes = (
                queue.new_sibling(dlq, {"Type": "AWS::SQS::Queue", "Properties": {
                    "VisibilityTimeout": 360, "RedrivePolicy": {"maxReceiveCount": 1}}}),
                queue.change(("RedrivePolicy", "deadLetterTargetArn"),
                             {"Fn::GetAtt": [dlq, "Arn"]}),
            )
            yield rule.finding("it loses", at=queue.at(), why="x", remediation="x",
                               fix=Fix("add a queue", changes))
'''
TEMPLATE = """\
Resources:
  One:  # first
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 30  # short
  Two:
    Type: AWS::SQS::Queue
"""
FIXED = """\
Resources:
  One:  # first
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 360  # short
  Two:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 360
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with a rule that has fixes, and a template that needs them."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "queue_hides_too_short.py").write_text(RULE)
    (tmp_path / "advise.toml").write_text("")
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return tmp_path


def arguments(project: Path, *more: str) -> tuple[str, ...]:
    own = ("--rules", str(project / "own"), "--select", "TST001")
    return (str(project / "template.yaml"), *own, *more)


def test_safe_fixes_are_made_and_the_rest_is_reported(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = ran(capsys, *arguments(project, "--fix"))
    assert (project / "template.yaml").read_text() == FIXED
    assert code == 1
    assert out.count("it loses") == 2
    assert "2 fixes with --fix --unsafe-fixes" in out
    assert "fixed 2 findings in 1 file" in err


def test_unsafe_fixes_are_made_in_a_round_of_their_own(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = ran(capsys, *arguments(project, "--fix", "--unsafe-fixes"))
    text = (project / "template.yaml").read_text()
    assert (code, "fixed 4 findings" in err) == (0, True)
    assert "      RedrivePolicy:\n        deadLetterTargetArn: !GetAtt OneDlq.Arn\n" in text
    assert "  TwoDlq:\n    Type: AWS::SQS::Queue\n" in text


def test_unused_suppressions_are_taken_out_with_their_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "advise.toml").write_text("")
    file = tmp_path / "template.yaml"
    before = (
        "Resources:\n  A:  # advise: ignore[QUE001] none is needed\n    Type: AWS::SNS::Topic\n"
    )
    file.write_text(f"# advise: ignore-file[QUE001] none is needed\n{before}")
    ran(capsys, str(file), "--fix")
    assert file.read_text() == "Resources:\n  A:\n    Type: AWS::SNS::Topic\n"


def test_a_difference_is_shown_and_nothing_is_written(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = ran(capsys, *arguments(project, "--diff"))
    assert code == 1
    assert "--- a/template.yaml\n+++ b/template.yaml\n" in out
    assert "-      VisibilityTimeout: 30  # short\n+      VisibilityTimeout: 360  # short\n" in out
    assert (project / "template.yaml").read_text() == TEMPLATE
    (project / "template.yaml").write_text(FIXED)
    assert ran(capsys, *arguments(project, "--diff"))[:2] == (0, "")


def test_a_directory_is_fixed_as_a_named_file_is(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = ("--rules", str(project / "own"), "--select", "TST001")
    ran(capsys, str(project), *own, "--fix")
    assert (project / "template.yaml").read_text() == FIXED


def test_edits_in_json_make_the_same_file(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = ran(capsys, *arguments(project, "--format", "json"))
    lines = TEMPLATE.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    fixes = [finding["fix"] for finding in json.loads(out)["findings"]]
    assert [fix["safe"] for fix in fixes] == [True, True]
    text = TEMPLATE
    for edit in reversed([edit for fix in fixes for edit in fix["edits"]]):
        start, end = (
            starts[edit[key]["line"] - 1] + edit[key]["column"] - 1 for key in ("start", "end")
        )
        text = text[:start] + edit["text"] + text[end:]
    assert text == FIXED


def test_a_read_only_file_is_left_alone_and_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "template.yaml").chmod(0o444)
    code, _, err = ran(capsys, *arguments(project, "--fix"))
    assert code == 2
    assert "not written: it is read-only" in err
    assert (project / "template.yaml").read_text() == TEMPLATE


def test_mode_mark_and_line_ends_are_kept(project: Path) -> None:
    file = project / "template.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + TEMPLATE.replace("\n", "\r\n").encode())
    file.chmod(0o640)
    result = fix_all([file], Config(select=("TST001",), rule_directories=(project / "own",)))
    assert write_all(result.changed) == []
    assert file.read_bytes() == b"\xef\xbb\xbf" + FIXED.replace("\n", "\r\n").encode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_link_inside_the_project_is_written_through(project: Path) -> None:
    (project / "real").mkdir()
    (project / "template.yaml").rename(project / "real" / "one.yaml")
    (project / "template.yaml").symlink_to(project / "real" / "one.yaml")
    config = Config(select=("TST001",), rule_directories=(project / "own",))
    assert write_all(fix_all([project / "template.yaml"], config).changed) == []
    assert (project / "template.yaml").is_symlink()
    assert (project / "real" / "one.yaml").read_text() == FIXED


def test_a_link_to_a_file_outside_is_not_written(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "one.yaml"
    elsewhere.write_text(TEMPLATE)
    (project / "template.yaml").unlink()
    (project / "template.yaml").symlink_to(elsewhere)
    config = Config(select=("TST001",), rule_directories=(project / "own",))
    write_all(fix_all([project / "template.yaml"], config).changed)
    assert elsewhere.read_text() == TEMPLATE


def test_a_file_that_has_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("A: 2\n")
    (problem,) = write_all([ChangedFile("a.yaml", file, "A: 1\n", "A: 3\n")])
    assert "changed since" in str(problem)
    assert file.read_text() == "A: 2\n"
    assert os.listdir(tmp_path) == ["a.yaml"]  # noqa: PTH208  # no temporary file is left


def test_differences_say_where_the_last_line_does_not_end() -> None:
    text = unified_diff([ChangedFile("a", None, "A: 1", "A: 2\n")])
    assert text.endswith("-A: 1\n\\ No newline at end of file\n+A: 2\n")


# --- what is safe -----------------------------------------------------------------------------


def judged(template: str, *pointer: str | int, to: Data = None, remove: bool = False) -> str:
    document = read_text(textwrap.dedent(template), "t", tags=long_form)
    return rewrite(document, [Change("t", pointer, to, remove=remove)]).unsafe


QUEUE = """
    Resources:
      Q:
        Type: AWS::SQS::Queue
        Metadata:
          com.aws.cloudformation.Context:
            mutability: {DelaySeconds: must-never-change, MaximumMessageSize: review-required}
        Properties: {QueueName: q, DelaySeconds: 1, VisibilityTimeout: !If [C, 30, 60]}
      F:
        Type: AWS::Serverless::Function
        Properties:
          Events: {E: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn, BatchSize: 1}}}
      X: {Type: "Custom::Thing", Properties: {A: 1}}
    """
PROPERTIES = ("Resources", "Q", "Properties")
EVENT = ("Resources", "F", "Properties", "Events", "E", "Properties")


def test_a_change_in_place_is_safe() -> None:
    assert judged(QUEUE, *PROPERTIES, "VisibilityTimeout", "Fn::If", 1, to=360) == ""
    assert judged(QUEUE, *EVENT, "BatchSize", to=5) == ""
    assert judged(QUEUE, "Resources", "F", "Properties", "Timeout", to=5) == ""


@pytest.mark.parametrize(
    ("pointer", "why"),
    [
        ((*PROPERTIES, "QueueName"), "'QueueName' replaces 'Q'"),
        ((*PROPERTIES, "FifoQueue"), "'FifoQueue' replaces 'Q'"),
        ((*PROPERTIES, "KmsMasterKeyId"), "unreadable"),
        ((*PROPERTIES, "MaximumMessageSize"), "review-required"),
        ((*EVENT, "Queue"), "replaces what event 'E'"),
        (("Resources", "F", "Properties", "Events", "New"), "added or removed"),
        (("Resources", "F", "Properties", "FunctionName"), "replaces 'F'"),
        (("Resources", "X", "Properties", "A"), "not known"),
        (("Resources", "New"), "a resource is added"),
        (("Resources", "Q", "Type"), "'Type' of 'Q'"),
        (("Parameters", "P"), "anything may depend"),
        (("Globals", "Function", "FunctionName"), "replaces 'Globals.Function'"),
    ],
)
def test_what_replaces_or_adds_resources_is_not_safe(
    pointer: tuple[str | int, ...], why: str
) -> None:
    assert why in judged(QUEUE, *pointer, to="x")


def test_a_removed_resource_is_not_safe() -> None:
    assert judged(QUEUE, "Resources", "X", remove=True) == "'X' is removed"


def test_what_must_never_change_is_not_edited_at_all() -> None:
    with pytest.raises(Refused, match="must never change"):
        judged(QUEUE, *PROPERTIES, "DelaySeconds", to=2)
    with pytest.raises(Refused, match="must never change"):
        judged(QUEUE, "Resources", "Q", remove=True)


def test_a_resource_that_must_never_change_as_a_whole_is_not_edited() -> None:
    before: Data = {
        "Resources": {
            "T": {
                "Type": "AWS::DynamoDB::Table",
                "Metadata": {"com.aws.cloudformation.Context": {"mutable": "must-never-change"}},
            }
        }
    }
    table = {**before["Resources"]["T"], "DeletionPolicy": "Retain"}  # type: ignore[dict-item,index,call-overload]  # as built above
    after: Data = {"Resources": {"T": table}}
    with pytest.raises(Refused):
        unsafe_because(before, after, [("Resources", "T", "DeletionPolicy")])

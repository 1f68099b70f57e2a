"""Suppressions: where they count, what they need, and what is said about those that do nothing."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.analysis import analyze
from advisor.config import Config
from advisor.records import replace
from advisor.rules.suppression import of_text
from tests.rules import Blanks, flags, judge, rule_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from advisor.architecture.architecture import Architecture
    from advisor.rules.engine import Outcome
    from advisor.rules.finding import Finding, NotJudged

BOTH = """
    Resources:
      Orders:{key}
        Type: AWS::SQS::Queue{type}
        Properties:{properties}
          DelaySeconds: 5{value}
      Bills:
        Type: AWS::SQS::Queue
        Properties:
          DelaySeconds: 6
    """
IGNORE = "  # advise: ignore[short-delay] agreed with ops"
CONFIG = Config(today=date(2026, 11, 21))


def run(folder: Path, text: str, config: Config = CONFIG, **blanks: str) -> Outcome:
    return judge(folder, text, flags(Blanks(**blanks)), config=config)  # type: ignore[arg-type]  # only texts are passed


def written(**comments: str) -> str:
    return BOTH.format(**({"key": "", "type": "", "properties": "", "value": ""} | comments))


def said(outcome: Outcome) -> list[str]:
    return [f"{f.location.span.start.line} {f.rule.name}" for f in outcome.findings]


@pytest.mark.parametrize("place", ["key", "properties", "value"])
def test_a_comment_on_a_key_covers_all_below_it(tmp_path: Path, place: str) -> None:
    outcome = run(tmp_path, written(**{place: IGNORE}))
    assert said(outcome) == ["10 short-delay"]
    (suppressed,) = outcome.suppressed
    assert suppressed.reason == "agreed with ops"
    assert suppressed.at is not None
    assert suppressed.at.path == "main.yaml"


def test_a_comment_on_another_key_of_the_resource_covers_nothing(tmp_path: Path) -> None:
    outcome = run(tmp_path, written(type=IGNORE))
    assert said(outcome) == ["4 unused-suppression", "6 short-delay", "10 short-delay"]


@pytest.mark.parametrize("gap", ["", "\n", "      # Another comment.\n"])
def test_a_comment_of_its_own_counts_for_the_next_line(tmp_path: Path, gap: str) -> None:
    text = written().replace("      Orders:", f"     {IGNORE[1:]}\n{gap}      Orders:")
    outcome = run(tmp_path, text)
    assert len(outcome.findings) == len(outcome.suppressed) == 1


@pytest.mark.parametrize("word", ["short-delay", "QUE001", "que001", "old-name", "QUE001, DOC001"])
def test_a_rule_is_named_by_id_name_or_former_name(tmp_path: Path, word: str) -> None:
    text = written(key=f"  # advise: ignore[{word}] meant so")
    outcome = judge(tmp_path, text, flags(Blanks(aliases=("old-name",))), config=CONFIG)
    assert len(outcome.suppressed) == 1


def test_a_whole_file_is_covered_by_ignore_file(tmp_path: Path) -> None:
    outcome = run(tmp_path, "# advise: ignore-file[short-delay] a sandbox" + written())
    assert not outcome.findings
    assert len(outcome.suppressed) == 2


def test_a_suppression_without_reason_has_no_effect_and_says_so(tmp_path: Path) -> None:
    text = written(key="  # advise: ignore[short-delay]")
    assert said(run(tmp_path, text)) == [
        "3 suppression-without-reason",
        "6 short-delay",
        "10 short-delay",
    ]
    relaxed = Config(require_ignore_reason=False)
    assert said(run(tmp_path, text, relaxed)) == ["10 short-delay"]


def test_a_date_ends_a_suppression_the_day_after(tmp_path: Path) -> None:
    last = written(key="  # advise: ignore[short-delay] for now until=2026-11-21")
    outcome = run(tmp_path, last)
    assert said(outcome) == ["10 short-delay"]
    assert outcome.suppressed[0].until == date(2026, 11, 21)
    assert outcome.suppressed[0].reason == "for now"
    later = Config(today=date(2026, 11, 22))
    assert said(run(tmp_path, last, later))[0] == "3 expired-suppression"


@pytest.mark.parametrize(
    ("comment", "rule"),
    [
        ("ignore[short-dela] typo", "suppression-of-unknown-rule"),
        ("ignore short-delay because", "malformed-suppression"),
        ("ignore[] everything", "malformed-suppression"),
        ("ingore[short-delay] typo", "malformed-suppression"),
        ("ignore[short-delay] soon until=tomorrow", "malformed-suppression"),
        ("ignore[short-delay] soon until=2026-02-30", "malformed-suppression"),
        ("ignore[duplicate-key] no duplicate here", "unused-suppression"),
    ],
)
def test_a_suppression_that_does_nothing_is_reported(
    tmp_path: Path, comment: str, rule: str
) -> None:
    assert said(run(tmp_path, written(key=f"  # advise: {comment}")))[0] == f"3 {rule}"


def test_an_unknown_rule_is_reported_with_what_may_be_meant(tmp_path: Path) -> None:
    outcome = run(tmp_path, written(key="  # advise: ignore[short-dela] typo"))
    assert outcome.findings[0].message.endswith("did you mean 'short-delay'?")


@pytest.mark.parametrize("comment", ["we advise: ignore this", "ask # advise: nobody"])
def test_prose_is_no_suppression(tmp_path: Path, comment: str) -> None:
    assert len(run(tmp_path, written(key=f"  # {comment}")).findings) == 2


def test_rules_of_cfn_lint_are_neither_unknown_nor_unused(tmp_path: Path) -> None:
    assert len(run(tmp_path, written(key="  # advise: ignore[W3002] as built")).findings) == 2


def test_a_rule_that_does_not_run_has_no_unused_suppressions(tmp_path: Path) -> None:
    text = written(type=IGNORE)
    config = Config(ignore=("short-delay",))
    assert not run(tmp_path, text, config).findings


def test_an_unused_suppression_can_be_removed(tmp_path: Path) -> None:
    outcome = run(tmp_path, written(type=IGNORE))
    fix = outcome.findings[0].fix
    assert fix is not None
    assert fix.safe
    (edit,) = fix.edits
    assert (edit.span.start.line, edit.text) == (4, "")
    line = written(type=IGNORE).replace("    ", "", 1).splitlines()[edit.span.start.line - 1]
    assert line.strip().endswith("agreed with ops")


def test_no_ignores_shows_everything(tmp_path: Path) -> None:
    outcome = run(tmp_path, written(key=IGNORE), Config(ignores=False))
    assert len(outcome.findings) == 2
    assert not outcome.suppressed


METADATA = {
    "Resources": {
        "Orders": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"DelaySeconds": 5},
            "Metadata": {"advise": {"ignore": [{"rule": "short-delay", "reason": "meant so"}]}},
        },
        "Bills": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 6}},
    }
}


def test_metadata_of_a_resource_covers_the_resource(tmp_path: Path) -> None:
    outcome = run(tmp_path, json.dumps(METADATA))
    assert [f.location.resource for f in outcome.findings] == ["Bills"]
    assert [s.reason for s in outcome.suppressed] == ["meant so"]


def test_metadata_of_the_template_covers_the_file(tmp_path: Path) -> None:
    entry = {"rule": "QUE001", "reason": "a sandbox", "until": "2027-01-31"}
    template = METADATA | {"Metadata": {"advise": {"ignore": [entry]}}}
    assert len(run(tmp_path, json.dumps(template)).suppressed) == 2


@pytest.mark.parametrize(
    ("advise", "rule"),
    [
        ({"ignore": [{"rule": "short-delay"}]}, "suppression-without-reason"),
        ({"ignore": [{"rule": "nothing-like-it", "reason": "x"}]}, "suppression-of-unknown-rule"),
        ({"ignore": [{"id": "short-delay", "reason": "x"}]}, "malformed-suppression"),
        ({"ignore": [{"rule": "short-delay", "reson": "x"}]}, "malformed-suppression"),
        ({"ignore": ["short-delay"]}, "malformed-suppression"),
        ({"ignore": "short-delay"}, "malformed-suppression"),
        ({"ignores": []}, "malformed-suppression"),
        ({"ignore": [{"rule": "duplicate-key", "reason": "x"}]}, "unused-suppression"),
        (
            {"ignore": [{"rule": "short-delay", "reason": "x", "until": "2020-01-01"}]},
            "expired-suppression",
        ),
    ],
)
def test_metadata_that_does_nothing_is_reported(
    tmp_path: Path, advise: dict[str, object], rule: str
) -> None:
    bills = METADATA["Resources"]["Bills"] | {"Metadata": {"advise": advise}}
    template = {"Resources": {"Bills": bills}}
    outcome = run(tmp_path, json.dumps(template))
    assert rule in {f.rule.name for f in outcome.findings}
    assert "short-delay" in {f.rule.name for f in outcome.findings}


@pytest.mark.parametrize("copies", [1, 2])
def test_a_suppression_on_a_resource_counts_for_its_files_too(tmp_path: Path, copies: int) -> None:
    def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
        for node in architecture.nodes():
            if node.name != "Bills":
                place = replace(node.at(), path="app.py", pointer=())
                yield rule.finding("x", at=place, why="w", remediation="r")

    rule = rule_of(check)
    text = json.dumps(METADATA)
    nested = {"other": written()} if copies == 2 else {}
    if nested:
        text = text.replace(
            '"Bills": {',
            '"Bills": {"Type": "x"}, "N": {"Type": "AWS::Cloud'
            'Formation::Stack", "Properties": {"TemplateURL": "other.yaml"}}, "B": {',
            1,
        )
    outcome = judge(tmp_path, text, rule, config=CONFIG, nested=nested)
    orders = [f for f in outcome.findings if f.location.resource == "Orders"]
    # Of two templates with such a resource nothing tells which one the file belongs to.
    assert bool(orders) is (copies == 2)


def test_comments_in_source_count_for_their_line_or_the_next() -> None:
    text = (
        "const a = 1; // advise: ignore[x] meant so\n"
        "# advise: ignore[y] also meant until=2027-01-31\n"
        "\n"
        "b = 2\n"
        "/* advise: ignore[z] as well */\n"
        "c()\n"
    )
    found = [(s.line, s.rules, s.reason) for s in of_text("app.js", text)]
    assert found == [(1, ("x",), "meant so"), (4, ("y",), "also meant"), (6, ("z",), "as well")]


@given(st.text(alphabet="#/ advise:ignore[]-file\n=until2027-01x,*", max_size=200))
def test_any_text_can_be_scanned(text: str) -> None:
    for suppression in of_text("x.py", "advise:\n" + text):
        assert suppression.malformed or suppression.rules


@given(place=st.sampled_from(["key", "type", "properties", "value"]), known=st.booleans())
def test_a_suppression_never_adds_a_finding_of_another_rule(
    tmp_path_factory: pytest.TempPathFactory, place: str, *, known: bool
) -> None:
    folder = tmp_path_factory.mktemp("s")
    comment = IGNORE if known else IGNORE.replace("short-delay", "nothing")
    before = {f.fingerprint for f in run(folder, written()).findings}
    after = {
        f.fingerprint
        for f in run(folder, written(**{place: comment})).findings
        if not f.rule.id.startswith("SUP")
    }
    assert after <= before


MACHINE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Machine:  # advise: ignore[callback-without-timeout] people may take a year
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: m.asl.json, Role: "arn:aws:iam::123456789012:role/x"}
"""
DEFINITION = """{"StartAt": "Ask", "States": {"Ask": {
  "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
  "Parameters": {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}}, "End": true}}}
"""


def test_a_template_suppresses_what_stands_in_its_definition_file(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(MACHINE)
    definition = tmp_path / "m.asl.json"
    definition.write_text(DEFINITION)
    chosen = Config(select=("callback-without-timeout",))
    # As a directory, and as a hook hands over the one file that has changed.
    for path in (tmp_path, definition):
        report = analyze([path], chosen)
        assert report.findings == ()
        (suppressed,) = report.suppressed
        assert suppressed.finding.location.resource == "Machine"
        assert suppressed.reason == "people may take a year"

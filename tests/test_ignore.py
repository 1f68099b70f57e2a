"""Edits that suppress a finding: they do, and they change nothing else."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from advisor.analysis import analyze
from advisor.config import Config
from advisor.documents.load import read_text
from advisor.fixes.documents import Documents
from advisor.fixes.ignore import REASON, ignored
from advisor.rules.finding import Confidence, Severity
from advisor.rules.registry import load
from advisor.rules.testing import cases
from advisor.templates.tags import long_form
from tests.commands import ONLY, RULES
from tests.reports import ORDERS

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.documents.document import Data
    from advisor.report import Report
    from advisor.rules.finding import Finding, TextEdit
    from advisor.rules.testing import Case

REGISTRY = load()
CASES = [case for rule in REGISTRY.rules for case in cases(rule) if case.bad]
ALONE = [case for case in CASES if len(case.files) == 1 and not case.rule.id.startswith("SUP")]


def edited(text: str, edits: tuple[TextEdit, ...]) -> str:
    lines = read_text(text, "template", tags=long_form).lines
    for edit in sorted(edits, key=lambda each: each.span, reverse=True):
        start, end = lines.offset(edit.span.start), lines.offset(edit.span.end)
        text = f"{text[:start]}{edit.text}{text[end:]}"
    return text


def report_on(file: Path, case: Case) -> Report:
    config = Config(
        select=(case.rule.id,), severity=Severity.INFO, confidence=Confidence.LOW
    )  # fmt: skip
    return analyze([file], config, registry=REGISTRY)


def data_of(text: str) -> Data:
    return read_text(text, "template", tags=long_form).data


def same(one: Finding, other: Finding) -> bool:
    """Tell whether two findings are the same one, wherever their lines have moved to."""
    return one.fingerprint == other.fingerprint


@pytest.mark.parametrize("whole_file", [False, True], ids=["here", "file"])
@pytest.mark.parametrize("form", ["yaml", "json"])
@pytest.mark.parametrize("case", ALONE[::4], ids=[case.id for case in ALONE[::4]])
def test_a_finding_is_gone_after_the_edit_and_the_template_says_the_same(
    case: Case, form: str, *, whole_file: bool, tmp_path: Path
) -> None:
    (written,) = case.files.values()
    text = written if form == "yaml" else json.dumps(data_of(written), indent=2)
    file = tmp_path / f"template.{form}"
    file.write_text(text, encoding="utf-8")
    report = report_on(file, case)
    found = [each for each in report.findings if each.rule is case.rule and not each.resources]
    for finding in found[:1]:
        edits = ignored(finding, report, Documents(report), whole_file=whole_file)
        if not edits:
            # Where no comment can stand, a resource or the template must be there to say it.
            assert form == "json"
            assert finding.location.resource is None or "States" in text
            continue
        after = edited(text, edits)
        if "#" in edits[0].text:
            assert data_of(after) == data_of(text)
        file.write_text(after, encoding="utf-8")
        again = report_on(file, case)
        assert not again.errors
        assert not any(same(finding, each) for each in again.findings)
        assert any(each.reason == REASON for each in again.suppressed)


FLOW = 'Resources: {Orders: {Type: "AWS::SQS::Queue"},\n  Others: {Type: "AWS::SNS::Topic"}}\n'
COMMENTED = "Resources:\n  Orders:  # the orders\n    Type: AWS::SQS::Queue\n"
BESIDE = (
    "Resources:\n  Orders:  # advise: ignore[QUE001, API001] both are known\n"
    "    Type: AWS::SQS::Queue\n"
)
CRLF = "Resources:\r\n  Orders:  # the orders\r\n    Type: AWS::SQS::Queue\r\n"
ENDING = "Resources:\n  Orders: {Type: 'AWS::SQS::Queue'}"
AMONG = '{"Resources": {"Orders": {"Type": "AWS::SQS::Queue", "Metadata": {"a": 1}}}}'
LISTED = (
    '{"Resources": {"Orders": {"Type": "AWS::SQS::Queue", "Metadata": '
    '{"advise": {"ignore": [{"rule": "API001", "reason": "known"}]}}}}}'
)
TAKEN = '{"Resources": {"Orders": {"Type": "AWS::SQS::Queue", "Metadata": {"advise": 1}}}}'


def of_orders(text: str, folder: Path) -> str | None:
    """Return a text after the finding of a rule of a test is suppressed; None if it cannot be."""
    file = folder / "template"
    file.write_text(text, encoding="utf-8", newline="")
    config = Config(rule_directories=(RULES,), select=(ONLY[-1],))
    report = analyze([file], config)
    (finding,) = (each for each in report.findings if each.rule.name == ONLY[-1])
    edits = ignored(finding, report, Documents(report), reason="why")
    if not edits:
        return None
    after = edited(text, edits)
    file.write_text(after, encoding="utf-8", newline="")
    names = {each.rule.name for each in analyze([file], config).findings}
    assert ONLY[-1] not in names
    return after


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (FLOW, "# advise: ignore[queue-called-orders] why"),
        (COMMENTED, "  # advise: ignore[queue-called-orders] why"),
        (BESIDE, "  Orders:  # advise: ignore[QUE001, API001, queue-called-orders] both are known"),
        (CRLF, "  # advise: ignore[queue-called-orders] why"),
        (ENDING, "  Orders: {Type: 'AWS::SQS::Queue'}  # advise: ignore[queue-called-orders] why"),
    ],
    ids=["flow", "commented", "beside", "crlf", "ending"],
)
def test_a_comment_goes_where_there_is_room_for_one(text: str, line: str, tmp_path: Path) -> None:
    after = of_orders(text, tmp_path)
    assert after is not None
    assert line in after.splitlines() or any(each.endswith(line) for each in after.splitlines())
    assert after.count("\r\n") in (0, after.count("\n"))


@pytest.mark.parametrize("text", [AMONG, LISTED], ids=["among", "listed"])
def test_json_says_it_in_the_metadata_beside_what_is_there(text: str, tmp_path: Path) -> None:
    after = of_orders(text, tmp_path)
    assert after is not None
    before, now = json.loads(text), json.loads(after)
    metadata = now["Resources"]["Orders"]["Metadata"]
    assert {"rule": "queue-called-orders", "reason": "why"} in metadata["advise"]["ignore"]
    for key, value in before["Resources"]["Orders"]["Metadata"].items():
        assert key == "advise" or metadata[key] == value


def test_nothing_is_written_over_what_somebody_else_has_put_there(tmp_path: Path) -> None:
    assert of_orders(TAKEN, tmp_path) is None


def test_what_is_said_of_a_suppression_cannot_be_suppressed(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(COMMENTED.replace("the orders", "advise: ignore[QUE001] unused"))
    report = analyze([file], Config(select=("SUP", "QUE001")), registry=REGISTRY)
    (finding,) = report.findings
    assert ignored(finding, report, Documents(report)) == ()


def test_a_finding_in_a_definition_is_suppressed_at_its_machine(tmp_path: Path) -> None:
    folder = tmp_path / "orders"
    shutil.copytree(ORDERS, folder)
    (folder / "advise.toml").write_text("")
    template = folder / "template.yaml"
    config = Config(select=("WFL053",))
    report = analyze([folder], config, registry=REGISTRY)
    (finding,) = report.findings
    assert finding.location.path.endswith(".asl.json")
    (edit,) = ignored(finding, report, Documents(report))
    assert edit.path == "template.yaml"
    template.write_text(edited(template.read_text(), (edit,)))
    assert analyze([folder], config, registry=REGISTRY).findings == ()
    # By itself the definition has nobody who could say it.
    alone = tmp_path / "alone" / "machine.json"
    alone.parent.mkdir()
    shutil.copy(folder / finding.location.path, alone)
    report = analyze([alone], config, registry=REGISTRY)
    (finding,) = report.findings
    assert ignored(finding, report, Documents(report)) == ()
    assert ignored(finding, report, Documents(report), whole_file=True) == ()

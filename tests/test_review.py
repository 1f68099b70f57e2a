"""`advise report` writes one file with the picture, the summary, all findings and their fixes."""

from __future__ import annotations

import re
import sys
from html import unescape
from typing import TYPE_CHECKING

import pytest

from advisor.analysis import analyze
from advisor.config import Config
from advisor.fixes.documents import Documents
from advisor.fixes.plan import plan
from advisor.reporters.fix_diff import difference_of
from tests.browser import Browser, executable
from tests.commands import ran
from tests.reports import ORDERS

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = str(ORDERS / "template.yaml")
HOSTILE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  "Q</pre><script>hurt=1</script>```":
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: 1}
  Ship:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Timeout: 60
      InlineCode: "def handler(event, context): return 1"
      Events:
        Work:
          Type: SQS
          Properties: {Queue: !GetAtt ["Q</pre><script>hurt=1</script>```", Arn]}
"""


def report_of(template: str, file: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    if file.suffix == ".html":
        pytest.importorskip("fast_sugiyama", reason="the extra 'html' is not installed")
    code, out, complaints = ran(capsys, "report", template, "--output", str(file), *more)
    assert (code, out, complaints) == (0, "", "")
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["report.html", "report.md"])
def test_it_holds_every_finding_with_what_mends_it(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = report_of(TEMPLATE, tmp_path / name, capsys)
    words = unescape(text)
    report = analyze([TEMPLATE], Config())
    assert report.findings
    for finding in report.findings:
        assert finding.rule.id in words
        assert finding.remediation.split("\n")[0] in words
        assert f"{finding.location.path}:{finding.location.span.start.line}" in words
    assert "level reached: none" in words
    for heading in ("Reliability", "Security"):
        assert heading in words
    assert words.index("QUE010") < len(words)
    assert re.search(r"\n(<span class=.added.>)?\+", words)


def test_markdown_draws_the_architecture_and_needs_no_extra(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fast_sugiyama", None)
    text = report_of(TEMPLATE, tmp_path / "report.md", capsys)
    assert "```mermaid\nflowchart LR" in text


def test_html_without_the_extra_says_which_to_install_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fast_sugiyama", None)
    file = tmp_path / "report.html"
    code, _, complaints = ran(capsys, "report", TEMPLATE, "-o", str(file))
    assert code == 2
    assert "pip install 'serverless-advisor[html]'" in complaints
    assert not file.exists()


def test_advice_is_there_when_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = report_of(TEMPLATE, tmp_path / "few.md", capsys)
    more = report_of(TEMPLATE, tmp_path / "more.md", capsys, "--severity", "info")
    assert len(more) > len(few)


def test_a_difference_is_what_the_fix_makes_of_the_file() -> None:
    report = analyze([TEMPLATE], Config())
    documents = Documents(report)
    seen = 0
    for finding in report.findings:
        if finding.fix is None:
            continue
        difference = difference_of(finding.fix, documents)
        made = plan([finding], documents, unsafe=True)
        if not made.texts:
            assert difference == ""
            continue
        seen += 1
        for path, after in made.texts.items():
            document = documents.get(path)
            assert document is not None
            before = document.text.split("\n")
            gone = [line[1:] for line in difference.split("\n") if re.match(r"-(?!--)", line)]
            new = [line[1:] for line in difference.split("\n") if re.match(r"\+(?!\+\+)", line)]
            assert len(after.split("\n")) - len(before) == len(new) - len(gone)
            assert set(gone) <= set(before)
            assert set(new) <= set(after.split("\n"))
    assert seen


@pytest.mark.parametrize("name", ["report.html", "report.md"])
def test_nothing_of_a_template_is_markup(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "advise.toml").write_text("")
    file = tmp_path / "template.yaml"
    file.write_text(HOSTILE)
    text = report_of(str(file), tmp_path / name, capsys, "--severity", "info")
    assert "hurt=1" in text
    if name == "report.html":
        assert text.count("<script") == 2
    else:
        outside = re.sub(r"(?ms)^(`{3,})\w*\n.*?^\1\n", "", text)
        outside = re.sub(r"(`+).*?\1(?!`)", "", outside)
        assert "<script" not in outside.replace("\\<", "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--output", "report.pdf", TEMPLATE), "'report.pdf' ends in none of .html, .md"),
        (("--output", "/nowhere/at/all.md", TEMPLATE), "no such file or directory"),
        (("--output", "x.md", "nowhere.yaml"), "no such file"),
        ((TEMPLATE,), "missing option '--output'"),
        (("--output", "x.md", "--severity", "grave", TEMPLATE), "'grave' is none of"),
    ],
)
def test_what_cannot_be_written_is_said(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, complaints = ran(capsys, "report", *arguments)
    assert (code, out) == (2, "")
    assert told in complaints.lower()


def test_the_page_works_in_a_browser(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = executable()
    if program is None:
        pytest.skip("no chromium or chrome is installed")
    file = tmp_path / "report.html"
    report_of(TEMPLATE, file, capsys)
    with Browser(program, tmp_path / "profile") as browser:
        browser.open(file)
        assert browser.ask("document.querySelectorAll('#report .card').length > 3")
        assert browser.ask("document.querySelectorAll('[data-n]').length > 3")
        assert browser.complaints() == []
        assert browser.requests() == [file.as_uri()]

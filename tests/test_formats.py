"""Formats for services: SARIF, GitHub, GitLab, JUnit and Markdown, by their own rules."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from advisor.cli.options import Options
from advisor.cli.places import placed
from advisor.cli.services import GITLAB_REPORT, with_service
from advisor.documents.location import Location, Position, Span
from advisor.records import replace
from advisor.reporters import github, gitlab, junit, markdown, sarif
from advisor.reporters.line_hash import line_hashes
from advisor.reporters.look import Look
from advisor.rules.finding import Severity
from tests.reports import NO_DLQ, clean, findings, full, report
from tests.snapshots import matches

if TYPE_CHECKING:
    from advisor.report import Report

NAMES = {"sarif": "sarif.json", "github": "github.txt", "gitlab": "gitlab.json",
         "junit": "junit.xml", "markdown": "markdown.md"}  # fmt: skip
WRITERS = {"sarif": sarif, "github": github, "gitlab": gitlab, "junit": junit,
           "markdown": markdown}  # fmt: skip
HOSTILE = (
    "a,b:c%d\r\n::error::owned <script>x</script> [x](https://evil.example) @team #1 "
    "`code` | ]]> \x00\x1b[31m \ud800 {0} ```"
)


def hostile() -> Report:
    """Return a report in which every text of a template is an attack."""
    place = Location("a b%,:.yaml", ("Resources", HOSTILE), Span(Position(1, 1), Position(1, 4)))
    finding = NO_DLQ.finding(
        HOSTILE, at=replace(place, label=HOSTILE, resource=HOSTILE),
        related=[replace(place, label=HOSTILE)], why=HOSTILE, remediation=HOSTILE,
    )  # fmt: skip
    return report(findings=(finding,), sources={place.path: f"{HOSTILE}\n"})


def many(count: int, severity: Severity = Severity.WARNING) -> Report:
    """Return a report with many findings."""
    one = replace(findings()[2], severity=severity)
    return report(
        findings=tuple(
            replace(one, message=f"{one.message} {n}", fingerprint=str(n)) for n in range(count)
        )
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_format_is_what_was_reviewed(name: str) -> None:
    assert matches(NAMES[name], WRITERS[name].render(full(), look=Look()))


@pytest.mark.parametrize("name", NAMES)
def test_every_format_takes_hostile_and_empty_reports(name: str) -> None:
    for each in (hostile(), clean(), clean(files=()), full()):
        text = WRITERS[name].render(each, look=Look())
        assert "\x1b" not in text
        assert "\x00" not in text


# ---- the hash of a line; expected values are those that the upload step's own tests publish

GREETINGS = [
    "e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1",
    "b3edc88f2938467e:1", "c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1",
]  # fmt: skip
LOREM = [
    *(f"a7f2ff13bc495cf2:{n}" for n in range(1, 7)), "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1",
    "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (" a\nb\n  \t\tc\n d", ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1",
                                "a23a3dc5e078b07b:1"]),
        (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End",
         ["8b7cf3e952e7aeb2:1", "b1ae1287ec4718d9:1", "bff680108adb0fcc:1", "c6805c5e1288b612:1",
          "b86d3392aea1be30:1", "e6ceba753e1a442:1"]),
        (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", GREETINGS),
        (" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", GREETINGS),
        (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", GREETINGS),
        (" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", GREETINGS),
        ("Lorem ipsum dolor sit amet.\n" * 10, LOREM),
    ],
)  # fmt: skip
def test_the_hash_of_a_line_is_the_one_that_github_computes(text: str, hashes: list[str]) -> None:
    assert line_hashes(text) == hashes


@given(st.text(alphabet="ab \t\r\n\U0001f600"))
def test_every_line_has_a_hash_of_its_own(text: str) -> None:
    hashes = line_hashes(text)
    assert len(hashes) == len(re.split(r"\r\n|\r|\n", text))
    assert len(set(hashes)) == len(hashes)


# ---- SARIF


def test_sarif_has_all_that_code_scanning_asks_for() -> None:
    data = json.loads(sarif.render(full(), look=Look()))
    run = data["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({rule["id"] for rule in rules})
    for rule in rules:
        for key in ("shortDescription", "fullDescription", "help"):
            assert len(rule[key]["text"]) > 0
        assert len(rule["shortDescription"]["text"]) <= 1024
        is_security = "security-severity" in rule["properties"]
        assert is_security == ("security" in rule["properties"]["tags"])
        assert is_security != ("problem.severity" in rule["properties"])
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["startLine"] == region["endLine"]
        assert result["partialFingerprints"]["primaryLocationLineHash"]
        linked = {int(n) for n in re.findall(r"(?<!\\)\]\((\d+)\)", result["message"]["text"])}
        assert linked == {each["id"] for each in result.get("relatedLocations", [])}
    assert run["invocations"][0]["executionSuccessful"] is False
    assert [each["suppressions"][0]["justification"] for each in run["results"][-1:]] == [
        "the tracer costs too much"
    ]


def test_sarif_has_the_structure_of_its_standard() -> None:
    model = pytest.importorskip("sarif_pydantic", reason="sarif-pydantic is not installed")
    for each in (report(), clean(), full(), many(20)):
        model.Sarif.model_validate_json(sarif.render(each, look=Look()))


def test_sarif_takes_no_text_for_a_link_or_a_placeholder() -> None:
    result = json.loads(sarif.render(hostile(), look=Look()))["runs"][0]["results"][0]
    text = result["message"]["text"]
    assert r"\[x\](https" in text
    assert "{{0}}" in text
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "a%20b%25%2C%3A.yaml"


def test_sarif_writes_a_path_as_steps() -> None:
    results = json.loads(sarif.render(report(), look=Look()))["runs"][0]["results"]
    flows = [each["codeFlows"] for each in results if "codeFlows" in each]
    assert [len(flow[0]["threadFlows"][0]["locations"]) for flow in flows] == [4, 3]


# ---- GitHub


def test_annotations_are_escaped_one_line_each() -> None:
    text = github.render(hostile(), look=Look())
    assert text.count("\n") == 1
    head, message = re.fullmatch(r"::warning ([^:]*)::(.*)\n", text).groups()  # type: ignore[union-attr] # fails if None
    assert "file=a b%25%2C%3A.yaml," in head
    assert message.startswith("a,b:c%25d%0A::error::owned ")


def test_annotations_keep_to_the_limits_and_count_the_rest() -> None:
    for severity, most in ((Severity.ERROR, 10), (Severity.WARNING, 10), (Severity.INFO, 9)):
        lines = github.render(many(30, severity), look=Look()).splitlines()
        assert len(lines) == most + 1
        assert lines[-1] == f"::notice::{30 - most} more, see the log or the summary of the job"


def test_annotations_start_with_the_gravest() -> None:
    kinds = [line.split(" ")[0] for line in github.render(report(), look=Look()).splitlines()]
    assert kinds == ["::error", "::warning", "::warning", "::warning", "::notice"]


# ---- GitLab


def test_gitlab_entries_have_what_is_required_and_fingerprints_of_their_own() -> None:
    for each in (report(), full(), many(5), report(findings=findings()[:1] * 3)):
        entries = json.loads(gitlab.render(each, look=Look()))
        assert entries
        for entry in entries:
            assert entry.keys() >= {"description", "check_name", "fingerprint", "severity"}
            assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
            assert entry["location"]["lines"]["begin"] >= 1
            assert not entry["location"]["path"].startswith(("./", "/"))
        assert len({entry["fingerprint"] for entry in entries}) == len(entries)


def test_gitlab_fingerprints_do_not_depend_on_lines_or_words() -> None:
    moved = [
        replace(each, message="other", location=replace(each.location, span=Span(
            Position(99, 1), Position(99, 2))))
        for each in findings()
    ]  # fmt: skip
    before = json.loads(gitlab.render(report(), look=Look()))
    after = json.loads(gitlab.render(report(findings=tuple(moved)), look=Look()))
    assert [e["fingerprint"] for e in before] == [e["fingerprint"] for e in after]


def test_a_clean_run_is_an_empty_list_for_gitlab() -> None:
    assert json.loads(gitlab.render(clean(), look=Look())) == []


# ---- JUnit


def test_junit_counts_agree_and_names_are_unique() -> None:
    for each in (report(), full(), clean(), many(4), report(findings=findings()[:1] * 3)):
        root = ET.fromstring(junit.render(each, look=Look()))  # noqa: S314 - our own text
        for element in (root, *root.iter("testsuite")):
            for key, path in (("tests", ""), ("failures", "/failure"), ("errors", "/error"),
                              ("skipped", "/skipped")):  # fmt: skip
                assert int(element.get(key, "-1")) == len(element.findall(f".//testcase{path}"))
        names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
        assert len(set(names)) == len(names) > 0


def test_junit_has_a_passing_case_for_every_clean_file() -> None:
    root = ET.fromstring(junit.render(clean(), look=Look()))  # noqa: S314 - our own text
    assert [case.get("file") for case in root.iter("testcase")] == [
        "template.yaml", "workflows/fulfilment.asl.json",
    ]  # fmt: skip
    assert root.get("failures") == "0"


def test_junit_is_read_by_those_who_read_it() -> None:
    parser = pytest.importorskip("junitparser", reason="junitparser is not installed")
    suites = parser.JUnitXml.fromstring(junit.render(full(), look=Look()).encode())
    assert (suites.tests, suites.failures, suites.errors, suites.skipped) == (8, 4, 2, 1)


# ---- Markdown


def test_markdown_is_cut_between_findings_to_what_a_comment_takes() -> None:
    text = markdown.render(many(500), look=Look())
    assert len(text) <= markdown.LONGEST_COMMENT
    assert text.startswith(f"{markdown.MARKER}\n")
    assert text.count("<details>") == text.count("</details>")
    shown = text.count("<details>")
    assert f"… and {500 - shown} more findings: see the log." in text


def test_markdown_holds_nothing_of_the_template_that_acts() -> None:
    text = markdown.render(hostile(), look=Look())
    html = MarkdownIt("commonmark", {"html": True}).render(text)
    assert "<details>" in html
    assert not re.search("<(script|a|img)", html)
    outside_code = re.sub("<code.*?</code>", "", html, flags=re.DOTALL)
    # A service looks for people and issues in what is rendered, and stops at a blank of no width.
    assert not re.search(r"@\w|(?<!&)#\d|://", re.sub("<summary>.*</summary>", "", outside_code))


# ---- where paths start, and what services get unasked


def test_paths_start_where_their_reader_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tmp_path / "repository" / "services"
    inside = base / "orders"
    inside.mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    monkeypatch.chdir(inside)
    there = report(base=str(base))
    name = "orders/template.yaml"
    assert placed(Look(), "text", there, environ={}).path(name) == "template.yaml"
    assert placed(Look(), "text", there, environ={}).path("a.yaml") == "../a.yaml"
    assert placed(Look(), "sarif", there, environ={}).path(name) == f"services/{name}"
    assert placed(Look(), "json", there, environ={}).path(name) == name
    workspace = {"GITHUB_WORKSPACE": str(tmp_path)}
    assert placed(Look(), "github", there, environ=workspace).path(name) == (
        f"repository/services/{name}"
    )
    elsewhere = {"GITHUB_WORKSPACE": str(tmp_path / "elsewhere")}
    assert placed(Look(), "github", there, environ=elsewhere).path(name) == f"services/{name}"


def test_github_gets_annotations_and_a_summary_beside_the_text(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    options = Options(paths=("x",))
    text = with_service("text\n", report(), options=options, look=Look(), environ=environ)
    assert text.startswith("::group::advise\ntext\n::endgroup::\n::error file=template.yaml,")
    assert summary.read_text().startswith(markdown.MARKER)
    with_service("text\n", clean(), options=options, look=Look(), environ=environ)
    assert summary.read_text().count(markdown.MARKER) == 2
    for chosen in (Options(format="text"), Options(output=("sarif=x",)), Options(from_hook=True)):
        assert with_service("x", report(), options=chosen, look=Look(), environ=environ) == "x"
    assert with_service("x", report(), options=options, look=Look(), environ={}) == "x"


def test_gitlab_gets_its_report_beside_the_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {"GITLAB_CI": "true"}
    options = Options(paths=("x",))
    assert with_service("x", report(), options=options, look=Look(), environ=environ) == "x"
    assert len(json.loads(Path(GITLAB_REPORT).read_text())) == len(findings())
    assert "gl-code-quality-report.json" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == [GITLAB_REPORT.name]

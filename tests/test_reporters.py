"""What is shown of a report: text for people, lines for searching, JSON for machines."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from advisor.documents.location import Location, Position, Span, format_pointer
from advisor.records import replace
from advisor.reporters import concise, terminal
from advisor.reporters import json as json_reporter
from advisor.reporters.excerpt import cut_around
from advisor.reporters.formats import FORMATS, render
from advisor.reporters.look import NARROWEST, WIDEST, Look
from advisor.reporters.safe import cells, no_command, safe
from advisor.rules.finding import Confidence, Severity
from tests.reports import NO_DLQ, ROOT, clean, findings, full, report
from tests.snapshots import matches

if TYPE_CHECKING:
    from advisor.report import Report
    from advisor.rules.finding import Finding

ESCAPE = re.compile("\033\\[[0-9;]*m")
SCHEMA = json.loads((ROOT / "advisor" / "data" / "report.schema.json").read_text(encoding="utf-8"))

LOOKS = {
    "wide": Look(timed=True),
    "narrow-ascii": Look(width=50, ascii_only=True),
    "verbose": Look(verbose=True, show_suppressed=True),
    "colour": Look(colour=True),
}


def at(text: str, words: str) -> Location:
    """Return where words stand in a text of one line."""
    start = text.index(words) + 1
    return Location("a.yaml", (), Span(Position(1, start), Position(1, start + len(words))))


def one(text: str, words: str, message: str = "it is there", label: str = "") -> Report:
    """Return a report of one finding in a file of one line."""
    finding = NO_DLQ.finding(
        message, at=at(text, words).labelled(label), why="so it is", remediation="Mend: it"
    )
    return report(findings=(finding,), sources={"a.yaml": text})


@pytest.mark.parametrize("look", LOOKS)
def test_text_is_what_was_reviewed(look: str) -> None:
    assert matches(f"text-{look}.txt", terminal.render(report(), look=LOOKS[look]))


def test_a_report_with_everything_in_it_is_what_was_reviewed() -> None:
    assert matches("text-full.txt", terminal.render(full(), look=LOOKS["verbose"]))


def test_concise_is_what_was_reviewed() -> None:
    assert matches("concise.txt", concise.render(full(), look=Look()))


def test_json_is_what_was_reviewed() -> None:
    assert matches("report.json", json_reporter.render(full()))


def test_json_follows_its_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for each in (report(), clean(), full()):
        Draft202012Validator(SCHEMA).validate(json.loads(json_reporter.render(each)))


def test_json_has_the_keys_of_version_1_and_no_others() -> None:
    data = json.loads(json_reporter.render(full()))
    assert list(data) == [
        "version", "tool", "files", "findings", "errors", "suppressed", "summary",
    ]  # fmt: skip
    assert list(data["findings"][0]) == [
        "rule", "severity", "confidence", "message", "resource", "location", "related",
        "resources", "when", "evidence", "why", "remediation", "fix", "pillar", "fingerprint",
    ]  # fmt: skip
    assert list(data["findings"][0]["location"]) == ["path", "pointer", "start", "end", "label"]
    assert data["findings"][0]["related"][0].keys() - data["findings"][0]["location"].keys() == {
        "resource"
    }


def test_json_lines_hold_one_finding_each() -> None:
    lines = json_reporter.render_lines(report()).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(json_reporter.render(report()))[
        "findings"
    ]


def test_pointers_are_escaped_as_rfc_6901_says() -> None:
    assert format_pointer(("a/b", "m~n", 0, "")) == "/a~1b/m~0n/0/"


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_renders_every_report(name: str) -> None:
    for each in (report(), clean(), full(), clean(files=())):
        assert isinstance(render(name, each, look=Look()), str)


def test_a_format_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no format is called 'pdf'"):
        render("pdf", clean(), look=Look())


@pytest.mark.parametrize("width", [1, NARROWEST, 60, 80, WIDEST, 300])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_line_is_wider_than_the_terminal(width: int, ascii_only: bool) -> None:  # noqa: FBT001 - a parameter
    look = Look(width=width, ascii_only=ascii_only)
    room = max(width, NARROWEST)
    text = terminal.render(report(), look=look)
    pasted = {line.strip() for f in findings() for line in f.remediation.splitlines()}
    for line in text.splitlines():
        holds_pasted = any(part in line for part in pasted)
        assert cells(line) <= min(room, WIDEST) or holds_pasted, line


def test_ascii_means_ascii() -> None:
    awkward = one("Näme: “x”→", "“x”", message="'Näme' → … \u00d7 3", label="\u2013")
    for name in ("text", "concise"):
        assert render(name, awkward, look=Look(ascii_only=True, verbose=True)).isascii()


def test_colour_only_adds_escapes() -> None:
    plain = terminal.render(report(), look=Look())
    coloured = terminal.render(report(), look=Look(colour=True))
    assert ESCAPE.sub("", coloured) == plain
    assert "\033" not in plain


def test_nothing_in_a_template_acts_on_the_terminal() -> None:
    text = "Name: \x1b[31mred\x07\u202egnp.exe\u200b [bold]x[/bold] [/x] \x9b1m"
    shown = render("text", one(text, "gnp", message=text, label=text), look=Look())
    assert not set(shown) & {"\x1b", "\x07", "\u202e", "\u200b", "\x9b"}
    assert "␛[31mred␇<U+202E>gnp.exe<U+200B> [bold]x[/bold] [/x] <U+009B>1m" in shown


@pytest.mark.parametrize("command", ["::error::owned", "##[error]owned"])
@pytest.mark.parametrize("name", ["text", "concise"])
def test_no_line_is_a_command_of_a_build_runner(command: str, name: str) -> None:
    words = " ".join([command] * 40)
    hostile = one(words, command, message=words, label=words)
    finding = replace(hostile.findings[0], why=words, remediation=f"{command}\n{words}")
    path = replace(finding, location=replace(finding.location, path=command))
    for each in (finding, path):
        text = render(name, replace(hostile, findings=(each,)), look=Look(width=50, verbose=True))
        assert not [line for line in text.splitlines() if line.lstrip().startswith(("::", "##["))]


def test_a_runner_command_is_kept_readable() -> None:
    assert no_command("  ::error::x") == ".   ::error::x"
    assert no_command("a ::error::x") == "a ::error::x"


@given(st.text(), st.booleans())
def test_safe_text_is_printable_whatever_it_was(text: str, ascii_only: bool) -> None:  # noqa: FBT001 - a parameter
    made = safe(text, ascii_only=ascii_only)
    assert made.isprintable()
    assert made.isascii() or not ascii_only
    assert safe(made, ascii_only=ascii_only) == made


@given(
    st.text(alphabet=st.characters(exclude_characters="\r\n"), min_size=1, max_size=400),
    st.data(),
    st.integers(20, 100),
)
def test_a_cut_line_shows_the_start_of_what_is_marked(
    line: str, data: st.DataObject, room: int
) -> None:
    start = data.draw(st.integers(1, len(line)))
    end = data.draw(st.integers(start + 1, len(line) + 1))
    cut = cut_around(line, Span(Position(1, start), Position(1, end)), room=room, look=Look())
    assert cells(cut.text) <= room
    assert cut.width >= 1
    first = safe(line[start - 1])
    if cells(first) > 0:
        behind = ""
        for character in cut.text:
            if cells(behind) >= cut.start:
                break
            behind += character
        rest = cut.text.removeprefix(behind)
        # What takes no column of its own may stand between.
        assert first in rest[: len(first) + 400]


def test_a_line_of_a_megabyte_is_cut_in_no_time() -> None:
    line = "{" + '"a":"b",' * 200_000 + '"needle":1}'
    shown = render("text", one(line, '"needle"'), look=Look(width=60))
    marked = next(row for row in shown.splitlines() if "needle" in row)
    assert marked.startswith("1 │ …")
    assert max(map(cells, shown.splitlines())) <= 60


def test_wide_characters_keep_the_underline_in_place() -> None:
    shown = render("text", one("名前: 値段", "値段"), look=Look())
    assert "1 │ 名前: 値段\n  │       ━━━━\n" in shown


def test_a_tab_is_shown_as_blanks_and_counted_so() -> None:
    assert "1 │     a: b\n  │        ━\n" in render("text", one("\ta: b", "b"), look=Look())


def test_carriage_returns_end_lines_and_are_never_shown() -> None:
    source = "a: 1\r\nb: 2\r\n"
    span = Span(Position(2, 4), Position(2, 5))
    finding = NO_DLQ.finding(
        "it is there", at=Location("a.yaml", (), span), why="", remediation="x"
    )
    shown = render("text", report(findings=(finding,), sources={"a.yaml": source}), look=Look())
    assert "2 │ b: 2\n  │    ━\n" in shown
    assert "␍" not in shown


def test_a_place_whose_source_is_not_at_hand_is_still_named() -> None:
    shown = render("text", report(sources={}), look=Look())
    assert "╭─▸ template.yaml:55:26" in shown
    assert "① 'Orders' hides a message for only 30 s" in shown


def test_a_span_over_several_lines_marks_the_first() -> None:
    span = Span(Position(1, 1), Position(2, 3))
    finding = NO_DLQ.finding("it", at=Location("a.yaml", (), span), why="", remediation="x")
    shown = render("text", report(findings=(finding,), sources={"a.yaml": "abc\ndef"}), look=Look())
    assert "1 │ abc\n  │ ━━━\n" in shown


def test_more_places_than_three_are_counted_and_shown_when_asked_for() -> None:
    assert "and 1 more place (-v)" in render("text", report(), look=Look())
    verbose = render("text", report(), look=Look(verbose=True))
    assert "④ while the browser waits" in verbose
    assert "more place" not in verbose


def test_the_condition_of_a_finding_is_shown() -> None:
    assert "when  IsProd is false" in render("text", report(), look=Look())
    assert "(when IsProd is false)" in render("concise", report(), look=Look())


def flat(text: str) -> str:
    """Return a text without its lines and gutters."""
    return " ".join(text.replace("│", " ").split())


def aggregated(count: int) -> Finding:
    """Return a finding that lists resources."""
    names = tuple(f"Function{n}" for n in range(count))
    return replace(findings()[0], resources=names)


def test_an_aggregated_finding_lists_some_resources_and_counts_the_rest() -> None:
    shown = render("text", report(findings=(aggregated(12),)), look=Look())
    assert "Function7 and 4 more" in flat(shown)
    everything = render("text", report(findings=(aggregated(12),)), look=Look(verbose=True))
    assert "Function11" in everything


def test_a_clean_run_says_so_in_two_lines_and_quietly_not_at_all() -> None:
    assert render("text", clean(), look=Look()) == (
        "✓ 1 template, 1 state machine · 9 resources · 3 states · 64 rules\n  No problems.\n"
    )
    for name in ("text", "concise"):
        assert not render(name, clean(), look=Look(quiet=True))


def test_one_clean_file_is_called_by_its_name() -> None:
    single = clean(files=report().files[:1])
    assert render("text", single, look=Look(timed=True)) == (
        "✓ template.yaml  SAM · 9 resources · 64 rules · 0.14 s\n  No problems.\n"
    )


def test_nothing_is_said_where_nothing_was_ours() -> None:
    assert not render("text", clean(files=(), skipped=("package.json",)), look=Look())


def test_what_is_hidden_is_counted() -> None:
    text = render("text", full(), look=Look())
    assert "· 1 info hidden (--severity info)" in text
    assert "1 suppressed (--show-suppressed)" in text


def test_the_option_that_would_show_what_is_hidden_is_named() -> None:
    unsure = replace(findings()[0], severity=Severity.INFO, confidence=Confidence.LOW)
    shown = render("text", report(hidden=(unsure,), lowest=Severity.INFO), look=Look())
    assert "1 of low confidence hidden (--confidence low)" in shown
    assert "info hidden" not in shown


def test_a_remediation_is_kept_as_it_is_for_pasting() -> None:
    long = f"On Orders:\n  Description: {'word ' * 30}end"
    finding = replace(findings()[0], remediation=long)
    shown = render("text", report(findings=(finding,)), look=Look(width=60))
    assert f"  Description: {'word ' * 30}end\n" in shown


def test_a_long_comment_stays_a_comment_where_it_is_broken() -> None:
    comment = f"a: b\n  # {'word ' * 30}end"
    shown = render(
        "text", report(findings=(replace(findings()[0], remediation=comment),)), look=Look(width=60)
    )
    rows = [line for line in shown.splitlines() if "word" in line]
    assert len(rows) > 2
    assert all(re.match(r"[ │]+# word", row) and cells(row) <= 60 for row in rows)


def test_a_path_from_far_away_is_written_whole() -> None:
    look = Look(base="/srv/shop", start="/home/somebody/else/entirely")
    assert look.path("orders/template.yaml") == "/srv/shop/orders/template.yaml"
    assert replace(look, start="/srv/shop/orders").path("orders/t.yaml") == "t.yaml"

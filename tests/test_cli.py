"""The command line: what is asked for, what is written where, and which exit code follows."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.cli.main import run
from advisor.cli.options import Options, Takes, every_option
from advisor.cli.parse import parse
from advisor.cli.settings import config_for
from advisor.cli.streams import Progress, look_for
from advisor.errors import ConfigError
from advisor.rules.finding import Confidence, Severity
from tests.reports import ORDERS, ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

RULES = ROOT / "fixtures" / "rules" / "orders"
FAILING = ROOT / "fixtures" / "rules" / "failing"
ONLY = ("--rules", str(RULES), "--select", "queue-called-orders")
ADVISE = (sys.executable, "-m", "advisor")
BAD = "Resources:\n  Orders:\n    Type: AWS::SQS::Queue\n"
GOOD = "Resources:\n  Requests:\n    Type: AWS::SQS::Queue\n"
BROKEN = "Resources:\n  Orders:\n    Type: AWS::SQS::Queue\n    Properties: {Delay: [\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project of one bad template, and stand in it."""
    (tmp_path / "advise.toml").write_text("")
    (tmp_path / "bad.yaml").write_text(BAD)
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "_ADVISE_COMPLETE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


Run = tuple[int, str, str]


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> Run:
    """Run the command line in this process; return exit code, output and complaints."""
    code = run(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def process(*arguments: str, stdin: bytes = b"", **environment: str) -> Run:
    """Run the command line in a process of its own."""
    done = subprocess.run(
        [*ADVISE, *arguments], input=stdin, capture_output=True, check=False, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
    return done.returncode, done.stdout.decode(), done.stderr.decode()


# ---- what is typed


def test_every_option_of_the_table_has_its_value_in_options() -> None:
    table = [option.field for option in every_option()]
    assert sorted([*table, "paths"]) == sorted(field.name for field in fields(Options))
    assert len(set(table)) == len(table)


def test_options_and_paths_stand_in_any_order() -> None:
    given_words = ["a.yaml", "--fail-on=error", "-qv", "--ignore", "QUE001, WFL", "b", "--", "-c"]
    assert parse(given_words) == Options(
        paths=("a.yaml", "b", "-c"), fail_on="error", quiet=True, verbose=True,
        ignore=("QUE001", "WFL"),
    )  # fmt: skip


def test_lists_grow_and_single_values_are_replaced() -> None:
    words = ["--select", "A,B", "--select=C", "--severity", "error", "--severity", "info"]
    assert parse(words) == Options(select=("A", "B", "C"), severity="info")
    assert parse(["--parameter", "A=1,2", "--parameter", "B="]).parameter == ("A=1,2", "B=")


def test_a_dash_is_a_path() -> None:
    assert parse(["-", "--stdin-filename", "-"]) == Options(paths=("-",), stdin_filename="-")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--selct", "A"], "no option is called '--selct'; did you mean '--select'?"),
        (["-x"], "no option is called '-x'"),
        (["--color", "neber"],
         "'neber' is no value of '--color': auto, always, never; did you mean 'never'?"),
        (["--fail-on"], "option '--fail-on' needs a value"),
        (["--exclude"], "option '--exclude' needs PATTERN,…"),
        (["--ascii=yes"], "option '--ascii' takes no value"),
    ],
)  # fmt: skip
def test_what_is_typed_wrongly_is_said_in_one_line(words: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        parse(words)


@given(st.lists(st.text(max_size=12) | st.sampled_from([o.name for o in every_option()])))
def test_any_words_are_options_or_an_error(words: list[str]) -> None:
    with suppress(ConfigError):
        assert isinstance(parse(words), Options)


def test_the_help_page_and_the_quick_parser_know_the_same_options() -> None:
    code, out, _ = process("check", "--help", COLUMNS="200", TERM="dumb", NO_COLOR="1")
    assert code == 0
    shown = set(re.findall(r"(?<![\w-])--[a-z-]+", out))
    # Texts of the help name other options, too.
    assert {option.name for option in every_option()} <= shown
    assert shown <= {option.name for option in every_option()} | {"--help"}


def test_typer_hands_the_same_values_on_as_the_quick_parser() -> None:
    import typer
    from typer.main import get_command

    from advisor.cli import check_help

    app = typer.Typer(add_completion=False)
    check_help.register(app)
    words = ["a.yaml"]
    for option in every_option():
        value = option.choices[0] if option.choices else "x"
        words += [option.name] if option.takes is Takes.NOTHING else [option.name, value]
    context = get_command(app).make_context("check", list(words))
    typed = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in context.params.items()
    }
    assert Options(**typed) == parse(words)  # type: ignore[arg-type] # the table's fields


# ---- what it means


def test_options_become_settings(here: Path) -> None:
    config = config_for(parse([
        "bad.yaml", "--severity", "info", "--confidence", "low", "--fail-on", "error",
        "--parameter", "Stage=a=b", "--today", "2026-11-21", "--no-ignores", "--exclude", "x/",
    ]))  # fmt: skip
    assert config.severity is Severity.INFO
    assert config.confidence is Confidence.LOW
    assert config.fail_on is Severity.ERROR
    assert config.parameters == {"Stage": "a=b"}
    assert config.today == date(2026, 11, 21)
    assert config.exclude == ("x/",)
    assert config.ignores is False
    assert config.file == here / "advise.toml"


@pytest.mark.usefixtures("here")
def test_fail_on_never_wins_over_the_file() -> None:
    assert config_for(parse(["bad.yaml", "--fail-on", "never"])).fail_on is None


def test_the_configuration_is_the_one_nearest_to_what_all_paths_share(here: Path) -> None:
    inner = here / "inner"
    inner.mkdir()
    (inner / "advise.toml").write_text('ignore = ["queue-called-orders"]')
    (inner / "t.yaml").write_text(BAD)
    assert config_for(Options(paths=("inner/t.yaml",))).ignore == ("queue-called-orders",)
    assert config_for(Options(paths=("inner/t.yaml", "bad.yaml"))).ignore == ()
    typed = Options(paths=("-",), stdin_filename="inner/new.yaml")
    assert config_for(typed).ignore == ("queue-called-orders",)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--today", "yesterday"], "'yesterday' is no value of '--today': YYYY-MM-DD"),
        (["--parameter", "Stage"], "'Stage' is no value of '--parameter': KEY=VALUE"),
        (["--output", "json"], "'json' is no value of '--output': FORMAT=FILE"),
        (["--output", "pdf=x"], "'pdf' is no format: "),
        (["--isolated", "--config", "x"], "'--config' and '--isolated' exclude each other"),
        (["--config", "nowhere.toml"], "nowhere.toml: "),
        (["--rules", "nowhere"], "nowhere: "),
        (["--select", "QUE00A"], "no rule is called 'QUE00A'"),
    ],
)
@pytest.mark.usefixtures("here")
def test_a_value_that_cannot_be_used_is_one_line_and_exit_2(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = ran(capsys, "bad.yaml", *words)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {message}")
    assert err.count("\n") == 1


# ---- what comes of it


@pytest.mark.usefixtures("here")
def test_findings_give_1_and_check_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ran(capsys, *ONLY, "bad.yaml")
    assert (code, err) == (1, "")
    assert "warning[QUE998] queue-called-orders: 'Orders' is called Orders" in out
    assert "2 │   Orders:" in out
    assert ran(capsys, "check", *ONLY, "bad.yaml") == (code, out, err)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--fail-on", "error"], 0), (["--fail-on", "warning"], 1), (["--fail-on", "never"], 0),
        (["--exit-zero"], 0),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("here")
def test_the_threshold_decides_the_exit_code(
    words: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    result, out, _ = ran(capsys, *ONLY, "bad.yaml", *words)
    assert result == code
    assert "QUE998" in out


def test_a_broken_template_is_one_line_and_the_others_are_reported(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "broken.yaml").write_text(BROKEN)
    code, out, err = ran(capsys, *ONLY, ".", "--exit-zero")
    assert code == 2
    assert "QUE998" in out
    assert re.fullmatch(r"error: broken\.yaml:\d+:\d+: .+\n", err)


@pytest.mark.usefixtures("here")
def test_a_path_that_is_not_there_is_one_line_and_the_others_are_reported(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = ran(capsys, *ONLY, "nowhere.yaml", "bad.yaml")
    assert code == 2
    assert "QUE998" in out
    assert err == "error: nowhere.yaml: no such file or directory\n"


@pytest.mark.usefixtures("here")
def test_a_misspelt_command_is_recognised(capsys: pytest.CaptureFixture[str]) -> None:
    _, _, err = ran(capsys, "ruls")
    assert err == "error: ruls: no such file or directory; did you mean the command 'rules'?\n"


def test_a_directory_called_like_a_command_is_a_path_when_written_as_one(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "rules").mkdir()
    (here / "rules" / "t.yaml").write_text(BAD)
    code, out, _ = ran(capsys, "./rules", *ONLY, "--format", "concise")
    assert code == 1
    assert out.startswith("rules/t.yaml:2:3: warning QUE998 ")


def test_unrelated_files_give_no_output(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "bad.yaml").write_text("name: build\non: push\n")
    (here / "package.json").write_text('{"name": "x"}')
    assert ran(capsys, ".") == (0, "", "")


def test_a_clean_run_is_silent_for_a_hook_and_when_asked_for(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "bad.yaml").write_text(GOOD)
    assert ran(capsys, *ONLY, "bad.yaml")[1].startswith("✓ bad.yaml  CloudFormation · 1 resource")
    for word in ("-q", "--quiet", "--from-hook"):
        assert ran(capsys, *ONLY, "bad.yaml", word) == (0, "", "")


def test_a_hook_with_nothing_to_look_at_is_content(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "check", "--from-hook") == (0, "", "")
    assert ran(capsys, "check")[0] == 2


def test_a_hook_honours_excludes_for_files_that_are_named(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "node_modules").mkdir()
    (here / "node_modules" / "t.yaml").write_text(BAD)
    named = ("node_modules/t.yaml", "bad.yaml", *ONLY)
    assert ran(capsys, *named, "--from-hook", "--exclude", "bad.yaml") == (0, "", "")
    assert ran(capsys, *named)[0] == 1


def test_file_names_are_never_patterns(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "we[i]rd *.yaml").write_text(BAD)
    code, out, _ = ran(capsys, *ONLY, "we[i]rd *.yaml", "--format", "concise")
    assert code == 1
    assert out.startswith("we[i]rd *.yaml:2:3: ")


def test_standard_input_is_called_as_asked(here: Path) -> None:
    words = ("-", *ONLY, "--stdin-filename", "deep/new.yaml", "--format", "concise")
    code, out, _ = process(*words, stdin=BAD.encode())
    assert code == 1
    assert out.startswith("deep/new.yaml:2:3: ")
    assert not (here / "deep").exists()
    code, out, err = process("-", stdin=b"Resources: \xff\n")
    assert (code, out) == (2, "")
    assert err.startswith("error: stdin.yaml: is not UTF-8")


@pytest.mark.usefixtures("here")
def test_json_is_complete_where_something_could_not_be_done(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = ran(capsys, *ONLY, "bad.yaml", "nowhere", "--format", "json")
    assert code == 2
    data = json.loads(out)
    assert [each["rule"]["id"] for each in data["findings"]] == ["QUE998"]
    assert [each["path"] for each in data["errors"]] == ["nowhere"]
    assert err.startswith("error: nowhere: ")


def test_several_outputs_are_written_beside_the_text(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--output", "json=r.json", "--output", "concise=r.txt", "--color", "always")
    code, out, _ = ran(capsys, *ONLY, "bad.yaml", *words)
    assert code == 1
    assert "\033[" in out
    assert json.loads((here / "r.json").read_text())["version"] == 1
    assert (here / "r.txt").read_text().startswith("bad.yaml:2:3: warning QUE998")


@pytest.mark.usefixtures("here")
def test_a_file_that_cannot_be_written_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ran(capsys, *ONLY, "bad.yaml", "--output", "json=no/such/place.json")
    assert code == 2
    assert "QUE998" in out
    assert err.startswith("error: no/such/place.json: ")


@pytest.mark.usefixtures("here")
def test_a_failing_rule_is_one_line_and_hides_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    words = (*ONLY, "--rules", str(FAILING), "--select", "queue-that-fails-its-rule")
    code, out, err = ran(capsys, "bad.yaml", *words)
    assert code == 2
    assert "QUE998" in out
    assert "QUE997" in err or "queue-that-fails-its-rule" in err
    assert err.count("\n") == 1
    _, _, longer = ran(capsys, "bad.yaml", *words, "--debug")
    assert "Traceback" in longer


@pytest.mark.usefixtures("here")
def test_the_same_run_twice_writes_the_same_bytes() -> None:
    for name in ("text", "json"):
        words = (*ONLY, "bad.yaml", "--today", "2026-11-21", "--format", name)
        assert process(*words, PYTHONHASHSEED="1") == process(*words, PYTHONHASHSEED="2")


# ---- other commands


def test_the_version_comes_with_the_date_of_the_data() -> None:
    code, out, _ = process("--version")
    assert code == 0
    assert re.fullmatch(r"advise \d+\.\d+\.\d+ \(data of \d{4}-\d\d-\d\d\)\n", out)


def test_help_lists_every_command() -> None:
    from advisor.cli.commands import COMMANDS

    code, out, _ = process("--help", NO_COLOR="1", TERM="dumb")
    assert code == 0
    for command in COMMANDS:
        assert re.search(rf"^\W*{command}\b", out, re.MULTILINE), command


def test_rules_are_listed_and_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ran(capsys, "rules", "--rules", str(RULES), "QUE998")
    assert code == 0
    assert "QUE998" in out
    assert out.endswith("1 rule, advise rule RULE explains one\n")
    _, text, _ = ran(capsys, "rules", "--rules", str(RULES), "--format", "json")
    assert "queue-called-orders" in [rule["name"] for rule in json.loads(text)]


@pytest.mark.parametrize("word", ["QUE998", "queue-called-orders"])
def test_a_rule_is_explained_by_id_and_name(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ran(capsys, "rule", word, "--rules", str(RULES))
    assert code == 0
    for heading in ("What it finds", "Why it matters", "Bad", "Good", "When to ignore it",
                    "How to ignore it", "See also"):  # fmt: skip
        assert heading in out
    assert "# advise: ignore[queue-called-orders] the reason" in out
    _, page, _ = ran(capsys, "rule", word, "--rules", str(RULES), "--format", "md")
    assert page.startswith("# queue-called-orders\n\n`QUE998` · warning · operations")
    _, data, _ = ran(capsys, "rule", word, "--rules", str(RULES), "--format", "json")
    assert json.loads(data)["id"] == "QUE998"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rule", "QUE998x", "--rules", str(RULES)], "no rule is called 'QUE998x'; did you mean"),
        (["rule"], "missing argument 'RULE'"),
        (["rules", "--format", "pdf"], "'pdf' is none of text, json"),
        (["rules", "--nonsense"], "no such option: --nonsense"),
    ],
)
def test_what_is_wrong_with_another_command_is_one_line(
    words: Sequence[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = ran(capsys, *words)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {message}")
    assert err.count("\n") == 1


def test_a_shell_can_ask_how_a_word_goes_on() -> None:
    code, out, _ = process(_ADVISE_COMPLETE="complete_bash", COMP_WORDS="advise ru", COMP_CWORD="1")
    assert code == 0
    assert out.split() == ["rules", "rule"]


# ---- streams


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Return what a terminal would."""
        return True


@pytest.mark.parametrize(
    ("wish", "environment", "colour"),
    [
        (None, {}, True), (None, {"NO_COLOR": "1"}, False), (None, {"NO_COLOR": ""}, True),
        (None, {"TERM": "dumb"}, False), ("never", {"FORCE_COLOR": "1"}, False),
        ("always", {"NO_COLOR": "1"}, True), ("auto", {"FORCE_COLOR": "0"}, False),
        (None, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)  # fmt: skip
def test_colour_at_a_terminal(wish: str | None, environment: dict[str, str], colour: bool) -> None:  # noqa: FBT001 - a parameter
    look = look_for(Options(color=wish), stream=Terminal(), environ=environment)
    assert look.colour is colour


@pytest.mark.parametrize(
    ("wish", "environment", "colour"),
    [(None, {}, False), (None, {"FORCE_COLOR": "1"}, True), ("always", {}, True)],
)
def test_colour_in_a_file(wish: str | None, environment: dict[str, str], colour: bool) -> None:  # noqa: FBT001 - a parameter
    file = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    assert look_for(Options(color=wish), stream=file, environ=environment).colour is colour


def test_width_and_characters_follow_the_terminal() -> None:
    look = look_for(Options(), stream=Terminal(), environ={"COLUMNS": "72"})
    assert (look.room, look.ascii_only, look.timed) == (72, False, True)
    assert look_for(Options(), stream=Terminal(), environ={"TERM": "dumb"}).ascii_only
    latin = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    assert look_for(Options(), stream=latin, environ={"COLUMNS": "40"}).ascii_only
    assert look_for(Options(), stream=latin, environ={"COLUMNS": "40"}).room == 100


def test_progress_is_for_people_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.delenv("TERM", raising=False)
    progress = Progress(wanted=True)
    progress("at once")
    assert not stream.getvalue()
    progress._next = 0.0  # noqa: SLF001 - a second later
    progress("judging \x1b[31mt.yaml")
    assert stream.getvalue() == "\r\033[Kjudging ␛[31mt.yaml"
    progress.done()
    assert stream.getvalue().endswith("\r\033[K")
    file = io.StringIO()
    monkeypatch.setattr(sys, "stderr", file)
    silent = Progress(wanted=True)
    silent._next = 0.0  # noqa: SLF001 - a second later
    silent("judging")
    assert not file.getvalue()


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break differently there")
def test_a_reader_that_has_had_enough_is_no_error(here: Path) -> None:
    for number in range(300):
        (here / f"t{number}.yaml").write_text(BAD)
    with subprocess.Popen(
        [*ADVISE, *ONLY, "."], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as started:  # fmt: skip
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.read(10)
        started.stdout.close()
        assert started.stderr.read() == b""
        assert started.wait(60) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ there")
def test_an_interrupted_run_ends_with_130_and_no_traceback(here: Path) -> None:
    fifo = here / "never"
    os.mkfifo(fifo)
    with subprocess.Popen(
        [*ADVISE, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as started:  # fmt: skip
        time.sleep(1.5)
        started.send_signal(signal.SIGINT)
        assert started.wait(30) == 130
        assert started.stderr is not None
        assert started.stderr.read() == b""


def test_the_orders_application_is_analysed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ran(capsys, str(ORDERS), "--format", "json", "--today", "2026-11-21")
    assert code in {0, 1}, err
    kinds = {file["path"].rpartition("/")[2]: file["kind"] for file in json.loads(out)["files"]}
    assert kinds == {"template.yaml": "sam", "fulfilment.asl.json": "asl"}

"""The command line: what is asked for, what is written where, which exit code follows."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.commands import ADVISE, BAD, BROKEN, FAILING, GOOD, ONLY, RULES, process, ran
from tests.reports import ORDERS, ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project of one bad template, and stand in it."""
    (tmp_path / "advise.toml").write_text("")
    (tmp_path / "bad.yaml").write_text(BAD)
    monkeypatch.chdir(tmp_path)
    for name in (
        "NO_COLOR",
        "FORCE_COLOR",
        "TERM",
        "COLUMNS",
        "_ADVISE_COMPLETE",
        "GITHUB_ACTIONS",
        "GITHUB_WORKSPACE",
        "GITHUB_STEP_SUMMARY",
        "GITLAB_CI",
        "CI_PROJECT_DIR",
    ):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


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


def test_nothing_asked_for_is_answered_with_help_and_exit_2() -> None:
    code, out, err = process(NO_COLOR="1", TERM="dumb")
    assert (code, err) == (2, "")
    assert "Usage: advise" in out


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


def test_columns_decide_the_width_of_what_is_piped_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "advise.toml").write_text("")
    (tmp_path / "template.yaml").write_text(
        "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n"
        "    Properties: {DelaySeconds: 1, DelaySeconds: 2}\n"
    )
    monkeypatch.setenv("COLUMNS", "60")
    _, out, _ = ran(capsys, str(tmp_path / "template.yaml"), "--color", "never")
    shown = [line for line in out.splitlines() if "template.yaml" not in line]
    assert 40 < max(map(len, shown)) <= 60

"""What is typed: options, their values, and the settings that they become."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.cli.options import Options, Takes, every_option
from advisor.cli.parse import parse
from advisor.cli.settings import config_for
from advisor.errors import ConfigError
from advisor.records import fields
from advisor.rules.finding import Confidence, Severity
from tests.commands import BAD, process, ran

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project of one bad template, and stand in it."""
    (tmp_path / "advise.toml").write_text("")
    (tmp_path / "bad.yaml").write_text(BAD)
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "_ADVISE_COMPLETE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


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

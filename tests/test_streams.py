"""Colour, width, characters and progress follow the terminal and the environment."""

from __future__ import annotations

import io
import sys

import pytest

from advisor.cli.options import Options
from advisor.cli.streams import Progress, look_for
from tests.commands import process

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
    assert look_for(Options(), stream=latin, environ={"COLUMNS": "40"}).room == 40


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


@pytest.mark.parametrize("words", [["--help"], ["check", "--help"], ["rules"],
                                   ["rule", "duplicate-key", "--format", "md"]])  # fmt: skip
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_no_encoding_of_the_terminal_is_a_reason_to_fail(words: list[str], encoding: str) -> None:
    code, out, err = process(*words, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert (code, err) == (0, "")
    assert out

"""Differences as patches: what other programs make of them is what fixing would have written."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.fixes.apply import ChangedFile
from advisor.fixes.write import unified_diff

from .commands import ran

if TYPE_CHECKING:
    from pathlib import Path

PROGRAMS = {"git": ["git", "apply", "-p1", "-"], "patch": ["patch", "-p1", "-s"]}
LINES = st.lists(
    st.sampled_from(["A: 1", "B:", "  c: 2\r", "", "D: x", "\\ No newline"]), max_size=9
)


def patched(program: str, folder: Path, changed: ChangedFile) -> bytes:
    """Let a program make a difference in a file, and return what it makes of it."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not here")
    (folder / changed.path).write_bytes(changed.before.encode())
    text = unified_diff([changed])
    if text:
        subprocess.run(
            PROGRAMS[program], input=text.encode(), cwd=folder, check=True
        )  # as in the table
    return (folder / changed.path).read_bytes()


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A: 1\nB: 2", "A: 1\nB: 3"),
        ("A: 1\nB: 2", "A: 1\nB: 2\n"),
        ("A: 1\nB: 2\n", "A: 1\nB: 2"),
        ("A: 1\nB: 2", "A: 1\nC: 3\nB: 2"),
        ("A: 1\r\nB: 2", "A: 1\r\nB: 2\r\nC: 3"),
        ("A: 1", "A: 1\n\n"),
    ],
)
def test_a_file_without_a_last_line_end_is_patched_exactly(
    program: str, before: str, after: str, tmp_path: Path
) -> None:
    assert patched(program, tmp_path, ChangedFile("t.yaml", None, before, after)) == after.encode()


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(LINES, LINES, st.sampled_from(["", "\n"]), st.sampled_from(["", "\n"]))
def test_any_difference_is_one_that_git_applies(
    tmp_path: Path, one: list[str], other: list[str], end: str, ended: str
) -> None:
    before = "\n".join(one) + end or "x"
    after = "\n".join(other) + ended or "y"
    assert patched("git", tmp_path, ChangedFile("t.yaml", None, before, after)) == after.encode()


def test_what_the_command_shows_is_what_it_would_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not here")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    file = tmp_path / "in a folder" / "template.yaml"
    file.parent.mkdir()
    before = (
        "Resources:\n  A:\n    Type: AWS::SQS::Queue\n    Properties: "
        "{SqsManagedSseEnabled: false, DelaySeconds: 1}"
    )
    file.write_text(before)
    arguments = (str(file), "--severity", "info")
    _, shown, _ = ran(capsys, *arguments, "--diff")
    assert "\n\\ No newline at end of file\n" in shown
    ran(capsys, *arguments, "--fix")
    made = file.read_text()
    assert made != before
    file.write_text(before)
    subprocess.run(PROGRAMS["git"], input=shown.encode(), cwd=tmp_path, check=True)
    assert file.read_text() == made

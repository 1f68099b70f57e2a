"""What was known before is not reported: `advise baseline` and `--since`."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest

from advisor.analysis import analyze
from advisor.config import Config
from tests.commands import BAD, BROKEN, GOOD, RULES, ran

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SETTINGS = f'rule-directories = ["{RULES.as_posix()}"]\nselect = ["queue-called-orders"]\n'
MOVED = """
# moved, indented and commented
Description: the same queue
Resources:
      Requests: {Type: AWS::SQS::Queue}
      # the one
      Orders:
            Type: "AWS::SQS::Queue"
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project with a fault in the top folder and one below, and stand in it."""
    (tmp_path / "advise.toml").write_text(SETTINGS)
    (tmp_path / "bad.yaml").write_text(BAD)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "bad.yaml").write_text(BAD)
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def git(folder: Path, *words: str) -> str:
    """Run git with an author of its own and without the user's configuration."""
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for role in ("AUTHOR", "COMMITTER"):
        own |= {f"GIT_{role}_NAME": "a", f"GIT_{role}_EMAIL": "a@example.org"}
    return subprocess.run(
        ["git", *words], cwd=folder, check=True, capture_output=True, text=True,
        env={**os.environ, **own},
    ).stdout.strip()  # fmt: skip


def committed(folder: Path, files: Mapping[str, str] | None = None) -> str:
    """Commit all files of a folder and return the revision."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
    for name, text in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "-q", "--allow-empty", "-m", "files")
    return git(folder, "rev-parse", "HEAD")


# ---- a baseline


def test_what_is_written_down_is_not_reported_and_what_is_new_is(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "sub" / "bad.yaml").unlink()
    code, out, err = ran(capsys, "baseline", "write")
    assert code == 0
    assert out == ".advise-baseline.json: 1 finding, 1 of them new, 0 gone\n"
    assert "--baseline" in err
    (entry,) = json.loads((here / ".advise-baseline.json").read_text())["findings"]
    assert entry["resource"] == "Orders"
    (here / "bad.yaml").write_text(MOVED)
    (here / "sub" / "bad.yaml").write_text(BAD)
    code, out, _ = ran(capsys, ".", "--baseline", ".advise-baseline.json", "--format", "concise")
    assert code == 1
    assert [line.partition(":")[0] for line in out.splitlines() if "QUE998" in line] == [
        "sub/bad.yaml"
    ]
    assert "1 known before" in out


def test_a_configured_baseline_counts_from_every_folder_and_for_every_file(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "advise.toml").write_text(f'{SETTINGS}baseline = "known.json"\n')
    (here / ".git").mkdir()
    # A project of its own below: its paths start elsewhere.
    (here / "sub" / "samconfig.toml").write_text("version = 0.1\n")
    assert ran(capsys, "baseline", "write")[0] == 0
    assert len(json.loads((here / "known.json").read_text())["findings"]) == 2
    for words in ([], ["sub"], ["sub/bad.yaml"], ["bad.yaml", "sub/bad.yaml"]):
        code, out, _ = ran(capsys, *(words or ["."]))
        assert (code, "known before" in out) == (0, True), words
    monkeypatch.chdir(here / "sub")
    code, out, _ = ran(capsys, "bad.yaml")
    assert (code, "known before" in out) == (0, True)
    assert ran(capsys, "bad.yaml", "--isolated", "--fail-on", "info")[1].count("known before") == 0


def test_a_baseline_written_below_is_understood_above(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "sub" / "advise.toml").write_text(SETTINGS)
    monkeypatch.chdir(here / "sub")
    assert ran(capsys, "baseline", "write", ".", "--baseline", "../ci.json")[0] == 0
    monkeypatch.chdir(here)
    out = ran(capsys, ".", "--baseline", "ci.json", "--format", "concise")[1]
    assert out.startswith("bad.yaml:")
    assert "1 known before" in out


def test_what_is_gone_fails_the_check_until_it_is_pruned(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran(capsys, "baseline", "write")
    assert ran(capsys, "baseline", "check")[0] == 0
    (here / "bad.yaml").write_text(GOOD)
    (here / "sub" / "bad.yaml").unlink()
    code, out, _ = ran(capsys, "baseline", "check")
    assert code == 1
    assert out == (
        "bad.yaml: queue-called-orders Orders\n"
        "sub/bad.yaml: queue-called-orders Orders\n"
        ".advise-baseline.json: 2 findings, 2 of them gone\n"
    )
    # What was not looked at and still exists is kept.
    (here / "sub" / "bad.yaml").write_text(GOOD)
    assert ran(capsys, "baseline", "prune", "bad.yaml")[1].endswith("1 finding, 1 taken out\n")
    assert ran(capsys, "baseline", "prune")[1].endswith("0 findings, 1 taken out\n")
    assert ran(capsys, "baseline", "check")[0] == 0


@pytest.mark.parametrize("command", ["write", "check", "prune"])
def test_a_baseline_is_left_alone_where_something_cannot_be_judged(
    command: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran(capsys, "baseline", "write")
    before = (here / ".advise-baseline.json").read_text()
    (here / "bad.yaml").write_text(BROKEN)
    code, _, err = ran(capsys, "baseline", command)
    assert code == 2
    assert err.startswith("error: bad.yaml:")
    assert (here / ".advise-baseline.json").read_text() == before


def test_a_baseline_that_is_not_there_is_one_line_and_exit_2(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = ran(capsys, ".", "--baseline", "nowhere.json")
    assert (code, out) == (2, "")
    assert err == f"error: {here / 'nowhere.json'}: No such file or directory\n"
    assert ran(capsys, "baseline", "check")[0] == 2


# ---- a revision


def test_only_what_a_revision_does_not_have_is_reported(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(here)
    (here / "bad.yaml").write_text(MOVED)
    (here / "new.yaml").write_text(BAD)
    before = {file: file.stat().st_mtime_ns for file in here.rglob("*.yaml")}
    code, out, err = ran(capsys, ".", "--since", "HEAD", "--format", "concise")
    assert (code, err) == (1, "")
    assert out.startswith("new.yaml:2:3: ")
    assert "2 known before" in out
    assert {file: file.stat().st_mtime_ns for file in here.rglob("*.yaml")} == before
    assert git(here, "status", "--porcelain").split("\n") == ["M bad.yaml", "?? new.yaml"]


def test_since_works_from_a_folder_below_and_for_one_file(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(here, {"sub/samconfig.toml": "version = 0.1\n"})
    monkeypatch.chdir(here / "sub")
    assert ran(capsys, ".", "--since", "HEAD")[0] == 0
    assert ran(capsys, "bad.yaml", "--since", "HEAD")[0] == 0
    assert ran(capsys, "../bad.yaml", "--since", "HEAD")[0] == 0
    (here / "sub" / "more.yaml").write_text(BAD)
    assert ran(capsys, "more.yaml", "--since", "HEAD")[0] == 1


def test_three_dots_mean_where_the_branch_was_left(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(here)
    git(here, "checkout", "-q", "-b", "work")
    committed(here, {"mine.yaml": BAD})
    git(here, "checkout", "-q", "main")
    committed(here, {"bad.yaml": GOOD})
    git(here, "checkout", "-q", "work")
    found = ran(capsys, ".", "--since", "main", "--format", "concise")[1]
    assert found.count("QUE998") == 2
    found = ran(capsys, ".", "--since", "main...", "--format", "concise")[1]
    assert found.count("QUE998") == 1
    assert found.startswith("mine.yaml:")


def test_a_finding_whose_suppression_is_taken_away_is_new(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet = BAD.replace("Orders:", "Orders:  # advise: ignore[QUE998] for now")
    committed(here, {"bad.yaml": quiet})
    (here / "bad.yaml").write_text(BAD)
    assert ran(capsys, "bad.yaml", "--since", "HEAD")[0] == 1


def test_a_tracked_file_counts_although_it_is_ignored_and_a_link_leads_nowhere(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "out").symlink_to("/etc")
    committed(here, {".gitignore": "bad.yaml\n"})
    assert ran(capsys, ".", "--since", "HEAD")[0] == 0


def test_since_and_a_baseline_take_off_what_either_knows(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(here)
    (here / "new.yaml").write_text(BAD)
    ran(capsys, "baseline", "write", "new.yaml")
    words = (".", "--since", "HEAD", "--baseline", ".advise-baseline.json")
    code, out, _ = ran(capsys, *words)
    assert code == 0
    assert "3 known before" in out


def test_what_since_cannot_compare_with_is_one_line(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = ran(capsys, ".", "--since", "HEAD")
    assert (code, out) == (2, "")
    assert "is in no git work tree" in err
    committed(here)
    for revision in ("nonsense", "--help", "HEAD:bad.yaml", "nonsense..."):
        code, out, err = ran(capsys, ".", f"--since={revision}")
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "names no commit" in err or "no commit in common" in err


def test_fingerprints_count_from_the_top_of_the_repository(here: Path) -> None:
    committed(here, {"sub/samconfig.toml": "version = 0.1\n"})
    config = Config(rule_directories=(RULES,), select=("queue-called-orders",))
    whole = {f.location.path: f.fingerprint for f in analyze([here], config).findings}
    (alone,) = analyze([here / "sub" / "bad.yaml"], config).findings
    assert alone.location.path == "bad.yaml"
    assert alone.fingerprint == whole["sub/bad.yaml"]


GLOBALS = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.8, Timeout: 20}}
Resources:
  First: {Type: AWS::Serverless::Function, Properties: {InlineCode: x, Handler: index.handler}}
  Second: {Type: AWS::Serverless::Function, Properties: {InlineCode: x, Handler: index.handler}}
"""


def test_what_stands_in_globals_is_the_same_whoever_comes_first(tmp_path: Path) -> None:
    file = tmp_path / "t.yaml"
    config = Config(today=date(2026, 11, 21))
    marks = []
    lines = GLOBALS.splitlines(keepends=True)
    for text in (GLOBALS, "".join([*lines[:-2], lines[-1], lines[-2]])):
        file.write_text(text)
        found = analyze([file], config).findings
        assert "outdated-runtime" in {each.rule.name for each in found}
        marks.append({each.fingerprint for each in found})
    assert marks[0] == marks[1]

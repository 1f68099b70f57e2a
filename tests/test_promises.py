"""Same input, same bytes out, wherever and however it is run; and a clean end to each run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from advisor.analysis import analyze
from tests.commands import ADVISE, ran
from tests.reports import ORDERS, ROOT

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = ("text", "json", "sarif", "junit")
EVERYWHERE = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the orders application, with a root of its own."""
    (tmp_path / "project").mkdir()
    return shutil.copytree(ORDERS, tmp_path / "project", dirs_exist_ok=True)


def bytes_of(
    *words: str, cwd: Path, program: tuple[str, ...] = ADVISE, **environment: str
) -> tuple[int, bytes, bytes]:
    """Run the command line with nothing in its environment but what is given."""
    done = subprocess.run(
        [*program, *words], cwd=cwd, capture_output=True, check=False, timeout=60,
        env={**EVERYWHERE, **environment},
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("form", FORMATS)
def test_hash_seeds_and_locales_change_no_byte(form: str, project: Path) -> None:
    words = ("--severity", "info", "--format", form, "--today", "2026-11-21", ".")
    runs = {
        bytes_of(*words, cwd=project, PYTHONHASHSEED=seed, PYTHONIOENCODING="utf-8", LC_ALL=locale)
        for seed, locale in (("0", "C.UTF-8"), ("1", "C"), ("4294967295", "tr_TR.UTF-8"))
    }
    assert len(runs) == 1
    assert runs.pop()[1]


def test_the_order_of_files_and_of_folders_changes_no_byte(tmp_path: Path) -> None:
    text = (ORDERS / "template.yaml").read_text("utf-8")
    outputs = set()
    for order in ("abc", "cba", "bca"):
        folder = tmp_path / order
        folder.mkdir()
        (folder / "advise.toml").touch()
        for name in order:  # a folder lists its files as they were made
            (folder / f"{name}.yaml").write_text(text)
        files = [f"{name}.yaml" for name in order]
        for paths in (files, ["."]):
            words = ("--severity", "info", "--format", "json", "--today", "2026-11-21")
            outputs.add(bytes_of(*words, *paths, cwd=folder)[1])
    assert len(outputs) == 1


def other_pythons() -> list[str]:
    """Return further interpreters that have what is needed, by the variable that names them."""
    return [each for each in os.environ.get("ADVISE_PYTHONS", "").split(os.pathsep) if each]


def test_another_version_of_python_writes_the_same_bytes(project: Path) -> None:
    others = other_pythons()
    if not others:
        pytest.skip("ADVISE_PYTHONS names no other interpreter that advise is installed for")
    words = ("--severity", "info", "--format", "json", "--today", "2026-11-21", ".")
    mine = bytes_of(*words, cwd=project)
    for other in others:
        assert bytes_of(*words, cwd=project, program=(other, "-m", "advisor")) == mine, other


def test_line_ends_change_no_finding(project: Path) -> None:
    def found() -> list[tuple[object, ...]]:
        findings = analyze([project]).findings
        return [(f.rule.id, f.message, f.location.span, f.fingerprint) for f in findings]

    before = found()
    for ending in (b"\r\n", b"\n"):
        for file in project.rglob("*"):
            if file.is_file():
                content = file.read_bytes().replace(b"\r\n", b"\n")
                file.write_bytes(content.replace(b"\n", ending))
        assert found() == before
    assert before


def test_a_path_with_backslashes_is_one_that_is_not_there(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    code, _, err = ran(capsys, "src\\template.yaml")
    assert code == 2
    assert err == "error: src\\template.yaml: no such file or directory\n"


def test_code_beneath_a_path_written_as_on_windows_is_not_looked_for_elsewhere(
    tmp_path: Path,
) -> None:
    (tmp_path / "advise.toml").touch()
    (tmp_path / "template.yaml").write_text(
        "Resources: {F: {Type: AWS::Serverless::Function, Properties: {CodeUri: 'src\\app', "
        "Handler: app.handler, Runtime: python3.13}}}"
    )
    assert not analyze([tmp_path]).errors


def test_nothing_is_written_where_nothing_may_be(project: Path, tmp_path: Path) -> None:
    for folder in (project, *project.rglob("*")):
        folder.chmod(0o555 if folder.is_dir() else 0o444)
    try:
        words = ("--severity", "info", "--format", "json", "--today", "2026-11-21", ".")
        before = {file: file.stat().st_mtime_ns for file in project.rglob("*")}
        code, out, err = bytes_of(*words, cwd=project, TMPDIR=str(tmp_path / "none"), HOME="/none")
        assert (code, err) == (1, b"")
        assert out
        assert {file: file.stat().st_mtime_ns for file in project.rglob("*")} == before
    finally:
        for folder in (project, *project.rglob("*")):
            folder.chmod(0o755 if folder.is_dir() else 0o644)


@pytest.mark.parametrize("words", [(), ("--summary",), ("graph",), ("rules",), ("patterns",)])
def test_a_narrow_terminal_gets_everything(words: tuple[str, ...], project: Path) -> None:
    paths = () if words == ("rules",) else (".",)
    code, out, err = bytes_of(*words, *paths, cwd=project, COLUMNS="40", PYTHONIOENCODING="utf-8")
    assert code in {0, 1}, err
    assert b"Traceback" not in err
    assert out


@pytest.mark.parametrize("form", [*FORMATS, "github", "markdown"])
def test_a_reader_that_leaves_is_no_error(form: str, project: Path) -> None:
    command = (*ADVISE, "--severity", "info", "--format", form, "-v", str(project))
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **EVERYWHERE}
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        err = run.stderr.read()
        run.wait(60)
    assert b"Traceback" not in err
    assert b"BrokenPipe" not in err
    assert run.returncode in {0, 1}


@pytest.mark.parametrize("target", ["stdout", "output", "report", "stderr"])
def test_a_full_disk_is_one_line(target: str, project: Path) -> None:
    full = "/dev/full"
    if not os.path.exists(full):  # noqa: PTH110  # a device
        pytest.skip("there is no device that is always full")
    words = {
        "output": ("--output", f"json={full}", "."),
        "report": ("report", "--output", "full.html", "."),
    }.get(target, (".",))
    (project / "full.html").symlink_to(full)
    with open(full, "wb") as device:  # noqa: PTH123  # see above
        done = subprocess.run(
            [*ADVISE, *words], cwd=project, check=False, timeout=60, env=EVERYWHERE,
            stdout=device if target == "stdout" else subprocess.PIPE,
            stderr=device if target == "stderr" else subprocess.PIPE,
        )  # fmt: skip
    if target != "stderr":
        assert done.returncode == 2
        assert done.stderr.count(b"\n") == 1, done.stderr
        assert b"no space left" in done.stderr.lower()
        assert b"internal error" not in done.stderr
    else:
        assert done.returncode in {0, 1, 2}


@pytest.mark.parametrize("part", range(10))
def test_an_interrupt_at_any_moment_ends_with_130_and_no_traceback(
    part: int, project: Path
) -> None:
    with subprocess.Popen(
        [*ADVISE, "--severity", "info", str(project)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **EVERYWHERE},
    ) as run:  # fmt: skip
        time.sleep(0.03 + part * 0.05)
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=60)
    # Before anything of ours runs, Python itself says where it was.
    assert b"Traceback" not in err or b"advisor" not in err, err
    # One that was over before is over.
    assert run.returncode in {130, -signal.SIGINT, 0, 1}

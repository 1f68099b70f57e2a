"""The action and the container: what they are made of, and the script that they run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.reports import ROOT

if TYPE_CHECKING:
    from pathlib import Path

ACTION = ROOT / "action.yml"


def test_the_action_is_one() -> None:
    schema = ["--builtin-schema", "vendor.github-actions"]
    words = [sys.executable, "-m", "check_jsonschema", *schema, str(ACTION)]
    subprocess.run(words, check=True, capture_output=True)
    for step in yaml.safe_load(ACTION.read_text(encoding="utf-8"))["runs"]["steps"]:
        # What a user of the action gives reaches the shell as a value, never as a command.
        assert "${{" not in step["run"]
        assert "uses" not in step


@pytest.mark.skipif(shutil.which("zizmor") is None, reason="zizmor is not installed")
def test_the_action_has_no_weakness_that_zizmor_knows() -> None:
    done = subprocess.run(
        ["zizmor", "--offline", "--no-progress", str(ACTION)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="the action is written for a shell")
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, ["check", "--", "."]),
        (
            {"paths": "a b.yaml\n\n$(touch x)", "sarif": "x y.sarif", "fail-on": "error",
             "since": "main...", "isolated": "true"},
            ["check", "--output", "sarif=x y.sarif", "--fail-on", "error", "--since=main...",
             "--isolated", "--", "a b.yaml", "$(touch x)"],
        ),
    ],
)  # fmt: skip
def test_the_action_hands_its_inputs_on(
    given: dict[str, str], words: list[str], tmp_path: Path
) -> None:
    action = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    step = next(each for each in action["runs"]["steps"] if each["name"] == "Run advise")
    shim = tmp_path / "advise" / "bin" / "advise"
    shim.parent.mkdir(parents=True)
    shim.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$RUNNER_TEMP/words"\nexit 1\n')
    shim.chmod(0o755)
    inputs = {name: given.get(name, row["default"]) for name, row in action["inputs"].items()}
    environment = {
        key: inputs[found[1]]
        for key, value in step["env"].items()
        if (found := re.fullmatch(r"\$\{\{ inputs\.(\S+) \}\}", value))
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=tmp_path, check=False, env=os.environ | environment | {"RUNNER_TEMP": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 1
    assert (tmp_path / "words").read_text().splitlines() == words
    assert not (tmp_path / "x").exists()


def test_the_container_copies_what_the_package_is_built_from() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = re.findall(r"^COPY (?!--)(.+)$", text, re.MULTILINE)
    copied = {word for line in lines for word in line.split()}
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for name in copied - {"./"}:
        assert (ROOT / name).exists(), name
        assert f"!{name}" in ignored, name
    assert re.search(r"^USER [0-9]+$", text, re.MULTILINE)

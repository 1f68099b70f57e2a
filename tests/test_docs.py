"""The documentation: made anew where rules change, its commands run, its snippets checked."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml

from tests.commands import RULES, ran
from tests.reports import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = ROOT / "docs"
WRITTEN = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def blocks(file: Path, *infos: str) -> Iterator[str]:
    """Yield the bodies of fenced blocks of a kind."""
    for match in _FENCE.finditer(file.read_text(encoding="utf-8")):
        if match["info"].strip() in infos:
            yield match["body"]


def commands() -> list[str]:
    """Return each command that a reader is told to type, without what is said of it beside."""
    found = []
    for file in WRITTEN:
        for body in blocks(file, "", "console", "sh", "text"):
            for line in body.splitlines():
                typed = line.removeprefix("$ ").strip()
                if typed.startswith("advise "):
                    found.append(re.split(r"\s{2,}", typed)[0])
    return sorted(set(found))


def snippets(info: str) -> list[tuple[str, str]]:
    """Return the snippets of a kind with the name of the file that the first line gives them."""
    found = []
    for file in WRITTEN:
        for body in blocks(file, info):
            name = re.match(r"# (\S*\.\S+)$", body.splitlines()[0])
            found.append((name[1] if name else "", body))
    return found


def test_the_generated_pages_are_those_of_the_rules_and_options() -> None:
    spec = importlib.util.spec_from_file_location("docs", ROOT / "scripts" / "generate_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    wrong = module.stale(module.pages(only_known=True))
    assert not wrong, f"run 'python scripts/generate_docs.py' and commit docs/: {wrong[:5]}"


# ---- commands


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository that has all that the documentation speaks of."""
    folder = tmp_path_factory.mktemp("docs") / "project"
    orders = ROOT / "fixtures" / "applications" / "orders"
    shutil.copytree(orders, folder)
    shutil.copytree(orders, folder / "fixtures" / "applications" / "orders")
    shutil.copytree(RULES, folder / "lint" / "rules", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "parameters.json").write_text('{"Stage": "prod"}')
    names = {f"GIT_{role}_{what}": "a@example.org" for role in ("AUTHOR", "COMMITTER")
             for what in ("NAME", "EMAIL")}  # fmt: skip
    environment = os.environ | names | {"GIT_CONFIG_GLOBAL": os.devnull}
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        subprocess.run(["git", *words], cwd=folder, check=True, env=environment)
    shims = folder.parent / "bin"
    shims.mkdir()
    shim = shims / "advise"
    shim.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m advisor "$@"\n')
    shim.chmod(0o755)
    return folder


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command line as a reader's shell would."""
    gone = {"GITHUB_ACTIONS", "GITLAB_CI", "GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"}
    environment = {key: value for key, value in os.environ.items() if key not in gone}
    path = f"{folder.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False,
        timeout=120, stdin=subprocess.DEVNULL, env=environment | {"PATH": path},
    )  # fmt: skip


_NEEDED = {"advise baseline check": "advise baseline write", "advise config check": "advise init"}
_NEEDED |= {
    "advise baseline prune": "advise baseline write",
    "advise --baseline .advise-baseline.json .": "advise baseline write",
    "advise cost . --traffic traffic.yaml": "advise cost . --init traffic.yaml",
}


@pytest.mark.skipif(shutil.which("bash") is None, reason="the commands are written for a shell")
@pytest.mark.parametrize("command", commands())
def test_every_command_that_is_shown_works(command: str, project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(project, folder, symlinks=True)
    shutil.copytree(project.parent / "bin", tmp_path / "bin")
    if command in _NEEDED:
        assert run(_NEEDED[command], folder).returncode == 0
    done = run(command, folder)
    assert done.returncode in {0, 1}, done.stderr
    assert "error:" not in done.stderr


def test_there_are_commands_to_run() -> None:
    shown = " ".join(commands())
    assert len(commands()) > 20
    for word in ("baseline", "config", "init", "rules", "rule", "graph", "--since", "--cfn-lint"):
        assert word in shown


# ---- snippets and links


@pytest.mark.parametrize("text", [body for _, body in snippets("toml")])
def test_every_configuration_that_is_shown_is_one(text: str) -> None:
    data = tomllib.loads(text)
    if "project" in data:
        assert "advise.rules" in data["project"]["entry-points"]
        return
    if "language-server" in data:  # an editor's
        server = data["language-server"]["advise"]
        assert [server["command"], *server["args"]] == ["advise", "lsp"]
        assert server["config"] == {"scope": "open"}
        return
    schema = json.loads((ROOT / "advisor/data/config.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(json.dumps(data, default=date.isoformat)), schema)


def test_build_services_take_what_is_shown_for_them(tmp_path: Path) -> None:
    schemas = {".gitlab-ci.yml": "vendor.gitlab-ci"}
    checked = []
    for name, text in snippets("yaml"):
        file = tmp_path / Path(name).name
        if not name:
            continue
        file.write_text(text)
        schema = "vendor.github-workflows" if "workflows/" in name else schemas.get(name)
        if schema is not None:
            subprocess.run(
                [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)],
                check=True, capture_output=True,
            )  # fmt: skip
        elif name == ".pre-commit-config.yaml":
            words = [sys.executable, "-m", "pre_commit", "validate-config", str(file)]
            subprocess.run(words, check=True, capture_output=True)
        elif name == "buildspec.yml":
            # https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
            data = yaml.safe_load(text)
            assert set(data) <= {"version", "phases", "reports", "artifacts", "cache", "env"}
            assert set(data["phases"]) <= {"install", "pre_build", "build", "post_build"}
            assert data["reports"]["advise"]["file-format"] == "JUNITXML"
        else:
            assert name == ".cfnlintrc"
            continue
        checked.append(name)
    assert {".gitlab-ci.yml", "buildspec.yml", ".pre-commit-config.yaml"} <= set(checked)


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: file.name)
def test_links_lead_somewhere(file: Path) -> None:
    for target in _LINK.findall(file.read_text(encoding="utf-8")):
        assert (file.parent / target).exists(), target


def test_the_sample_in_the_readme_is_what_the_tool_writes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    sample = readme.partition("```text\n$ advise ")[2].partition("```")[0]
    command, _, shown = sample.partition("\n\n")
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "100")
    code, out, _ = ran(capsys, *command.split())
    assert code == 1
    assert out == shown

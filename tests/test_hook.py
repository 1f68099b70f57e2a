"""The hooks that others put into their `.pre-commit-config.yaml`, run by pre-commit itself."""

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
    from collections.abc import Mapping
    from pathlib import Path

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
BAD = (
    "Resources:\n"
    "  Orders:\n    Type: AWS::SQS::Queue\n"
    "  Ship:\n    Type: AWS::Serverless::Function\n"
    "    Properties:\n      InlineCode: x\n      Handler: index.handler\n"
    "      Runtime: python3.13\n"
    "      Events:\n        FromOrders:\n          Type: SQS\n"
    "          Properties: {Queue: !GetAtt Orders.Arn}\n"
)
FOUND = "QUE001 'Orders' feeds 'Ship'"
UNREACHABLE = re.compile(
    r"No matching distribution|Could not find a version|Connection|Temporary failure|ProxyError"
)


def git(*words: str, cwd: Path) -> str:
    """Run git with an author of its own and without the user's configuration."""
    names = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_CONFIG_GLOBAL": ""}
    names |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"}
    return subprocess.run(
        ["git", *words], cwd=cwd, check=True, capture_output=True, text=True, env=os.environ | names
    ).stdout


def repository(folder: Path, files: Mapping[str, str]) -> Path:
    """Make a git repository of files, all of them staged and committed."""
    folder.mkdir(parents=True)
    git("init", "-q", cwd=folder)
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    git("add", "--all", "--force", cwd=folder)
    git("commit", "-q", "-m", "files", cwd=folder)
    return folder


USERS = {
    "template.yaml": BAD,
    "we[i]rd name.yaml": BAD,
    "stack.template": BAD,
    ".github/workflows/ci.yaml": "on: push\njobs: {}\n",
    "package.json": '{"name": "x"}',
    "cdk.out/T.template.json": '{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}',
    "node_modules/x/template.yaml": BAD,
    ".aws-sam/build/template.yaml": BAD,
    "notes.txt": "AWS::SQS::Queue",
}


@pytest.fixture
def manifest_repository(tmp_path: Path) -> Path:
    """Make a repository with our hooks that run what is installed here: nothing is fetched."""
    hooks = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    for hook in hooks:
        hook["language"] = "system"
        program, _, rest = hook["entry"].partition(" ")
        assert program == "advise"
        hook["entry"] = f"env PYTHONPATH={ROOT} {sys.executable} -m advisor {rest}"
    return repository(tmp_path / "hooks", {".pre-commit-hooks.yaml": yaml.safe_dump(hooks)})


def try_repo(hooks: Path, users: Path, *words: str) -> tuple[int, str]:
    """Run `pre-commit try-repo` in a user's repository."""
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "try-repo", str(hooks), *words],
        cwd=users, capture_output=True, text=True, check=False, timeout=600,
        env={
            **os.environ, "PRE_COMMIT_HOME": str(users.parent / "cache"),
            "PRE_COMMIT_COLOR": "never",
        },
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_the_manifest_and_our_own_configuration_are_valid() -> None:
    for command, file in (
        ("validate-manifest", MANIFEST),
        ("validate-config", ROOT / ".pre-commit-config.yaml"),
    ):
        subprocess.run([sys.executable, "-m", "pre_commit", command, str(file)], check=True)


def test_the_hook_reports_templates_and_nothing_else(
    manifest_repository: Path, tmp_path: Path
) -> None:
    users = repository(tmp_path / "users", USERS)
    code, out = try_repo(manifest_repository, users, "advise", "--all-files")
    assert code == 1
    assert "exit code: 1" in out
    for name in ("template.yaml", "we[i]rd name.yaml", "stack.template"):
        assert f"╭─▸ {name}:2:3" in out
    # One process for all files: one summary.
    assert len(re.findall("^✗", out, re.MULTILINE)) == 1
    assert not re.search(r"cdk\.out|node_modules|\.aws-sam|package\.json|ci\.yaml", out)


def test_a_users_own_exclude_brings_no_generated_files_back(
    manifest_repository: Path, tmp_path: Path
) -> None:
    users = repository(tmp_path / "users", USERS)
    head = git("rev-parse", "HEAD", cwd=manifest_repository).strip()
    (users / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: file://{manifest_repository}\n  rev: {head}\n"
        "  hooks:\n  - id: advise\n    exclude: ^(template\\.yaml|stack\\.template|we.*)$\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "advise", "--all-files"],
        cwd=users, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PRE_COMMIT_COLOR": "never", "PRE_COMMIT_HOME": str(tmp_path / "cache")},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hook_is_silent_when_all_is_well(manifest_repository: Path, tmp_path: Path) -> None:
    users = repository(tmp_path / "users", {"package.json": "{}", "ci.yaml": "on: push\n"})
    code, out = try_repo(manifest_repository, users, "advise", "--all-files", "--verbose")
    assert code == 0, out
    last = out.rpartition("- hook id: advise")[2].splitlines()
    assert [line for line in last if line and not line.startswith("- duration")] == []


def test_the_project_hook_reads_all_templates_when_one_is_touched(
    manifest_repository: Path, tmp_path: Path
) -> None:
    users = repository(tmp_path / "users", USERS)
    words = ("advise-project", "--files", "stack.template")
    code, out = try_repo(manifest_repository, users, *words)
    assert code == 1
    assert "╭─▸ template.yaml:2:3" in out
    code, out = try_repo(manifest_repository, users, "advise-project", "--files", "notes.txt")
    assert code == 0
    assert "no files to check" in out


@pytest.mark.slow
def test_pre_commit_installs_the_committed_state_and_runs_it(tmp_path: Path) -> None:
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout: pre-commit installs committed states only")
    ours = tmp_path / "ours"
    git("clone", "-q", "--no-hardlinks", str(ROOT), str(ours), cwd=tmp_path)
    users = repository(tmp_path / "users", USERS)
    code, out = try_repo(ours, users, "advise", "--all-files")
    if UNREACHABLE.search(out):
        pytest.skip("the package index cannot be reached: nothing was installed")
    assert code == 1, out
    assert "╭─▸ template.yaml:2:3" in out
    assert "QUE001" in out

"""Which modules a run may import: start-up time is decided by a few of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.reports import ORDERS, ROOT

if TYPE_CHECKING:
    from pathlib import Path

ALWAYS_TOO_DEAR = frozenset({
    "asyncio", "cfnlint", "email", "http", "importlib.metadata", "jinja2", "jsonata",
    "jsonschema", "networkx", "numpy", "pydantic", "pygments", "requests", "samtranslator",
    "socket", "ssl", "sympy", "tree_sitter", "typer", "click", "rich", "xml", "argparse",
    "logging", "difflib",
})  # fmt: skip
"""Modules that no run of the default command needs to find what it finds and to write it."""

_PROGRAM = """
import json, sys
from advisor.cli.main import run
code = run(sys.argv[1:])
sys.stderr.write(json.dumps([code, sorted(sys.modules)]))
"""


def imported_by(*arguments: str, cwd: Path = ROOT) -> tuple[int, str, set[str]]:
    """Return exit code, output and the modules that a run of the command line has imported."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *arguments],
        cwd=cwd, capture_output=True, text=True, check=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    code, modules = json.loads(done.stderr.splitlines()[-1])
    return code, done.stdout, set(modules)


def too_dear(modules: set[str]) -> set[str]:
    """Return the modules that should not be there, by the name in the list."""
    return {
        name
        for name in ALWAYS_TOO_DEAR
        if any(module == name or module.startswith(f"{name}.") for module in modules)
    }


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """Return a folder with a small template in which nothing is wrong."""
    (tmp_path / "advise.toml").write_text("")
    (tmp_path / "template.yaml").write_text(
        "Transform: AWS::Serverless-2016-10-31\n"
        "Resources:\n"
        "  Hello:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties:\n"
        "      InlineCode: 'def handler(event, context): return 1'\n"
        "      Handler: index.handler\n"
        "      Runtime: python3.13\n"
    )
    (tmp_path / "package.json").write_text('{"name": "no template"}')
    return tmp_path


@pytest.mark.parametrize("form", ["text", "concise", "json"])
def test_a_run_over_one_template_imports_nothing_dear(clean: Path, form: str) -> None:
    code, _, modules = imported_by("template.yaml", "--format", form, cwd=clean)
    assert code == 0
    assert too_dear(modules) == set()


def test_a_run_with_findings_imports_nothing_dear() -> None:
    _, out, modules = imported_by(str(ORDERS / "template.yaml"))
    assert "advise rule" in out
    # What an application is judged by may need the shape of its graph.
    assert too_dear(modules) - {"networkx"} == set()


def test_a_hook_that_is_given_no_template_imports_nothing_dear(clean: Path) -> None:
    code, out, modules = imported_by("check", "--from-hook", "package.json", cwd=clean)
    assert (code, out) == (0, "")
    assert too_dear(modules) == set()


def test_the_version_costs_next_to_nothing() -> None:
    code, _, modules = imported_by("--version")
    assert code == 0
    assert too_dear(modules) == set()
    assert not {"yaml", "advisor.analysis", "advisor.config", "json.encoder"} & (
        modules - {"json.encoder"}  # the program of this test imports it
    )

"""Data flows one way: no layer imports what comes after it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = [
    {"errors", "records", "digests", "data", "settings_file"},
    {"documents"},
    {"templates"},
    {"workflows", "source"},
    {"architecture"},
    {"rules", "config", "config_file", "report", "explanation"},
    {"cfnlint_process", "inputs", "known", "reading", "revisions", "analysis"},
    {"fixes", "advice", "reporters", "integrations"},
    {"lsp"},
    {"cli", "__main__"},
]
# Facts of an account are part of the configuration, and the public names stand above all layers.
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


# Runs the examples of rules the whole way, and is imported by nothing on it.
HARNESS = ROOT / "advisor" / "rules" / "testing.py"


def modules() -> list[Path]:
    return sorted(
        path
        for path in (ROOT / "advisor").rglob("*.py")
        if path not in {ROOT / "advisor" / "__init__.py", HARNESS} and "catalogue" not in path.parts
    )


def layer_of(path: Path) -> str:
    return path.relative_to(ROOT / "advisor").parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module]
            if node.module == "advisor":
                names = [f"advisor.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found.update(name for name in names if name.startswith("advisor."))
    return {name.split(".")[1] for name in found}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_nothing_that_comes_after_it(path: Path) -> None:
    layer = layer_of(path)
    assert layer in LEVEL, f"{layer} has no place among the layers"
    later = {name for name in imported(path) if name in LEVEL and LEVEL[name] > LEVEL[layer]}
    assert not later


def test_rules_import_only_the_public_names_and_the_standard_library() -> None:
    import sys

    for path in sorted((ROOT / "rules").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules_: list[str] = []
            if isinstance(node, ast.ImportFrom):
                modules_ = [node.module or ""]
            elif isinstance(node, ast.Import):
                modules_ = [alias.name for alias in node.names]
            for name in modules_:
                top = name.split(".")[0]
                assert name == "advisor" or top in sys.stdlib_module_names, f"{path.name}: {name}"

"""Small architectures for the tests of patterns, and what is recognised in them."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from advisor.advice.patterns import KINDS, recognised
from advisor.analysis import analyze, read
from advisor.config import Config
from advisor.rules.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from advisor.advice.patterns import Pattern

SAM = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, Handler: app.handler, InlineCode: x}}
"""


def written(folder: Path, files: dict[str, str]) -> Path:
    """Write files, dedented, below a folder that is a project of its own; return the folder."""
    (folder / "advise.toml").write_text("")
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text))
    return folder


def patterns_in(
    folder: Path, template: str, *, judged: bool = True, **code: str
) -> Sequence[Pattern]:
    """Return the patterns of a template; `code` are Python files.

    Unless `judged`, without what rules say of them, which takes longer than all the rest.
    """
    files = {"template.yaml": template, **{f"{name}.py": text for name, text in code.items()}}
    written(folder, files)
    asked = tuple(name for kind in KINDS for name in kind.asks)
    config = Config(severity=Severity.INFO, confidence=Confidence.LOW, select=asked)
    (reading,) = read([folder], config)
    if not judged:
        return recognised(reading.architecture)
    report = analyze([folder], config)
    assert report.errors == ()
    return recognised(reading.architecture, findings=report.findings)


def names(patterns: Sequence[Pattern]) -> list[str]:
    """Return the names of patterns, each as often as there are cases, in order."""
    return [each.kind.name for each in patterns]


def one(patterns: Sequence[Pattern], name: str) -> Pattern:
    """Return the one case of a pattern."""
    (found,) = [each for each in patterns if each.kind.name == name]
    return found


def role(pattern: Pattern, name: str) -> list[str]:
    """Return the names of what plays a role, in order."""
    return [node.name for part in pattern.parts if part.role == name for node in part.nodes]


def lacking(pattern: Pattern) -> set[str]:
    """Return the names of the rules that tell of something that a case lacks."""
    return {each.finding.rule.name for each in pattern.lacks if each.finding is not None}

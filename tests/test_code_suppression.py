"""Suppressions in comments of a function's source code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.analysis import analyze
from advisor.config import Config
from advisor.rules.finding import Severity

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.report import Report

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: src/, Timeout: 30}
"""
# Put together, so that no scanner takes it for a key of somebody's.
KEY = "AKIA" + "Q3EGRZ7XK2VN4M5T"
CODE = f"""def handler(event, context):
    return "{KEY}"{{comment}}
"""


def judged(folder: Path, comment: str, jobs: int = 1) -> Report:
    (folder / "advise.toml").touch()
    (folder / "src").mkdir(exist_ok=True)
    (folder / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    (folder / "src" / "app.py").write_text(CODE.replace("{comment}", comment), encoding="utf-8")
    select = ("secret-in-code", "sleep-in-function", "SUP")
    return analyze([folder], Config(select=select, severity=Severity.INFO, jobs=jobs))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_comment_in_the_code_suppresses_what_stands_there(tmp_path: Path, jobs: int) -> None:
    plain = judged(tmp_path, "", jobs)
    (finding,) = plain.findings
    assert "src/app.py" in {place.path for place in finding.related}
    comment = "  # advise: ignore[secret-in-code] of a test account"
    hidden = judged(tmp_path, comment, jobs)
    assert not hidden.findings
    (suppressed,) = hidden.suppressed
    assert suppressed.finding.rule.name == "secret-in-code"


def test_a_comment_for_another_rule_is_told_of(tmp_path: Path) -> None:
    report = judged(tmp_path, "  # advise: ignore[sleep-in-function] none")
    ids = {finding.rule.id[:3] for finding in report.findings}
    assert len(report.findings) == 2
    assert "SUP" in ids

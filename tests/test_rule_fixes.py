"""What the catalogue offers as a fix: it can be made, it mends the fault, and it makes no other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from advisor.config import Config, read
from advisor.fixes.apply import fix_all
from advisor.records import replace
from advisor.rules.finding import Confidence, Severity
from advisor.rules.registry import load
from advisor.rules.testing import analyze_case, cases

if TYPE_CHECKING:
    from advisor.fixes.apply import FixResult
    from advisor.rules.testing import Case

EDGE_CASES = Path(__file__).parent.parent / "fixtures" / "edge_cases"
REGISTRY = load()


def fixable() -> list[Case]:
    """Return the bad examples of all rules that offer a fix."""
    return [
        case
        for rule in REGISTRY.rules
        if rule.file is not None and "fix=" in rule.file.read_text(encoding="utf-8")
        for case in cases(rule, EDGE_CASES)
        if case.bad
    ]


CASES = fixable()


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_a_fix_mends_the_fault_and_makes_no_other(case: Case, tmp_path: Path) -> None:
    before = [f for f in analyze_case(case, REGISTRY).findings if f.rule is case.rule]
    result = fixed(case, tmp_path)
    after = [f for f in result.report.findings if f.rule is case.rule]
    assert not result.refused
    assert not [f for f in after if f.fix is not None]
    if any(f.fix is not None for f in before):
        assert result.changed
    errors = [f for f in result.report.findings if f.severity is Severity.ERROR]
    assert {f.rule.name for f in errors} <= {f.rule.name for f in before}


def fixed(case: Case, folder: Path) -> FixResult:
    """Make all fixes of a rule in an example, safe or not."""
    (folder / ".git").mkdir()
    for name, text in case.files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
    settings = folder / "advise.toml"
    config = replace(
        read(settings) if settings.is_file() else Config(),
        select=(case.rule.id,),
        severity=Severity.INFO,
        confidence=Confidence.LOW,
    )
    single = len(case.files) == 1
    path = folder / next(iter(case.files)) if single else folder
    return fix_all([path], config, unsafe=True, registry=REGISTRY)

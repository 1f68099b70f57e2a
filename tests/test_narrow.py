"""A terminal of 40 columns: prose fits, only what is one word or to be pasted is wider."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from advisor.analysis import analyze
from advisor.config import Config
from advisor.records import replace
from advisor.reporters import summary, terminal
from advisor.reporters.look import Look
from advisor.reporters.safe import cells
from advisor.rules.finding import Confidence, Severity
from tests.reports import ROOT

if TYPE_CHECKING:
    from advisor.report import Report

NARROW = Look(width=40)
DRAWN = "│├╰╭─▸┆✓✗ "


@cache
def report() -> Report:
    """Return everything that is found in the applications, one finding of which is suppressed."""
    config = Config(severity=Severity.INFO, confidence=Confidence.LOW)
    return analyze([ROOT / "fixtures" / "applications"], config)


def pasted() -> set[str]:
    """Return the lines of fixes that stand there to be pasted."""
    return {
        line.strip()
        for finding in report().findings
        for line in (finding.remediation or "").splitlines()
    }


@pytest.mark.parametrize("look", [NARROW, replace(NARROW, verbose=True)])
def test_a_summary_fits(look: Look) -> None:
    lines = summary.render(report(), look=look).splitlines()
    assert [line for line in lines if cells(line) > 40] == []


def test_a_row_of_the_summary_that_fits_stays_one_line() -> None:
    wide = summary.render(report(), look=Look()).splitlines()
    (row,) = (line for line in wide if line.startswith("reliability"))
    assert " met  " in row
    narrow = " ".join(summary.render(report(), look=NARROW).split())
    assert " ".join(row.split()) in narrow


@pytest.mark.parametrize(
    "look", [NARROW, replace(NARROW, verbose=True, show_suppressed=True, timed=True)]
)
def test_findings_fit_but_for_long_words_and_what_is_pasted(look: Look) -> None:
    snippets = pasted()
    wide = [line for line in terminal.render(report(), look=look).splitlines() if cells(line) > 40]
    words = [line.strip(DRAWN).removeprefix("fix").strip() for line in wide]
    assert [said for said in words if " " in said.removeprefix("# ") and said not in snippets] == []


def test_the_last_line_keeps_its_colour_when_it_is_broken() -> None:
    painted = terminal.render(report(), look=replace(NARROW, colour=True))
    plain = terminal.render(report(), look=NARROW)
    tally = plain[plain.rindex("✗") :].split()
    assert tally[1:3] == ["2", "errors,"]
    assert painted.count("✗") == 1
    assert "\033[1;31m✗ 2 errors" in painted

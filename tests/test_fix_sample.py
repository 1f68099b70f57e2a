"""Every fix of whole applications keeps what a fix has to keep; a sample of the corpus as well."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .fixing import EXPECTED, all_together, trials, without_aggregates

if TYPE_CHECKING:
    from advisor.rules.registry import Registry

APPLICATIONS = Path(__file__).parent.parent / "fixtures" / "applications"
CORPUS = os.environ.get("ADVISE_CORPUS")
SEED = 20_261_121
SAMPLE = 12
"""Files of the corpus that a run of the tests looks at."""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return without_aggregates()


def faults(folder: Path, registry: Registry) -> tuple[int, list[str]]:
    """Make each fix alone, and return how many there are and what is wrong with them."""
    wrong = []
    made = list(trials(folder, registry))
    for trial in made:
        place = trial.finding.location
        said = [trial.refused] if trial.refused else trial.unexpected
        wrong += [
            f"{trial.finding.rule.id} {place.path}:{place.span.start.line}: {s}" for s in said
        ]
    return len(made), wrong


@pytest.mark.parametrize("name", ["orders", "thumbnails"])
def test_each_fix_of_an_application_mends_its_fault_and_makes_no_other(
    name: str, registry: Registry, tmp_path: Path
) -> None:
    shutil.copytree(APPLICATIONS / name, tmp_path / name)
    (tmp_path / name / ".git").mkdir()
    count, wrong = faults(tmp_path / name, registry)
    assert count
    assert not wrong


@pytest.mark.parametrize("name", ["orders", "thumbnails"])
def test_all_fixes_of_an_application_fit_together(name: str, tmp_path: Path) -> None:
    shutil.copytree(APPLICATIONS / name, tmp_path / name)
    (tmp_path / name / ".git").mkdir()
    result, wrong = all_together(tmp_path / name, unsafe=True)
    assert result.changed
    assert not wrong


def test_fixes_of_a_sample_of_real_templates(registry: Registry, tmp_path: Path) -> None:
    if not CORPUS:
        pytest.skip("ADVISE_CORPUS is not set: the corpus is not read")
    files = sorted(
        file for file in Path(CORPUS).rglob("template.y*ml") if file.stat().st_size < 20_000
    )
    total = 0
    for file in random.Random(SEED).sample(files, SAMPLE):  # noqa: S311  # the same every time
        folder = tmp_path / str(total) / file.parent.name
        shutil.copytree(file.parent, folder, symlinks=True, copy_function=shutil.copyfile)
        (folder / ".git").mkdir()
        count, wrong = faults(folder, registry)
        assert not wrong
        total += count
    assert total > SAMPLE


def test_what_is_expected_is_said_with_its_reason() -> None:
    assert all(reason for reason in EXPECTED.values())

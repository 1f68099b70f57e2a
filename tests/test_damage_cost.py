"""Costs of spoilt templates, under spoilt traffic files: an answer or one line, never a crash."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING

import pytest

from advisor.advice.cost.answers import Answers
from advisor.advice.cost.blank import blank
from advisor.advice.cost.estimate import estimated, questions
from advisor.advice.cost.traffic import read_traffic
from advisor.analysis import read
from advisor.config import Config
from advisor.documents.load import read_text
from advisor.errors import LoadError
from advisor.reporters.cost import render_cost
from advisor.reporters.cost_json import render_cost_json
from advisor.reporters.cost_markdown import render_cost_markdown
from advisor.reporters.look import Look
from advisor.templates.sniff import sniff
from advisor.templates.tags import long_form
from tests.damage import Subject, damaged
from tests.reports import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.architecture.architecture import Architecture

NUMBERS = {"entries": 1000, "batches": 1, "pollers": 2}
"""By section; what any other asks for may be a share, or one."""


def subjects(folder: Path) -> list[Subject]:
    """Return the templates and state machines of a folder."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    return [
        Subject(file.read_text("utf-8"), file.name)
        for file in files
        if sniff(file.read_bytes()) is not None
    ]


def filled(architectures: list[Architecture]) -> str:
    """Return a traffic file with a number for every question."""
    text = blank(questions(architectures), title="spoilt")
    data = read_text(text, "traffic.yaml", tags=long_form).data
    assert isinstance(data, dict)

    def number(value: object, section: str) -> object:
        if isinstance(value, dict):
            return {key: number(item, section) for key, item in value.items()}
        return value if section == "region" else NUMBERS.get(section, 0.5)

    return json.dumps({key: number(value, key) for key, value in data.items()}, indent=1)


def run(subject: Subject, random: Random, folder: Path) -> bool:
    """Spoil the traffic or the template; tell whether costs came of it. Anything else raises."""
    file = folder / subject.document.path
    traffic = folder / "traffic.yaml"
    spoils_traffic = random.random() < 0.5
    text = subject.document.text if spoils_traffic else damaged(subject, random).text
    architectures = [
        reading.architecture
        for reading in read([file], Config(), texts={file: text})
        if reading.inputs.kinds
    ]
    if not architectures:
        return False
    try:
        written = filled(architectures)
        if spoils_traffic:
            written = damaged(Subject(written, "traffic.yaml"), random).text
        traffic.write_text(written, "utf-8", "surrogatepass")
        answers = read_traffic(traffic, "traffic.yaml") if random.random() < 0.8 else Answers()
        estimate = estimated(architectures, answers, free_tier=random.random() < 0.5)
    except LoadError as error:
        # What is right with a template is no fault of a traffic file that was made of it.
        if spoils_traffic and str(error).startswith("traffic.yaml:"):
            return False
        raise
    assert isinstance(json.loads(render_cost_json(estimate)), dict)
    assert render_cost_markdown(estimate)
    assert render_cost(estimate, look=Look(width=random.choice([40, 100])))
    return True


@pytest.mark.parametrize("part", range(3))
def test_costs_of_what_is_spoilt(part: int, tmp_path: Path) -> None:
    (tmp_path / "advise.toml").write_text("")
    random = Random(f"cost damage {part}")  # noqa: S311  # the same ones each time
    files = subjects(ROOT / "fixtures" / "applications")
    counted = sum(run(random.choice(files), random, tmp_path) for _ in range(25))
    assert counted > 5

"""Computes costs of templates that tests write, with the traffic that they write."""

from __future__ import annotations

import textwrap
from decimal import Decimal
from typing import TYPE_CHECKING

from advisor.advice.cost.answers import Answers
from advisor.advice.cost.blank import blank
from advisor.advice.cost.estimate import estimated, questions
from advisor.advice.cost.traffic import read_traffic
from advisor.analysis import read
from advisor.config import Config

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.advice.cost.result import Alternative, Estimate, LineCost
    from advisor.architecture.architecture import Architecture


def architectures_of(folder: Path, template: str) -> list[Architecture]:
    """Return what a template describes."""
    (folder / "advise.toml").write_text("")
    file = folder / "template.yaml"
    file.write_text(textwrap.dedent(template))
    return [reading.architecture for reading in read([file], Config())]


def answers_of(folder: Path, traffic: str) -> Answers:
    """Return what a traffic file says."""
    file = folder / "traffic.yaml"
    file.write_text(textwrap.dedent(traffic))
    return read_traffic(file, "traffic.yaml")


def estimate_of(
    folder: Path, template: str, traffic: str = "", *, free_tier: bool = False
) -> Estimate:
    """Return the costs of a template under a traffic."""
    answers = answers_of(folder, traffic) if traffic else Answers()
    return estimated(architectures_of(folder, template), answers, free_tier=free_tier)


def blank_of(folder: Path, template: str) -> str:
    """Return the new traffic file of a template."""
    return blank(questions(architectures_of(folder, template)), title="template.yaml")


def line(estimate: Estimate, resource: str, price: str, about: str = "") -> LineCost:
    """Return the one line of a resource for a price, whose words end so."""
    (found,) = (
        line
        for each in estimate.resources
        if each.name == resource
        for line in each.lines
        if line.price == price and line.about.endswith(about)
    )
    return found


def cost(estimate: Estimate, resource: str, price: str, about: str = "") -> Decimal:
    """Return what a resource pays for a price, all of it known, to a millionth of a millionth."""
    found = line(estimate, resource, price, about)
    assert not found.cost.open
    return plain(found.cost.value)


def quantity(estimate: Estimate, resource: str, price: str, about: str = "") -> Decimal:
    """Return how much of a price a resource uses, all of it known."""
    found = line(estimate, resource, price, about)
    assert not found.quantity.open
    return plain(found.quantity.value)


def plain(value: Decimal) -> Decimal:
    """Return a number to twelve places, so that it can be compared with one that is written."""
    return value.quantize(Decimal("1e-12")).normalize()


def said(remarks: object) -> str:
    """Return all remarks as one text."""
    return "\n".join(f"{each.text}: {', '.join(each.about)}" for each in remarks)  # type: ignore[attr-defined]  # of remarks


def alternative(estimate: Estimate, title: str) -> Alternative:
    """Return the one alternative whose title begins so."""
    (found,) = (each for each in estimate.alternatives if each.title.startswith(title))
    return found

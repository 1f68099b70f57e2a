"""Circles of references between resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .edges import graph

if TYPE_CHECKING:
    from pathlib import Path


def circles(folder: Path, *pairs: str) -> list[list[str]]:
    """Return the circles among topics of which each refers to the one behind it."""
    lines = ["Resources:"]
    for pair in pairs:
        name, _, other = pair.partition(">")
        value = f"!GetAtt {other}.TopicName" if other else "x"
        lines.append(f"  {name}: {{Type: AWS::SNS::Topic, Properties: {{DisplayName: {value}}}}}")
    found = graph(folder, "\n".join(lines)).dependency_circles()
    return [[each.source.name for each in circle] for circle in found]


def test_a_circle_is_told_once_without_those_who_only_wait_for_it(tmp_path: Path) -> None:
    assert circles(tmp_path, "A>B", "B>C", "C>B") == [["B", "C"]]


def test_each_circle_is_told(tmp_path: Path) -> None:
    found = circles(tmp_path, "A>B", "B>A", "C>D", "D>E", "E>C", "F>F")
    assert found == [["A", "B"], ["C", "D", "E"], ["F"]]


def test_a_chain_is_no_circle(tmp_path: Path) -> None:
    assert circles(tmp_path, "A>B", "B>C", "C") == []

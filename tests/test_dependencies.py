"""Circles of references between resources."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from advisor.analysis import analyze, read
from advisor.config import Config
from advisor.templates.values import references_in

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


TEMPLATE = """\
Parameters:
  Stage: {Type: String, Default: dev}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  A:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !If [IsProd, !Ref B, !Sub "${C.TopicName}-${Stage}"]
      TopicName: !Join ["-", [!GetAtt [D, TopicName], !Ref Stage]]
  B: {Type: AWS::SNS::Topic}
  C: {Type: AWS::SNS::Topic}
  D: {Type: AWS::SNS::Topic}
  E: {Type: AWS::SNS::Topic, Properties: {DisplayName: !GetAtt [!Ref Stage, TopicName]}}
"""
BACK = "B: {Type: AWS::SNS::Topic, Properties: {DisplayName: !GetAtt A.TopicName}}"


def test_what_a_resource_mentions_holds_for_every_branch(tmp_path: Path) -> None:
    architecture = graph(tmp_path, TEMPLATE)
    (a, e) = (node for node in architecture.nodes() if node.name in {"A", "E"})
    found = a.view.mentions(a.resource)
    assert found is not None
    assert found >= {"B", "C", "D"}
    assert e.view.mentions(e.resource) is None, "a computed name may be any"


def test_a_circle_of_one_branch_is_told_where_that_branch_is_taken(tmp_path: Path) -> None:
    other = TEMPLATE.replace("B: {Type: AWS::SNS::Topic}", BACK)
    (tmp_path / "template.yaml").write_text(other)
    report = analyze([tmp_path / "template.yaml"], Config(select=("circular-dependency",)))
    (found,) = report.findings
    assert found.when == (("IsProd", True),)


def test_no_reference_of_the_corpus_is_left_out_of_what_is_mentioned() -> None:
    folder = os.environ.get("ADVISE_CORPUS")
    if not folder:
        pytest.skip("ADVISE_CORPUS is not set: the corpus is not read")
    for reading in read([folder], Config()):
        for node in reading.architecture.nodes():
            names = node.view.mentions(node.resource) if node.type else None
            if names is None:
                continue
            referred = {
                reference.logical_id
                for key in node.resource.properties
                for reference in references_in(node.get(key))
                if reference.owner == node.resource.owner
            }
            assert referred <= names, node.id

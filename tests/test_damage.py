"""A value that is not what it should be breaks nothing: no crash, nothing lost beside it."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

from advisor.analysis import analyze, registry_of
from advisor.config import Config
from advisor.rules.finding import Confidence, Severity
from advisor.templates.sniff import sniff
from tests.damage import WAYS, Subject, damaged
from tests.reports import ROOT
from tests.showing import ways, well_formed

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = Config(severity=Severity.INFO, confidence=Confidence.LOW, profile="pedantic")
REGISTRY = registry_of(EVERYTHING)
BESIDE = """
Resources:
  OrdersOfTheOther: {Type: AWS::SQS::Queue}
  ShipOfTheOther:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      Handler: index.handler
      Runtime: python3.13
      Events: {FromOrders: {Type: SQS, Properties: {Queue: !GetAtt OrdersOfTheOther.Arn}}}
"""


def subjects() -> list[tuple[str, Subject]]:
    """Return those fixtures that are templates or state machines, and each rule's bad example."""
    files = [
        file
        for folder in ("applications", "formats", "sam")
        for file in sorted((ROOT / "fixtures" / folder).rglob("*"))
    ]
    ours = [file for file in files if file.is_file() and sniff(file.read_bytes()) is not None]
    texts = [(file.name, file.read_text("utf-8")) for file in ours]
    for rule in REGISTRY.rules:
        bad = [rule.bad] if isinstance(rule.bad, str) else rule.bad.values()
        texts += [(f"{rule.name}.yaml", text) for text in bad]
    return [(name, Subject(text, name)) for name, text in texts if sniff(text) is not None]


SUBJECTS = subjects()


@pytest.mark.parametrize("part", range(6))
def test_one_spoilt_value_breaks_nothing(part: int, tmp_path: Path) -> None:
    beside = tmp_path / "beside.yaml"
    alone = analyze([beside], EVERYTHING, texts={beside: BESIDE}, registry=REGISTRY)
    expected = Counter(str(finding.fingerprint) for finding in alone.findings)
    random = Random(f"damage {part}")  # noqa: S311  # the same ones each time
    for number in range(50):
        name, subject = random.choice(SUBJECTS)
        damage = damaged(subject, random)
        said = f"{subject.document.path}: {damage.kind} at {damage.pointer}"
        spoilt = tmp_path / name
        texts = {spoilt: damage.text, beside: BESIDE}
        report = analyze([spoilt, beside], EVERYTHING, texts=texts, registry=REGISTRY)
        assert not [error.detail for error in report.errors if error.detail], said
        found = Counter(finding.fingerprint for finding in report.findings)
        # Whether anything in a project watches over it is asked of the whole project.
        lost = [each for each in expected - found if not each.startswith("OBS003")]
        assert not lost, said
        if number % 6 == 0:
            shown = ways(report, [spoilt, beside], EVERYTHING, texts)
            form = random.choice(list(shown))
            well_formed(form, shown[form]())


def test_every_way_to_spoil_a_value_changes_the_text() -> None:
    subject = Subject(BESIDE, "beside.yaml")
    for name, way in WAYS.items():
        random = Random(name)  # noqa: S311  # the same ones each time
        spoilt = {way(random, subject, pointer) for pointer in subject.pointers for _ in range(3)}
        assert len(spoilt - {None, BESIDE}) > 1, name

"""What a template describes decides what is found, not how it is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from advisor.analysis import analyze, registry_of
from advisor.config import Config
from advisor.documents.load import read_text
from advisor.rules.finding import Confidence, Severity
from advisor.templates.sniff import Kind, sniff
from advisor.templates.tags import long_form
from tests.metamorphic import WAYS, applies, in_a_stack, said
from tests.reports import ROOT

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

    from tests.metamorphic import Template

EVERYTHING = Config(severity=Severity.INFO, confidence=Confidence.LOW, profile="pedantic")
REGISTRY = registry_of(EVERYTHING)


def templates() -> dict[str, Template]:
    """Return fixtures, and the bad examples of every sixth rule that are one template."""
    texts = {
        name: (ROOT / "fixtures" / name).read_text("utf-8")
        for name in ("applications/orders/template.yaml", "sam/events.yaml", "sam/functions.yaml")
    }
    texts |= {rule.name: rule.bad for rule in REGISTRY.rules[::6] if isinstance(rule.bad, str)}
    found = {}
    for name, text in texts.items():
        if sniff(text) in {Kind.SAM, Kind.CLOUDFORMATION}:
            data = read_text(text, name, tags=long_form).data
            assert isinstance(data, dict)
            found[name] = data
    return found


TEMPLATES = templates()


def found(folder: Path, template: Template, **more: Template) -> Counter[tuple[str, ...]]:
    """Return what is found in a template, read as JSON beside others."""
    (folder / "advise.toml").touch()
    file = folder / "template.json"
    for name, data in {"template": template, **more}.items():
        (folder / f"{name}.json").write_text(json.dumps(data))
    report = analyze([folder if more else file], EVERYTHING, registry=REGISTRY)
    assert not report.errors
    return said(f for f in report.findings if f.location.path == file.name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_findings_are_the_same_whichever_way_a_template_is_written(
    name: str, tmp_path: Path
) -> None:
    template = TEMPLATES[name]
    before = found(tmp_path, template)
    for way, written in WAYS.items():
        if applies(way, template):
            assert found(tmp_path, written(template)) == before, way
    assert found(tmp_path, template, parent=in_a_stack(template, "template.json")) == before


def test_a_way_that_changes_what_is_meant_is_noticed(tmp_path: Path) -> None:
    template = TEMPLATES["applications/orders/template.yaml"]
    before = found(tmp_path, template)
    for key in ("Globals", "Resources"):
        assert found(tmp_path, template | {key: {}}) != before

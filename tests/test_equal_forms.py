"""A template in YAML and in JSON, with short and with long functions, is one and the same."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from advisor.analysis import analyze, read
from advisor.config import Config
from advisor.documents.load import load_file
from advisor.errors import LoadError
from advisor.rules.finding import Severity
from advisor.templates.sniff import Kind, sniff
from advisor.templates.tags import long_form

from .test_graph_oracle import facts_of

if TYPE_CHECKING:
    from advisor.documents.document import Data

ROOT = Path(__file__).parent.parent
CORPUS = os.environ.get("ADVISE_CORPUS", "")
EVERYTHING = Config(severity=Severity.INFO)


def judged(folder: Path, name: str, text: str) -> tuple[object, object]:
    """Return the graph and the findings of a text, without what its form decides."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    file = folder / name
    file.write_text(text, encoding="utf-8")
    (reading,) = read([file], EVERYTHING)
    findings = sorted(
        (f.rule.name, f.message, f.location.pointer, f.when, f.location.resource or "")
        for f in analyze([file], EVERYTHING).findings
    )
    return facts_of(reading.architecture), findings


def assert_equal_in_all_forms(data: Data, text: str, folder: Path) -> None:
    """Compare a template as written, as JSON and as YAML with long functions."""
    in_json = judged(folder / "json", "template", json.dumps(data))
    in_yaml = judged(folder / "yaml", "template", yaml.safe_dump(data, sort_keys=False))
    assert in_json == in_yaml
    if '"<<"' not in text and "<<:" not in text:
        assert judged(folder / "written", "template", text) == in_json


@pytest.mark.parametrize(
    "path",
    [
        "fixtures/applications/orders/template.yaml",
        "fixtures/sam/apis.yaml",
        "fixtures/sam/events.yaml",
        "fixtures/sam/functions.yaml",
    ],
)
def test_our_own_templates_are_equal_in_all_forms(path: str, tmp_path: Path) -> None:
    file = ROOT / path
    document = load_file(file, path, tags=long_form)
    assert_equal_in_all_forms(document.data, document.text, tmp_path)


def test_the_corpus_is_equal_in_all_forms(tmp_path: Path) -> None:
    if not CORPUS:
        pytest.skip("ADVISE_CORPUS is not set: the corpus is not compared in all forms")
    # A share of the templates: all of them take minutes and have shown nothing more.
    files = [f for f in sorted(Path(CORPUS).rglob("*")) if f.suffix in {".yaml", ".yml", ".json"}]
    compared = 0
    for file in files[::9]:
        if sniff(file.read_bytes()) not in {Kind.SAM, Kind.CLOUDFORMATION}:
            continue
        try:
            document = load_file(file, file.name, tags=long_form)
        except LoadError:
            continue
        if document.duplicate_keys:
            continue
        assert_equal_in_all_forms(document.data, document.text, tmp_path)
        compared += 1
    print(f"{compared} templates compared in all forms")  # noqa: T201  # what the run covered
    assert compared > 20

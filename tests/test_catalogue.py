"""What every rule of the catalogue must be: named, worded, referenced and placed alike."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from advisor.config import Config
from advisor.rules import testing
from advisor.rules.finding import Severity
from advisor.rules.registry import catalogue, load, load_file
from advisor.rules.rule import FAMILIES
from advisor.rules.selection import select
from advisor.rules.testing import analyze_case, cases, own_rules

if TYPE_CHECKING:
    from advisor.rules.rule import Rule

REGISTRY = load()
RULES = REGISTRY.rules
each_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
each_file = pytest.mark.parametrize(
    "rule", own_rules(RULES), ids=[rule.name for rule in own_rules(RULES)]
)

_WORDS_OF_BLAME = re.compile(r"\b(should|please|must|recommended|best practice)\b", re.IGNORECASE)
_MOST_SUMMARY = 100


def test_ids_are_unique_and_of_a_known_family() -> None:
    ids = [rule.id for rule in RULES]
    assert all(a < b for a, b in pairwise(ids))
    assert {id_[:3] for id_ in ids} <= set(FAMILIES)


def test_ids_of_a_family_leave_no_gap_that_a_new_rule_could_take_again() -> None:
    numbers: dict[str, list[int]] = {}
    for rule in RULES:
        numbers.setdefault(rule.id[:3], []).append(int(rule.id[3:]))
    for family, found in numbers.items():
        assert 0 not in found, family


@each_file
def test_a_file_has_the_name_of_its_rule(rule: Rule) -> None:
    assert rule.file is not None
    assert rule.file.stem == rule.name.replace("-", "_")


@each_file
def test_a_file_imports_only_advisor_and_the_standard_library(rule: Rule) -> None:
    import ast
    import sys

    assert rule.file is not None
    allowed = sys.stdlib_module_names | {"advisor"}
    for node in ast.walk(ast.parse(rule.file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "no relative imports: a rule stands alone"
            assert (node.module or "").partition(".")[0] in allowed
            assert node.module == "advisor" or not (node.module or "").startswith("advisor.")
        elif isinstance(node, ast.Import):
            assert {alias.name.partition(".")[0] for alias in node.names} <= allowed - {"advisor"}


@each_rule
def test_a_summary_is_a_fact_in_one_line(rule: Rule) -> None:
    _is_worded_well(rule.summary)
    assert len(rule.summary) <= _MOST_SUMMARY


@each_rule
def test_texts_are_sentences(rule: Rule) -> None:
    for text in (rule.rationale, rule.when_to_ignore):
        assert text[0].isupper() or text[0] in "`'", text
        assert text.endswith((".", "`")), text


@each_rule
def test_references_are_public_pages(rule: Rule) -> None:
    for reference in rule.references:
        parts = urlsplit(reference)
        assert parts.scheme == "https", reference
        assert "." in parts.netloc, reference
    assert len(set(rule.references)) == len(rule.references)


@each_rule
def test_bad_examples_have_a_mark(rule: Rule) -> None:
    assert cases(rule)[0].marks


@each_rule
def test_an_aggregate_message_has_a_number(rule: Rule) -> None:
    if rule.aggregate:
        assert "{count}" in rule.aggregate
        left = rule.aggregate.replace("{count}", "").replace("{names}", "")
        assert "{" not in left
        assert not left.endswith(".")


@each_rule
def test_superseded_rules_exist_and_are_weaker_in_one_direction(rule: Rule) -> None:
    for name in rule.supersedes:
        weaker = REGISTRY.get(name)
        assert weaker is not None
        assert rule.name not in weaker.supersedes


@each_rule
def test_every_option_can_be_configured(rule: Rule) -> None:
    for name, default in rule.options.items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert name != "severity"
        assert isinstance(default, (int, float, str, bool, tuple))


@each_rule
def test_findings_tell_what_why_and_how(rule: Rule) -> None:
    report = analyze_case(cases(rule)[0], REGISTRY)
    own = [finding for finding in report.findings if finding.rule is rule]
    assert own
    for finding in own:
        _is_worded_well(finding.message)
        assert finding.why.strip()
        assert finding.remediation.strip()
        assert finding.fingerprint


def test_no_preview_is_in_the_default_profile_and_every_rule_can_be_asked_for() -> None:
    default = select(REGISTRY, Config())
    assert not [rule.name for rule in default.rules if rule.preview]
    assert select(REGISTRY, Config(select=("ALL",))).rules == RULES
    assert default.severity is Severity.WARNING


def test_the_rule_to_copy_is_a_rule_when_it_is_copied(tmp_path: Path) -> None:
    text = (Path(__file__).parent.parent / "rules" / "_template.py").read_text(encoding="utf-8")
    copy = tmp_path / "queue_forgets_while_processing.py"
    copy.write_text(text, encoding="utf-8")
    rule = load_file(copy)
    assert rule.file == copy
    assert copy.stem == rule.name.replace("-", "_")
    assert rule.id not in {other.id for other in RULES}
    told = [(case.name, wrong) for case, wrong in testing.test_directory(tmp_path)]
    assert told == [("bad", []), ("good", [])]


def test_every_family_is_told_to_those_who_write_rules() -> None:
    readme = (catalogue() / "README.md").read_text(encoding="utf-8")
    engine_only = {"DOC", "SUP"}
    assert set(re.findall(r"`([A-Z]{3})`", readme)) == set(FAMILIES) - engine_only


def _is_worded_well(text: str) -> None:
    assert "\n" not in text
    assert not text.endswith(".")
    assert not _WORDS_OF_BLAME.search(text), text
    first = text.split(maxsplit=1)[0]
    # A name in quotes, a number or an abbreviation may begin a sentence in any case.
    assert first[0] == "'" or not first[0].isupper() or first[1:2].isupper(), text

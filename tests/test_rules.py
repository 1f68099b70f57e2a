"""Every rule's own examples, and every false alarm or silence that was ever found."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from advisor.errors import RuleLoadError
from advisor.rules.registry import load, load_file, registry_of
from advisor.rules.testing import Case, analyze_case, cases, marks_in, others, own_rules, problems

ROOT = Path(__file__).parent.parent
EDGE_CASES = ROOT / "fixtures" / "edge_cases"
REGISTRY = load()
CASES = [case for rule in REGISTRY.rules for case in cases(rule, EDGE_CASES)]
TEMPLATE_FILE = ROOT / "rules" / "_template.py"
TEMPLATE = load_file(TEMPLATE_FILE)
RULE = TEMPLATE_FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_an_example_says_what_is_marked_and_nothing_else(case: Case) -> None:
    assert not problems(case, REGISTRY)


def test_every_edge_case_belongs_to_a_rule() -> None:
    folders = {folder.name for folder in EDGE_CASES.iterdir() if folder.is_dir()}
    assert folders <= {rule.name for rule in REGISTRY.rules}


def test_the_rule_to_copy_passes_its_own_examples() -> None:
    registry = registry_of([*REGISTRY.rules, TEMPLATE])
    for case in cases(TEMPLATE):
        assert not problems(case, registry)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("# <--", "#", "flagged without a mark"),
        ("keeps a message for 60 s", "keeps nothing", "not flagged with ''Orders' keeps nothing'"),
        ("Period: 60", "Period: 6000", "template.yaml:6 is not flagged"),
        ("Resources:", "Resources: [", "cannot be analysed"),
    ],
)
def test_a_wrong_example_is_told(old: str, new: str, told: str) -> None:
    registry = registry_of([*REGISTRY.rules, TEMPLATE])
    case = cases(TEMPLATE)[0]
    files = {name: text.replace(old, new) for name, text in case.files.items()}
    wrong = Case(TEMPLATE, bad=True, name="wrong", files=files, marks=marks_in(files))
    assert any(told in line for line in problems(wrong, registry))


def test_a_good_example_that_is_flagged_is_told() -> None:
    registry = registry_of([*REGISTRY.rules, TEMPLATE])
    wrong = Case(TEMPLATE, bad=False, name="wrong", files=cases(TEMPLATE)[0].files)
    assert any("is flagged: template.yaml:6 QUE999" in line for line in problems(wrong, registry))


@pytest.mark.skipif(
    "ADVISE_LIST_OTHERS" not in os.environ,
    reason="set ADVISE_LIST_OTHERS=1 to read what all other rules say of each example",
)
def test_what_other_rules_say_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    for case in CASES:
        said = others(case, analyze_case(case, REGISTRY, every_rule=True))
        with capsys.disabled():
            for line in said:
                print(f"{case.id}: {line}")  # noqa: T201  # the listing is the point
    assert own_rules(REGISTRY.rules)


def test_edge_cases_take_marks_from_comments_and_from_beside_them(tmp_path: Path) -> None:
    registry = registry_of([*REGISTRY.rules, TEMPLATE])
    folder = tmp_path / TEMPLATE.name
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"MessageRetentionPeriod": 60}}
    queue["Properties"] |= {"VisibilityTimeout": 300}  # type: ignore[operator]  # it is a mapping
    text = json.dumps({"Resources": {"Orders": queue}}, indent=1)
    (folder / "bad_two_files" / "inner").mkdir(parents=True)
    (folder / "bad_json.json").write_text(text)
    (folder / "bad_json.marks").write_text("6 \"'Orders' keeps\"\n")
    (folder / "bad_two_files" / "inner" / "a.json").write_text(text)
    (folder / "bad_two_files" / "b.yaml").write_text(cases(TEMPLATE)[0].files["template.yaml"])
    (folder / "bad_two_files" / "lines.marks").write_text("inner/a.json:6 'Orders'\n")
    (folder / "good_empty.yaml").write_text("Resources: {}\n")
    found = cases(TEMPLATE, tmp_path)[2:]
    assert [case.name for case in found] == ["bad_json.json", "bad_two_files", "good_empty.yaml"]
    assert [problems(case, registry) for case in found] == [[], [], []]


@pytest.mark.parametrize("name", ["odd_name.yaml", "bad.yaml", "bad_empty"])
def test_an_edge_case_without_a_meaning_is_an_error(tmp_path: Path, name: str) -> None:
    folder = tmp_path / TEMPLATE.name
    folder.mkdir()
    (folder / name).mkdir() if name == "bad_empty" else (folder / name).touch()
    with pytest.raises(RuleLoadError, match=name):
        cases(TEMPLATE, tmp_path)


def test_an_example_may_bring_its_configuration(tmp_path: Path) -> None:
    text = RULE.replace("kept < hidden", "kept < hidden and architecture.facts.production")
    file = tmp_path / "queue_forgets_while_processing.py"
    file.write_text(text)
    rule = load_file(file)
    registry = registry_of([*REGISTRY.rules, rule])
    files = dict(cases(rule)[0].files)
    assert problems(Case(rule, bad=True, name="x", files=files, marks=marks_in(files)), registry)
    files["advise.toml"] = "[account]\nproduction = true\n"
    case = Case(rule, bad=True, name="x", files=files, marks=marks_in(files))
    assert not problems(case, registry)

"""The index of the catalogue: the same rules as their files, loaded when they are asked."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from advisor.errors import RuleLoadError
from advisor.records import fields
from advisor.rules import index, registry
from advisor.rules.rule import Rule

TEMPLATE = Path(__file__).parent.parent / "rules" / "_template.py"


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with three rules, in an environment that writes bytecode."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    folder = tmp_path / "rules"
    folder.mkdir()
    for name in ("polling_loop_in_function", "function_as_orchestrator", "message_loop"):
        shutil.copy(registry.catalogue() / f"{name}.py", folder)
    text = TEMPLATE.read_text(encoding="utf-8")
    (folder / "queue_forgets.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(registry, "catalogue", lambda: folder)
    return folder


def loaded() -> tuple[Rule, ...]:
    return tuple(rule for rule in registry.load().rules if rule.file is not None)


def test_the_second_run_loads_no_file_before_its_rule_is_asked(rules: Path) -> None:
    first, second = loaded(), loaded()
    assert not any(rule.is_deferred for rule in first)
    assert all(rule.is_deferred for rule in second)
    assert [rule.file for rule in second] == [rule.file for rule in first]
    assert second[0].summary == first[0].summary
    assert [rule.is_deferred for rule in second] == [False] + [True] * (len(second) - 1)
    assert rules == (second[0].file or rules).parent


def test_what_is_indexed_is_what_the_file_says(rules: Path) -> None:
    del rules
    for first, second in zip(loaded(), loaded(), strict=True):
        kinds = first.applies_to if isinstance(first.applies_to, tuple) else (first.applies_to,)
        assert second.applies_to == kinds
        for name in ("id", "name", "aliases", "supersedes", "preview", "reads_code"):
            assert getattr(second, name) == getattr(first, name), name
        assert (second.pillar, second.severity) == (first.pillar, first.severity)
        assert second.confidence == first.confidence
        assert second.is_deferred


def test_a_deferred_rule_becomes_the_whole_one(rules: Path) -> None:
    del rules
    for first, second in zip(loaded(), loaded(), strict=True):
        assert second.is_complete
        for each in fields(Rule):
            if each.name not in {"_check", "_later", "_plain"}:
                assert getattr(second, each.name) == getattr(first, each.name), each.name


def test_the_functions_of_a_file_speak_as_the_rule_of_the_registry(rules: Path) -> None:
    del rules
    loaded()
    rule = loaded()[-1]
    assert rule.is_complete
    module = next(m for m in sys.modules.values() if getattr(m, "__file__", "") == str(rule.file)
                  and getattr(m, "rule", None) is rule)  # fmt: skip
    assert module.__name__.endswith(str(rule.file.stem if rule.file else ""))


def test_all_shipped_rules_can_be_indexed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    folder = registry.catalogue()
    files = index.stamps(folder)
    full = registry.load_directory(folder)
    index.remember(folder, files, full)
    late = index.indexed(folder, files, lambda rule, file: registry.load_file(file, known_as=rule))
    assert late is not None
    assert [rule.id for rule in late] == [rule.id for rule in full]
    assert [rule.file for rule in late] == [rule.file for rule in full]


def test_an_edited_an_added_and_a_removed_file_are_noticed(rules: Path) -> None:
    loaded()
    file = rules / "queue_forgets.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Severity.WARNING", "Severity.ERROR") + "\n", encoding="utf-8")
    assert not any(rule.is_deferred for rule in loaded())
    other = text.replace("QUE999", "QUE998").replace("queue-forgets", "queue-drops")
    (rules / "other.py").write_text(other, encoding="utf-8")
    assert "QUE998" in [rule.id for rule in loaded()]
    (rules / "other.py").unlink()
    assert "QUE998" not in [rule.id for rule in loaded()]
    assert all(rule.is_deferred for rule in loaded())


@pytest.mark.parametrize("content", [b"", b"\x00", b"()", b"\xe3garbage"])
def test_a_spoiled_index_is_no_index(rules: Path, content: bytes) -> None:
    loaded()
    place = next((rules / "__pycache__").glob("*.rules"))
    place.write_bytes(content)
    assert not any(rule.is_deferred for rule in loaded())
    assert all(rule.is_deferred for rule in loaded())


def test_nothing_is_written_where_python_writes_no_bytecode(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loaded()
    assert not list(rules.glob("__pycache__/*.rules"))
    assert not any(rule.is_deferred for rule in loaded())


def test_a_folder_that_takes_no_index_is_read_each_time(rules: Path) -> None:
    (rules / "__pycache__").write_text("a file", encoding="utf-8")
    assert loaded()
    assert not any(rule.is_deferred for rule in loaded())


def test_a_file_that_is_spoiled_after_indexing_is_named(rules: Path) -> None:
    loaded()
    rule = loaded()[0]
    assert rule.file is not None
    rule.file.write_text("rule = 1", encoding="utf-8")
    with pytest.raises(RuleLoadError, match=rule.file.name):
        rule.rationale  # noqa: B018  # asking is what loads
    assert rules.is_dir()

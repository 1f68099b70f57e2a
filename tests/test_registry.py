"""Loading rules by path, finding them by their names, and what is said when it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.errors import AdviseError, ConfigError, RuleLoadError
from advisor.rules import builtin
from advisor.rules.registry import load, load_directory, registry_of
from tests.rules import Blanks, rule_of

TEMPLATE = Path(__file__).parent.parent / "rules" / "_template.py"
RULE = TEMPLATE.read_text(encoding="utf-8")


def test_a_directory_of_rules_is_loaded_in_the_order_of_ids(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(RULE)
    other = RULE.replace("QUE999", "QUE998").replace("queue-forgets", "queue-drops")
    (tmp_path / "b.py").write_text(other)
    (tmp_path / "_helper.py").write_text("raise SystemExit")
    (tmp_path / "notes.txt").touch()
    registry = load([tmp_path], shipped=False)
    assert [rule.id for rule in registry.rules] == ["QUE998", "QUE999"]
    assert registry.rules[0].file == tmp_path / "b.py"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "defines no 'rule = Rule(…)'"),
        ("rule = 1", "defines no 'rule = Rule(…)'"),
        ("def x(:", "line 1: invalid syntax"),
        ("import nothing_like_it", "No module named 'nothing_like_it'"),
        ("from advisor import Nothing", "cannot import name 'Nothing'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        (RULE.replace("@rule.check", ""), "without a function under '@rule.check'"),
        (RULE.replace('"QUE999"', '"Q1"'), "id 'Q1' is not three capitals and three digits"),
        (RULE.replace("bad=", "bad='' and "), "bad is empty"),
    ],
)
def test_a_file_that_is_no_rule_is_named_with_the_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "mine.py").write_text(text)
    with pytest.raises(RuleLoadError) as caught:
        load_directory(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / 'mine.py'}: ")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_empty_or_missing_directory_is_an_error(tmp_path: Path) -> None:
    for directory in (tmp_path, tmp_path / "missing"):
        with pytest.raises(RuleLoadError, match=str(directory)):
            load_directory(directory)
    assert issubclass(RuleLoadError, AdviseError)


@pytest.mark.parametrize(
    "blanks",
    [Blanks(name="another"), Blanks(id="QUE002"), Blanks(id="QUE002", name="x", aliases=("old",))],
)
def test_two_rules_cannot_share_an_id_a_name_or_a_former_name(blanks: Blanks) -> None:
    first = rule_of(lambda _: [], Blanks(aliases=("old",)))
    with pytest.raises(RuleLoadError, match="already names"):
        registry_of([first, rule_of(lambda _: [], blanks)])


def test_a_rule_cannot_supersede_what_does_not_exist() -> None:
    with pytest.raises(RuleLoadError, match="supersedes 'nothing'"):
        registry_of([rule_of(None, Blanks(supersedes=("nothing",)))])


def test_rules_are_found_by_every_selector() -> None:
    rule = rule_of(None, Blanks(aliases=("old-name",)))
    registry = registry_of([*builtin.BUILTIN, rule])
    for word in ("QUE001", "que001", "QUE", "QUE0", "QUE00", "short-delay", "old-name"):
        assert registry.find(word) == (rule,), word
    assert registry.find("reliability") == (rule,)
    assert len(registry.find("SUP")) == 5
    assert registry.find("ALL") == registry.rules
    assert registry.find("NET") == ()


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("short-dealy", "short-delay"),
        ("QUE002", "QUE001"),
        ("relability", "reliability"),
        ("QU", ""),
    ],
)
def test_a_selector_that_means_nothing_is_an_error(word: str, hint: str) -> None:
    registry = registry_of([rule_of(None)])
    with pytest.raises(ConfigError, match=f"'{word}'.*{hint}"):
        registry.find(word)

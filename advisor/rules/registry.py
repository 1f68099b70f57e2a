"""Loads rule files by path and finds rules by id, prefix, name, former name or pillar."""

from __future__ import annotations

import re
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from advisor.errors import ConfigError, RuleLoadError
from advisor.records import field, record
from advisor.rules.finding import Pillar
from advisor.rules.rule import FAMILIES, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ALL = "ALL"
"""The selector of every rule, preview included."""

_PREFIX = re.compile(r"[A-Z]{3}[0-9]{0,2}")
_LONGEST_REASON = 200  # characters of an exception's text that are shown


@record(frozen=True)
class Registry:
    """The rules of a run, by id, and every word that names one."""

    rules: tuple[Rule, ...]
    by_word: dict[str, Rule] = field(repr=False)
    """Rules by id, name and former names."""

    def find(self, selector: str) -> tuple[Rule, ...]:
        """Return the rules that an id, id prefix, name, former name or pillar selects.

        Raises ConfigError for a selector that means nothing, with what may have been meant.
        """
        rule = self.get(selector)
        if rule is not None:
            return (rule,)
        if selector.upper() == ALL:
            return self.rules
        if selector.lower() in set(Pillar):
            return tuple(r for r in self.rules if r.pillar.value == selector.lower())
        prefix = selector.upper()
        found = tuple(r for r in self.rules if r.id.startswith(prefix))
        if _PREFIX.fullmatch(prefix) and (found or prefix in FAMILIES):
            return found
        raise ConfigError(f"no rule is called '{shown(selector)}'{self.did_you_mean(selector)}")

    def get(self, word: str) -> Rule | None:
        """Return the one rule of an id, a name or a former name."""
        return (
            self.by_word.get(word)
            or self.by_word.get(word.upper())
            or self.by_word.get(word.lower())
        )

    def did_you_mean(self, word: str) -> str:
        """Return `; did you mean …?` for a word that names no rule, or nothing."""
        return did_you_mean(word, [*self.by_word, *FAMILIES, *Pillar])


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` with the nearest known word, or nothing."""
    from difflib import get_close_matches

    by_lower = {name.lower(): name for name in known}
    nearest = get_close_matches(word[:80].lower(), by_lower, n=1)
    return f"; did you mean '{by_lower[nearest[0]]}'?" if nearest else ""


def shown(text: str) -> str:
    """Return a user's text fit for one line of a message."""
    flat = " ".join(text.split())
    cut = flat if len(flat) <= _LONGEST_REASON else f"{flat[: _LONGEST_REASON - 1]}…"
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in cut)


def catalogue() -> Path:
    """Return the folder of the shipped rules: in the package, else in the checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "catalogue"
    return installed if installed.is_dir() else package.parent / "rules"


def load(directories: Sequence[Path] = (), *, shipped: bool = True) -> Registry:
    """Load the catalogue, the rules of the tool itself, and those of further directories.

    Raises RuleLoadError with the path of what cannot be used.
    """
    rules: list[Rule] = []
    if shipped:
        from advisor.rules.builtin import BUILTIN

        rules += BUILTIN
        rules += _shipped()
    for directory in directories:
        rules += load_directory(directory)
    return registry_of(rules)


def _shipped() -> list[Rule]:
    """Return the catalogue; where it is indexed, a rule's file is run when it is first asked."""
    from advisor.rules.index import indexed, remember, stamps

    directory = catalogue()
    try:
        files = stamps(directory)
    except OSError:  # said in the words for any directory
        return load_directory(directory)
    known = indexed(directory, files, _late)
    if known is None:
        known = load_directory(directory)
        remember(directory, files, known)
    return known


def registry_of(rules: Iterable[Rule]) -> Registry:
    """Return a registry; RuleLoadError where two rules share an id, a name or a former name."""
    ordered = sorted(rules, key=lambda rule: rule.id)
    by_word: dict[str, Rule] = {}
    for rule in ordered:
        for word in (rule.id, rule.name, *rule.aliases):
            other = by_word.setdefault(word, rule)
            if other is not rule:
                raise RuleLoadError(
                    str(rule.file or rule.name),
                    f"'{word}' already names the rule in {other.file or 'the tool itself'}",
                )
    for rule in ordered:
        for name in rule.supersedes:
            if name not in by_word:
                raise RuleLoadError(
                    str(rule.file or rule.name), f"supersedes '{name}', which is no rule"
                )
    return Registry(tuple(ordered), by_word)


def load_directory(directory: Path) -> list[Rule]:
    """Return the rules of a directory's files; those that start with `_` or `.` are no rules."""
    if not directory.is_dir():
        raise RuleLoadError(str(directory), "is not a directory of rules")
    try:
        files = sorted(
            f for f in directory.iterdir() if f.suffix == ".py" and f.name[0] not in "_."
        )
    except OSError as error:
        raise RuleLoadError(str(directory), shown(error.strerror or "cannot be read")) from error
    if not files:
        raise RuleLoadError(str(directory), "has no rule files")
    return [load_file(file) for file in files]


def load_file(file: Path, *, known_as: Rule | None = None) -> Rule:
    """Return the rule of one file; RuleLoadError with the path and the reason if it has none.

    `known_as` is what stands for the rule in a registry: the file's functions speak as that.
    """
    # The folder is part of the name: two directories may each have a file of the same name.
    name = f"_advisor_rules_{abs(hash(str(file.parent)))}_{file.stem}"
    # By its loader alone: a spec for each of some hundred files takes a tenth of their time.
    loader = SourceFileLoader(name, str(file))
    module = ModuleType(name)
    module.__file__ = str(file)
    module.__loader__ = loader
    # Dataclasses in a rule file look their module up by name.
    sys.modules[name] = module
    try:
        code = loader.get_code(name)
        if code is not None:  # which no loader of source files says
            exec(code, module.__dict__)  # noqa: S102  # what a loader does with a module
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise RuleLoadError(str(file), _reason(error)) from error
    rule = getattr(module, "rule", None)
    if not isinstance(rule, Rule):
        raise RuleLoadError(str(file), "defines no 'rule = Rule(…)'")
    if not rule.is_complete:
        raise RuleLoadError(str(file), "has a rule without a function under '@rule.check'")
    rule.file = file
    if known_as is not None:
        module.__dict__["rule"] = known_as
    return rule


def _late(rule: Rule, file: Path) -> Rule:
    return load_file(file, known_as=rule)


def _reason(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return shown(f"line {error.lineno}: {error.msg}")
    kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
    return shown(f"{kind}{error}" if str(error) else type(error).__name__)

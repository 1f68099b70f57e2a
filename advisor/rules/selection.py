"""Which rules run, which findings are shown, and with what settings: configuration made exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.config import Config
from advisor.errors import ConfigError
from advisor.records import field, record, replace
from advisor.rules.finding import Confidence, Severity
from advisor.rules.registry import did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from advisor.documents.location import Location
    from advisor.rules.finding import Finding
    from advisor.rules.registry import Registry
    from advisor.rules.rule import Rule


@record(frozen=True)
class PathIgnore:
    """Rules that say nothing about what a pattern of paths, and keys if any, names."""

    pattern: str
    keys: tuple[str, ...]
    names: frozenset[str]

    def covers(self, rule: Rule, location: Location) -> bool:
        """Tell whether a finding of a rule at a place is left out."""
        if rule.name not in self.names:
            return False
        keys = tuple(str(key) for key in location.pointer[: len(self.keys)])
        return keys == self.keys and path_matches(location.path, self.pattern)


@record(frozen=True, kw_only=True)
class Selection:
    """The rules of a run and the thresholds of what is shown."""

    registry: Registry
    config: Config
    rules: tuple[Rule, ...]
    """The rules whose findings count, by id."""
    named: frozenset[str] = frozenset()
    """Names of rules that were asked for: they are shown whatever their severity."""
    severity: Severity = Severity.WARNING
    confidence: Confidence = Confidence.MEDIUM
    severities: Mapping[str, Severity] = field(default_factory=dict)
    """Other severities, by the name of the rule."""
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Settings by the name of the rule, validated against what it declares."""
    path_ignores: tuple[PathIgnore, ...] = ()

    def includes(self, rule: Rule) -> bool:
        """Tell whether the findings of a rule count."""
        return any(rule is other for other in self.rules)

    def with_stronger(self) -> tuple[Rule, ...]:
        """Return the rules to run: those selected and those that supersede one of them."""
        wanted = {rule.name for rule in self.rules}
        chosen = list(self.rules)
        grown = True
        while grown:
            grown = False
            for rule in self.registry.rules:
                weaker = {self.registry.by_word[name].name for name in rule.supersedes}
                if rule.name not in wanted and weaker & wanted:
                    wanted.add(rule.name)
                    chosen.append(rule)
                    grown = True
        return tuple(sorted(chosen, key=lambda rule: rule.id))

    def remapped(self, finding: Finding) -> Finding:
        """Return the finding with the severity that is configured for its rule."""
        severity = self.severities.get(finding.rule.name)
        return finding if severity is None else replace(finding, severity=severity)

    def shows(self, finding: Finding) -> bool:
        """Tell whether a finding is severe and sure enough, or its rule was asked for."""
        if finding.rule.name in self.named:
            return True
        return finding.severity >= self.severity and finding.confidence >= self.confidence

    def leaves_out(self, finding: Finding) -> bool:
        """Tell whether the configuration ignores the rule for the place of the finding."""
        return any(p.covers(finding.rule, finding.location) for p in self.path_ignores)


def select(registry: Registry, config: Config | None = None) -> Selection:
    """Return what a configuration selects; ConfigError for words that name nothing."""
    config = config or Config()
    thorough = config.profile != "default"
    pedantic = config.profile == "pedantic"
    base = _find(registry, config.select) or _of_profile(registry, previews=pedantic)
    extra = _find(registry, config.extend_select)
    ignored = {rule.name for rule in _find(registry, config.ignore)}
    chosen = {rule.name: rule for rule in (*base, *extra) if rule.name not in ignored}
    lowest = config.severity or (Severity.INFO if thorough else Severity.WARNING)
    if config.fail_on is not None and config.severity is None:
        lowest = min(lowest, config.fail_on)
    severities, options = _settings(registry, config)
    asked = (*config.select, *config.extend_select)
    return Selection(
        registry=registry,
        config=config,
        rules=tuple(sorted(chosen.values(), key=lambda rule: rule.id)),
        named=frozenset(rule.name for rule in _find(registry, asked)),
        severity=lowest,
        confidence=config.confidence or (Confidence.LOW if pedantic else Confidence.MEDIUM),
        severities=severities,
        options=options,
        path_ignores=tuple(
            PathIgnore(
                pattern.partition("#")[0],
                tuple(key for key in pattern.partition("#")[2].split(".") if key),
                frozenset(rule.name for rule in _find(registry, selectors)),
            )
            for pattern, selectors in config.per_path_ignores.items()
        ),
    )


def path_matches(path: str, pattern: str) -> bool:
    """Tell whether a root-relative path is named by a glob, or lies in a folder that is.

    `*` and `?` stay within one folder, `**` crosses folders; without a slash the pattern names
    a file or folder anywhere.
    """
    parts = [part for part in pattern.split("/") if part not in {"", "."}]
    if "/" not in pattern.rstrip("/"):
        parts = ["**", *parts]
    return _glob(path.split("/"), parts)


def _glob(path: list[str], pattern: list[str]) -> bool:
    """Match by the set of pattern positions reached, so that no pattern takes long."""
    from fnmatch import fnmatchcase

    def through(reached: set[int]) -> set[int]:
        for at in sorted(reached):
            while at < len(pattern) and pattern[at] == "**":
                at += 1  # noqa: PLW2901  # stars may stand for no folder at all
                reached.add(at)
        return reached

    states = through({0})
    for part in path:
        # A pattern that is used up names a folder: all that is in it is meant.
        if len(pattern) in states:
            return True
        following = {at for at in states if pattern[at] == "**"}
        following |= {
            at + 1 for at in states if pattern[at] != "**" and fnmatchcase(part, pattern[at])
        }
        states = through(following)
    return len(pattern) in states


def _find(registry: Registry, selectors: Iterable[str]) -> list[Rule]:
    return [rule for selector in selectors for rule in registry.find(selector.strip())]


def _of_profile(registry: Registry, *, previews: bool) -> list[Rule]:
    return [rule for rule in registry.rules if previews or not rule.preview]


def _settings(
    registry: Registry, config: Config
) -> tuple[dict[str, Severity], dict[str, dict[str, object]]]:
    severities: dict[str, Severity] = {}
    options: dict[str, dict[str, object]] = {}
    where = f"{config.file}: " if config.file else ""
    for word, settings in config.rules.items():
        rule = registry.get(word)
        if rule is None:
            hint = registry.did_you_mean(word)
            raise ConfigError(f"{where}'rules.{shown(word)}' names no rule{hint}")
        if settings.severity is not None:
            severities[rule.name] = settings.severity
        for name, value in settings.options.items():
            key = name.replace("-", "_")
            if key not in rule.options:
                hint = did_you_mean(name, ["severity", *rule.options])
                raise ConfigError(
                    f"{where}'rules.{shown(word)}' has no option '{shown(name)}'{hint}"
                )
            options.setdefault(rule.name, {})[key] = _checked(
                value, rule.options[key], f"{where}'rules.{shown(word)}.{shown(name)}'"
            )
    return severities, options


def _checked(value: object, default: object, key: str) -> object:
    """Return a setting in the type of its default; ConfigError if it is of another."""
    if isinstance(default, tuple) and isinstance(value, list):
        return tuple(value)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is type(default):
        return value
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
    raise ConfigError(f"{key} takes {words.get(type(default), 'a list')}")

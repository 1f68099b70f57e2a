"""What is known of the open files of one project: judged and read, with the last good texts.

Runs on one thread beside the loop that speaks with the editor.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.analysis import analyze, registry_of
from advisor.config import Config, load
from advisor.documents.load import read_text
from advisor.errors import LoadError
from advisor.records import field, record, replace
from advisor.report import Problem
from advisor.rules.finding import Severity
from advisor.source.memory import Memory
from advisor.templates.sniff import sniff
from advisor.templates.tags import long_form

if TYPE_CHECKING:
    from collections.abc import Mapping
    from threading import Event

    from advisor.reading import Reading
    from advisor.report import Report
    from advisor.rules.registry import Registry


class StaleError(Exception):
    """The texts have changed while they were judged: nobody waits for the answer."""


@record(frozen=True)
class Settings:
    """What an editor sets, beside the configuration files."""

    trusted: bool = False
    """Whether rules of the repository, which are code, are loaded."""
    whole_project: bool = False
    """Whether all templates of a project are judged, not only those that are open."""
    severity: Severity | None = None
    """The lowest severity that is shown, over what is configured."""

    @classmethod
    def of(cls, options: object) -> Settings:
        """Return what initialization options say; what they say wrongly counts as not said."""
        said = options if isinstance(options, dict) else {}
        word = said.get("severity")
        known = {each.word: each for each in Severity}
        return cls(
            trusted=said.get("trusted") is True,
            whole_project=said.get("scope") == "project",
            severity=known.get(word) if isinstance(word, str) else None,
        )


@record(frozen=True)
class Judged:
    """One answer: what was found, in which texts."""

    texts: Mapping[Path, str]
    """The texts of the editor, by real path."""
    read: Mapping[Path, str]
    """The same with the last readable text for what cannot be read: findings count in these."""
    paths: tuple[Path, ...]
    report: Report
    config: Config
    registry: Registry
    problems: tuple[Problem, ...] = ()
    """What is wrong with the editor's texts; their paths are those of the report."""

    readings: tuple[Reading, ...] = field(default=(), repr=False)

    def graph(self) -> list[Reading]:
        """Return the architectures, with the calls in code from the first question on."""
        found = [reading for reading in self.readings if reading.inputs.kinds]
        for reading in found:
            reading.architecture.add_calls()
        return found

    def file(self, path: str) -> Path:
        """Return the real file behind a path of the report."""
        return Path(self.report.base) / path

    def shown(self, file: Path) -> str:
        """Return the path that the report has for a file."""
        try:
            return file.relative_to(self.report.base).as_posix()
        except ValueError:
            return file.name

    def text(self, file: Path) -> str | None:
        """Return the text that findings in a file count in."""
        known = self.read.get(file)
        return self.report.sources.get(self.shown(file)) if known is None else known


@cache
def shipped() -> Registry:
    """Return the rules that come with the tool, loaded once for all projects."""
    return registry_of(Config())


@record()
class Judge:
    """Judges the texts of one project again and again, and keeps what stays the same."""

    root: Path
    settings: Settings = field(default_factory=Settings)
    _good: dict[Path, str] = field(default_factory=dict)
    _memory: Memory = field(default_factory=Memory)
    _registry: tuple[object, Registry] | None = None

    def forget(self, *, rules: bool = False) -> None:
        """Look at all files anew before the next answer; with `rules`, load those anew, too."""
        self._memory.forget()
        if rules:
            self._registry = None

    def judge(self, texts: Mapping[Path, str], stale: Event) -> Judged | None:
        """Return what is found in the texts; None where none of them is ours.

        Raises StaleError once `stale` is set, ConfigError and RuleLoadError for what the project
        configures wrongly.
        """
        broken = self._broken(texts)
        paths = tuple(file for file, text in texts.items() if file in self._good or sniff(text))
        if not paths:
            return None

        def going_on(_: str) -> None:
            if stale.is_set():
                raise StaleError

        config = self._configured(paths[0])
        registry = self._rules(config)
        wanted = (self.root, *paths) if self.settings.whole_project else paths
        readings: list[Reading] = []

        def judged(texts: Mapping[Path, str]) -> Report:
            readings.clear()
            return analyze(
                wanted,
                config,
                texts=texts,
                forced=True,
                registry=registry,
                progress=going_on,
                memory=self._memory,
                keep=readings.append,
            )

        report = judged(texts)
        there = {Path(report.base) / problem.path: problem for problem in report.errors}
        problems = [*report.errors]
        for file in (file for file in paths if file in there and file in self._good):
            broken.setdefault(file, there[file])
        problems += [
            replace(problem, path=Judged(texts, texts, paths, report, config, registry).shown(file))
            for file, problem in broken.items()
            if problem not in problems
        ]
        kept = dict(texts)
        if broken:
            # The others are judged beside what this one was before the edit.
            kept |= {file: self._good[file] for file in broken}
            report = judged(kept)
        self._good |= {
            file: text for file, text in texts.items() if file in paths and file not in there
            and file not in broken
        }  # fmt: skip
        return Judged(
            texts, kept, wanted, report, config, registry, tuple(problems), tuple(readings)
        )

    def _broken(self, texts: Mapping[Path, str]) -> dict[Path, Problem]:
        """Return the files of ours that an edit has made unrecognisable; forget what is closed."""
        found: dict[Path, Problem] = {}
        for file in list(self._good):
            if file not in texts:
                del self._good[file]
            elif not sniff(texts[file]):
                try:
                    read_text(texts[file], file.name, tags=long_form)
                except LoadError as error:
                    found[file] = Problem(file.name, error.message, error.line, error.column)
                else:
                    del self._good[file]
        return found

    def _configured(self, path: Path) -> Config:
        # Another linter's process with every keystroke is nobody's wish: it has its own server.
        config = load(path, {"cfn_lint": False, "severity": self.settings.severity})
        if self.settings.trusted:
            return config
        return replace(config, rule_directories=(), rule_packages=())

    def _rules(self, config: Config) -> Registry:
        key = (config.rule_directories, config.rule_packages)
        if not any(key):
            return shipped()
        if self._registry is None or self._registry[0] != key:
            self._registry = (key, registry_of(config))
        return self._registry[1]


__all__ = ["Judge", "Judged", "Settings", "StaleError"]

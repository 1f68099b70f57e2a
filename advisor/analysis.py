"""The whole way through the house: paths in, a report out. Prints nothing and exits nowhere."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from advisor import __version__
from advisor.architecture.build import build
from advisor.config import Config
from advisor.data import DATA_DATE
from advisor.inputs import context, gather
from advisor.report import AnalysedFile, FileKind, Problem, Report
from advisor.rules.engine import run
from advisor.rules.registry import load as load_rules
from advisor.rules.selection import select
from advisor.templates.parameters import given_for
from advisor.templates.project import build_project, groups, neighbours
from advisor.templates.resolver import Resolver
from advisor.templates.scenarios import Scenario, formulas_of, scenarios
from advisor.templates.sniff import Kind
from advisor.templates.template import section

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from advisor.architecture.architecture import Architecture
    from advisor.documents.document import Document
    from advisor.inputs import Inputs
    from advisor.rules.engine import InternalError
    from advisor.rules.finding import Finding
    from advisor.rules.registry import Registry
    from advisor.templates.conditions import Formula
    from advisor.templates.stacks import Given, Project


@dataclass(slots=True)
class Reading:
    """One project as it was read: its stacks, and its graph under the usual assumptions."""

    inputs: Inputs
    project: Project
    formulas: Mapping[str, Mapping[str, Formula]]
    architecture: Architecture
    config: Config
    notes: list[str] = field(default_factory=list)

    def judged(self) -> Iterator[list[tuple[Scenario, Architecture]]]:
        """Yield, for each group of stacks that belong together, its graph in every scenario."""
        if not self.formulas:
            yield [(Scenario(), self.architecture)]
            return
        links = {
            (edge.source.resource.owner, edge.target.resource.owner)
            for edge in self.architecture.edges()
            if edge.source.resource.owner != edge.target.resource.owner
        }
        unconditional: list[str] = []
        for owners in groups(self.project, sorted(links)):
            if not any(owner in self.formulas for owner in owners):
                unconditional += owners
                continue
            found = scenarios(self.project, owners, self.formulas)
            if found.bounded:
                first = self.project.stacks[owners[0]].path
                self.notes.append(
                    f"{first}: has more combinations of conditions than are looked at; "
                    f"{len(found.items)} were, in which every two conditions meet"
                )
            yield [(item, self._architecture(item, owners)) for item in found.items]
        if unconditional:
            yield [(Scenario(), self._architecture(Scenario(), unconditional))]

    def _architecture(self, scenario: Scenario, owners: Sequence[str]) -> Architecture:
        if not scenario.assignment and len(owners) == len(self.project.stacks):
            return self.architecture
        view = Resolver(self.project, scenario, owners=frozenset(owners), region=self.config.region)
        return build(view)


def read(
    paths: Sequence[str | Path],
    config: Config,
    *,
    texts: Mapping[Path, str] | None = None,
    forced: bool = False,
) -> list[Reading]:
    """Read what paths name, one project per root, without judging anything."""
    return [
        _read(inputs, config)
        for inputs in gather(paths, exclude=config.exclude, forced=forced, texts=texts)
    ]


def _read(inputs: Inputs, config: Config) -> Reading:
    if inputs.given:
        context(inputs, neighbours(inputs.files, inputs.given))
    # Only an environment that was asked for decides conditions.
    named = config.origin("samconfig-env") != "default"
    environment = config.samconfig_env if named else None

    def given(file: Path) -> Given:
        return given_for(file, config.parameters, environment, root=inputs.files.root)

    project = build_project(inputs.files, inputs.templates, workflows=inputs.workflows, given=given)
    formulas = formulas_of(project, config.region)
    usual = Scenario(formulas=formulas)
    view = Resolver(project, usual, region=config.region)
    return Reading(inputs, project, formulas, build(view), config)


def analyze(
    paths: Sequence[str | Path],
    config: Config | None = None,
    *,
    texts: Mapping[Path, str] | None = None,
    forced: bool = False,
    registry: Registry | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Read files and directories, judge what they describe, and report.

    `texts` replaces the contents of files (an editor's, standard input's); `forced` applies
    excludes to files that are named as well; `progress` is told what is being done. Raises
    ConfigError for what the configuration names wrongly and RuleLoadError for rule files that
    cannot be used; whatever is wrong with a file is in the report.
    """
    started = time.perf_counter()
    config = config or Config()
    registry = registry or load_rules(config.rule_directories)
    selection = select(registry, config)
    progress("reading files")
    readings = read(paths, config, texts=texts, forced=forced)
    documents = [document for reading in readings for document in _documents(reading)]
    outcome = run(
        selection,
        _groups(readings, progress),
        documents=documents,
    )
    given = {reading.inputs.files.shown(f) for reading in readings for f in reading.inputs.given}

    def ours(finding: Finding) -> bool:
        return finding.location.path in given or any(
            place.path in given for place in finding.related
        )

    return Report(
        findings=tuple(filter(ours, outcome.findings)),
        hidden=tuple(filter(ours, outcome.hidden)),
        suppressed=tuple(item for item in outcome.suppressed if ours(item.finding)),
        baselined=outcome.baselined,
        not_judged=tuple(item for item in outcome.not_judged if item.location.path in given),
        errors=tuple(
            [problem for reading in readings for problem in reading.inputs.problems]
            + [_internal(error) for error in outcome.errors]
        ),
        files=tuple(file for reading in readings for file in _files(reading)),
        skipped=tuple(name for reading in readings for name in reading.inputs.skipped),
        notes=tuple(
            note
            for reading in readings
            for note in (*reading.inputs.notes, *reading.project.notes, *reading.notes)
        ),
        rules_run=outcome.rules_run,
        today=config.today,
        version=__version__,
        data_date=DATA_DATE,
        duration=time.perf_counter() - started,
        base=str(readings[0].inputs.files.base) if readings else "",
        sources={
            path: document.text
            for reading in readings
            for path, document in reading.inputs.files.read().items()
        },
    )


def _groups(
    readings: Sequence[Reading], progress: Callable[[str], None]
) -> Iterator[list[tuple[Scenario, Architecture]]]:
    for reading in readings:
        for group in reading.judged():
            progress("judging " + next((n.resource.owner for n in group[0][1].nodes()), ""))
            yield group


def _documents(reading: Reading) -> list[Document]:
    """Return the given files that were read as templates or state machines."""
    files = reading.inputs.files
    return [
        files.document(file)
        for file in (*reading.inputs.templates, *reading.inputs.workflows)
        if file in reading.inputs.given
    ]


_KINDS = {
    Kind.SAM: FileKind.SAM,
    Kind.CLOUDFORMATION: FileKind.CLOUDFORMATION,
    Kind.WORKFLOW: FileKind.STATE_MACHINE,
}


def _files(reading: Reading) -> Iterator[AnalysedFile]:
    files = reading.inputs.files
    for file, kind in sorted(reading.inputs.kinds.items()):
        if file not in reading.inputs.given:
            continue
        data = files.template(file).data
        name = "States" if kind is Kind.WORKFLOW else "Resources"
        yield AnalysedFile(files.shown(file), _KINDS[kind], len(section(data, name)))


def _internal(error: InternalError) -> Problem:
    return Problem(error.file, str(error), error.line, 1 if error.line else 0, error.traceback)

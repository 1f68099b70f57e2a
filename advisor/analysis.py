"""The whole way through the house: paths in, a report out. Prints nothing and exits nowhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from advisor import __version__
from advisor.config import Config
from advisor.data import DATA_DATE
from advisor.inputs import gather
from advisor.known import known_before
from advisor.records import replace
from advisor.report import AnalysedFile, FileKind, Problem, Report
from advisor.templates.sniff import Kind
from advisor.templates.template import section

# The graph and the rules are imported once there is something to judge: a hook is mostly run over
# files that are none of ours.
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from advisor.architecture.architecture import Architecture
    from advisor.documents.document import Document
    from advisor.inputs import Inputs
    from advisor.known import Before
    from advisor.reading import Reading
    from advisor.rules.engine import InternalError, Outcome
    from advisor.rules.finding import Finding
    from advisor.rules.processes import Processes, Told
    from advisor.rules.registry import Registry
    from advisor.rules.selection import Selection
    from advisor.source.memory import Memory
    from advisor.templates.scenarios import Scenario


def read(
    paths: Sequence[str | Path],
    config: Config,
    *,
    texts: Mapping[Path, str] | None = None,
    forced: bool = False,
    memory: Memory | None = None,
) -> list[Reading]:
    """Read what paths name, one project per root, without judging anything."""
    from advisor.reading import read_inputs

    return [
        read_inputs(inputs, config, memory)
        for inputs in gather(paths, exclude=config.exclude, forced=forced, texts=texts)
    ]


def analyze(
    paths: Sequence[str | Path],
    config: Config | None = None,
    *,
    texts: Mapping[Path, str] | None = None,
    forced: bool = False,
    registry: Registry | None = None,
    progress: Callable[[str], None] = lambda _: None,
    memory: Memory | None = None,
    keep: Callable[[Reading], None] = lambda _: None,
) -> Report:
    """Read files and directories, judge what they describe, and report.

    `texts` replaces the contents of files (an editor's, standard input's); `forced` applies
    excludes to files that are named as well; `progress` is told what is being done, again and
    again, and ends the run by raising; `memory` keeps what is read of code for the next run of
    this process; `keep` is given each project as it was read, once it is judged. Raises
    ConfigError for what the configuration names wrongly and RuleLoadError for rule files that
    cannot be used; whatever is wrong with a file is in the report.
    """
    started = time.perf_counter()
    config = config or Config()
    progress("reading files")
    inputs = gather(paths, exclude=config.exclude, forced=forced, texts=texts)
    # What is configured of rules is checked even where there is nothing to judge.
    if config.names_rules or registry or any(each.kinds for each in inputs):
        if not config.cfn_lint:
            before = known_before(paths, inputs, config, registry=registry, progress=progress)
            outcome, readings = _judged(inputs, config, registry, progress, before, memory=memory)
            for reading in readings:
                keep(reading)
            report = _report(inputs, config, started, outcome=outcome, readings=readings)
            return replace(report, since=config.since, before=before.report)
        from advisor.cfnlint_process import CfnLint

        with CfnLint(inputs, isolated=config.isolated) as beside:
            before = known_before(paths, inputs, config, registry=registry, progress=progress)
            outcome, readings = _judged(
                inputs, config, registry, progress, before, others=beside.findings, memory=memory
            )
        for reading in readings:
            keep(reading)
        report = _report(inputs, config, started, outcome=outcome, readings=readings)
        errors = (*report.errors, *beside.problems)
        return replace(report, errors=errors, since=config.since, before=before.report)
    return _report(inputs, config, started)


def _judged(
    inputs: Sequence[Inputs],
    config: Config,
    registry: Registry | None,
    progress: Callable[[str], None],
    before: Before,
    *,
    others: Callable[[Sequence[Finding]], Iterable[Finding]] = lambda _: (),
    memory: Memory | None = None,
) -> tuple[Outcome, list[Reading]]:
    from advisor.reading import read_inputs
    from advisor.rules.engine import run

    selection = selection_of(config, registry)
    said = "reading files"

    def tell(what: str) -> None:
        nonlocal said
        said = what
        progress(what)

    readings = []
    for each in inputs:
        tell(said)
        readings.append(read_inputs(each, config, memory))
    documents = [document for each in inputs for document in _documents(each)]
    alone = config.jobs <= 1  # several would tell at the same time
    outcome = run(
        selection,
        _groups(readings, tell if alone else lambda _: None),
        documents=documents,
        sources=lambda findings: _code(findings, readings),
        baseline=before.baseline,
        path_of=before.path_of,
        others=others,
        going_on=(lambda: progress(said)) if alone else (lambda: None),
        processes=_processes(readings, config.jobs),
    )
    return outcome, readings


def _processes(readings: Sequence[Reading], count: int) -> Processes | None:
    """Return how several processes share the judging; None where one does it."""
    if count <= 1:
        return None
    from advisor.rules.processes import Processes

    drawn = [len(reading.failures) for reading in readings]

    def told(found: Sequence[Finding]) -> Told | None:
        if [len(reading.failures) for reading in readings] != drawn:
            return None
        return [
            (reading.notes, reading.sources.problems(), _texts(found, reading))
            for reading in readings
        ]

    def hear(everything: Sequence[Told]) -> None:
        for each in everything:
            for reading, (notes, problems, texts) in zip(readings, each, strict=True):
                reading.notes[:] = notes  # each process has gone through all groups
                reading.sources.hear(texts, problems)

    return Processes(count, told, hear)


def selection_of(config: Config, registry: Registry | None = None) -> Selection:
    """Return the rules of a run with their settings. Raises ConfigError and RuleLoadError."""
    from advisor.rules.selection import select

    return select(registry or registry_of(config), config)


def registry_of(config: Config) -> Registry:
    """Return all rules that a configuration names. Raises RuleLoadError."""
    from advisor.rules.registry import load

    packaged: list[Path] = []
    if config.rule_packages:
        from advisor.rules.packages import directories

        packaged = directories(config.rule_packages)
    return load([*config.rule_directories, *packaged])


def _report(
    inputs: Sequence[Inputs],
    config: Config,
    started: float,
    *,
    outcome: Outcome | None = None,
    readings: Sequence[Reading] = (),
) -> Report:
    given = {each.files.shown(file) for each in inputs for file in each.given}

    def ours(finding: Finding) -> bool:
        return finding.location.path in given or any(
            place.path in given for place in finding.related
        )

    problems = [problem for each in inputs for problem in each.problems]
    notes = [note for each in inputs for note in each.notes]
    for reading in readings:
        notes += [*reading.project.notes, *reading.notes]
    notes += outcome.notes if outcome else ()
    documents = {path: read for each in inputs for path, read in each.files.read().items()}
    report = Report(
        errors=tuple(problems),
        files=tuple(file for each in inputs for file in _files(each)),
        skipped=tuple(name for each in inputs for name in each.skipped),
        notes=tuple(notes),
        today=config.today,
        version=__version__,
        data_date=DATA_DATE,
        duration=time.perf_counter() - started,
        base=str(inputs[0].files.base) if inputs else "",
        sources={path: document.text for path, document in documents.items()},
        documents=documents,
    )
    if outcome is None:
        return report
    from advisor.reading import notes_on, paths_with_notes

    suppressed = [item.finding for item in outcome.suppressed]
    code = _code((*outcome.findings, *outcome.hidden, *suppressed), readings)
    given |= code.keys()  # what is said of comments in it

    with_notes = paths_with_notes(readings)

    def noted(finding: Finding) -> Finding:
        place = finding.location
        if place.path not in with_notes:
            return finding
        notes = notes_on(readings, place.path, place.resource)
        return replace(finding, context=notes) if notes else finding

    return replace(
        report,
        sources={**report.sources, **code},
        findings=tuple(noted(finding) for finding in outcome.findings if ours(finding)),
        hidden=tuple(filter(ours, outcome.hidden)),
        lowest=outcome.lowest,
        suppressed=tuple(item for item in outcome.suppressed if ours(item.finding)),
        baselined=tuple(filter(ours, outcome.baselined)),
        not_judged=tuple(item for item in outcome.not_judged if item.location.path in given),
        errors=(
            *problems,
            *_undrawn(readings),
            *(_internal(error) for error in outcome.errors),
        ),
        unread=tuple(line for reading in readings for line in reading.sources.problems()),
        rules_run=outcome.rules_run,
        judged=tuple((rule, outcome.statistics[rule.id]) for rule in outcome.rules),
    )


def _code(findings: Sequence[Finding], readings: Sequence[Reading]) -> dict[str, str]:
    """Return the texts of the code files that findings name."""
    return {path: text for reading in readings for path, text in _texts(findings, reading).items()}


def _texts(findings: Iterable[Finding], reading: Reading) -> dict[str, str]:
    places = (p for finding in findings for p in (finding.location, *finding.related))
    texts = {path: reading.sources.text(path) for path in {place.path for place in places}}
    return {path: text for path, text in texts.items() if text is not None}


def _groups(
    readings: Sequence[Reading], progress: Callable[[str], None]
) -> Iterator[Iterator[tuple[Scenario, Architecture]]]:
    for reading in readings:
        for group in reading.judged():
            yield _told(group, progress)


def _told(
    group: Iterable[tuple[Scenario, Architecture]], progress: Callable[[str], None]
) -> Iterator[tuple[Scenario, Architecture]]:
    for scenario, architecture in group:
        progress("judging " + next((n.resource.owner for n in architecture.nodes()), ""))
        yield scenario, architecture


def _documents(inputs: Inputs) -> list[Document]:
    """Return the files that were read as templates or state machines.

    Those read for their context, too: a template may hold the suppressions of its definitions.
    """
    return [inputs.files.document(file) for file in (*inputs.templates, *inputs.workflows)]


_KINDS = {
    Kind.SAM: FileKind.SAM,
    Kind.CLOUDFORMATION: FileKind.CLOUDFORMATION,
    Kind.WORKFLOW: FileKind.STATE_MACHINE,
}


def _files(inputs: Inputs) -> Iterator[AnalysedFile]:
    files = inputs.files
    for file, kind in sorted(inputs.kinds.items()):
        if file not in inputs.given:
            continue
        data = files.template(file).data
        name = "States" if kind is Kind.WORKFLOW else "Resources"
        yield AnalysedFile(files.shown(file), _KINDS[kind], len(section(data, name)))


def _undrawn(readings: Sequence[Reading]) -> list[Problem]:
    """Return, once for each family of edges, that this tool failed to draw them."""
    found: dict[str, Problem] = {}
    for reading in readings:
        for name, error in reading.failures:
            from traceback import format_exception  # drawing hardly ever fails

            message = f"drawing the edges of '{name}' failed with {type(error).__name__}"
            detail = "".join(format_exception(error))
            found.setdefault(name, Problem("", message, detail=detail))
    return list(found.values())


def _internal(error: InternalError) -> Problem:
    return Problem(error.file, str(error), error.line, 1 if error.line else 0, error.traceback)

"""Runs rules over architectures and makes what they say one list that can be shown.

In this order: run, let stronger rules silence weaker ones, merge over scenarios, fingerprint,
leave out what is not selected, suppress, take the baseline off, hide what is below the
thresholds, aggregate, sort.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.documents.location import Location
from advisor.records import field, record
from advisor.report import in_reading_order
from advisor.rules import builtin
from advisor.rules.aggregating import aggregated
from advisor.rules.finding import Finding, NotJudged, Severity
from advisor.rules.identity import fingerprinted
from advisor.rules.merging import merged
from advisor.rules.registry import shown
from advisor.rules.statistics import Tally, TallyParts, kinds_of
from advisor.rules.superseding import without_weaker
from advisor.rules.suppressing import Suppressing, apply
from advisor.rules.suppression import declarers_of, of_document, of_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.documents.document import Document
    from advisor.documents.location import Pointer, Span
    from advisor.report import Suppressed
    from advisor.rules.baseline import Baseline
    from advisor.rules.merging import Scenario
    from advisor.rules.processes import Processes, Told
    from advisor.rules.rule import Rule
    from advisor.rules.selection import Selection
    from advisor.rules.statistics import RuleStatistics


_MOST = 1_000
_MOST_PER_NODE = 10
"""Findings of one rule over one architecture: where everything may call everything there is one
for each pair, which nobody reads and which takes minutes to write."""


@record(frozen=True)
class InternalError:
    """A rule that failed: which, where in its file, and on what."""

    rule: Rule
    file: str
    line: int
    """Of the rule's file; zero where the failure did not pass through it."""
    exception: str
    message: str
    traceback: str = ""

    def __str__(self) -> str:
        what = f"{self.exception}: {self.message}" if self.message else self.exception
        return f"rule {self.rule.id} {self.rule.name} failed with {what}"


@record(frozen=True, kw_only=True)
class Outcome:
    """What the rules of one run have to say, in reading order."""

    findings: tuple[Finding, ...] = ()
    hidden: tuple[Finding, ...] = ()
    """Below the thresholds of severity or confidence."""
    lowest: Severity = Severity.WARNING
    """The lowest severity that is not hidden."""
    suppressed: tuple[Suppressed, ...] = ()
    baselined: tuple[Finding, ...] = ()
    not_judged: tuple[NotJudged, ...] = ()
    errors: tuple[InternalError, ...] = ()
    statistics: Mapping[str, RuleStatistics] = field(default_factory=dict)
    """By id, for each selected rule of the catalogue."""
    rules: tuple[Rule, ...] = ()
    """The selected rules of the catalogue, whose statistics these are."""
    rules_run: int = 0
    notes: tuple[str, ...] = ()
    """Bounds that were hit, one line each."""


def run(  # noqa: PLR0913  # all but two are named
    selection: Selection,
    groups: Iterable[Iterable[tuple[Scenario, Architecture]]],
    *,
    documents: Iterable[Document] = (),
    sources: Callable[[Sequence[Finding]], Mapping[str, str]] = lambda _: {},
    baseline: Baseline | None = None,
    path_of: Callable[[str], str] = str,
    others: Callable[[Sequence[Finding]], Iterable[Finding]] = lambda _: (),
    going_on: Callable[[], None] = lambda: None,
    processes: Processes | None = None,
) -> Outcome:
    """Run the selected rules and return what is to be shown.

    `documents` are the files read as templates or state machines, `sources` returns the texts of
    other files that findings stand in, by path: both may hold suppressions. `path_of` returns
    the path that fingerprints count for a path of a document. `others` is given what is found
    and not hidden, and returns what another tool has found beside it. `going_on` is called
    before each rule and ends the run by raising. Where `processes` are several, each judges some
    of the groups, and the outcome is the same.
    """
    documents = list(documents)
    rules = selection.with_stronger()
    judged = _Judged(rules, selection, going_on)
    found = judged.groups(groups, processes)
    found += [finding for document in documents for finding in _duplicates(document)]
    wanted = {rule.name for rule in selection.rules}
    counted = [f for f in found if f.rule.name in wanted and not selection.leaves_out(f)]
    counted += others([f for f in map(selection.remapped, counted) if selection.shows(f)])
    findings = fingerprinted(in_reading_order(map(selection.remapped, counted)), path_of=path_of)

    suppressing = _suppress(
        findings, selection, documents, sources(findings), judged.failed, path_of=path_of
    )
    new, known = suppressing.findings, []
    if baseline is not None:
        known = [f for f in new if f.fingerprint in baseline.fingerprints]
        new = [f for f in new if f.fingerprint not in baseline.fingerprints]
    return Outcome(
        findings=in_reading_order(aggregated([f for f in new if selection.shows(f)])),
        lowest=selection.severity,
        hidden=in_reading_order(aggregated([f for f in new if not selection.shows(f)])),
        suppressed=tuple(suppressing.suppressed),
        baselined=tuple(known),
        not_judged=tuple(n for n in judged.not_judged() if n.rule.name in wanted),
        errors=tuple(judged.errors),
        statistics=judged.tally.statistics(selection.rules, judged.failed),
        rules=tuple(selection.rules),
        rules_run=len(selection.rules),
        notes=tuple(judged.notes.values()),
    )


_Share = tuple[
    dict[int, list["Finding"]], list[tuple[tuple[object, ...], "NotJudged"]], TallyParts, "Told"
]
"""What one process finds: by group the findings, what it could not judge, the counts, the rest."""


class _Judged:
    """What the rules say of one group of scenarios after the other."""

    def __init__(
        self, rules: Sequence[Rule], selection: Selection, going_on: Callable[[], None]
    ) -> None:
        self._going_on = going_on
        self._rules = [rule for rule in rules if not builtin.speaks_for(rule)]
        self._selection = selection
        self._not_judged: dict[tuple[object, ...], NotJudged] = {}
        self.errors: list[InternalError] = []
        self.failed: set[str] = set()
        self.notes: dict[str, str] = {}
        """By id, of each rule that found more than is listed."""
        self.tally = Tally()

    def groups(
        self,
        groups: Iterable[Iterable[tuple[Scenario, Architecture]]],
        processes: Processes | None,
    ) -> list[Finding]:
        """Return the findings of all groups, in their order."""
        if processes is not None:
            found = self._shared(groups, processes)
            if found is not None:
                return found
        return [finding for group in groups for finding in self.group(group)]

    def _shared(
        self, groups: Iterable[Iterable[tuple[Scenario, Architecture]]], processes: Processes
    ) -> list[Finding] | None:
        """Return what several processes find; None where one has to look alone."""
        from advisor.rules.processes import can_share, shared_out

        if not can_share(processes.count):
            return None

        def share(number: int) -> _Share | None:
            found = {
                at: self.group(group)
                for at, group in enumerate(groups)
                if at % processes.count == number
            }
            told = processes.told([finding for each in found.values() for finding in each])
            if self.errors or told is None:
                return None  # with a traceback, which this process alone has
            return found, list(self._not_judged.items()), self.tally.parts(), told

        shares = shared_out(processes.count, share, self._selection.registry)
        if shares is None:
            return None
        by_group: dict[int, list[Finding]] = {}
        heard = []
        for found, unsure, parts, told in shares:
            by_group |= found
            self.tally.take(parts)
            for key, item in unsure:
                self._not_judged.setdefault(key, item)
            heard.append(told)
        processes.hear(heard)
        return [finding for at in sorted(by_group) for finding in by_group[at]]

    def group(self, scenarios: Iterable[tuple[Scenario, Architecture]]) -> list[Finding]:
        """Return the findings of one architecture, merged over its scenarios.

        An architecture that comes again, for another scenario, is judged once.
        """
        found: dict[Architecture, list[Finding]] = {}
        seen: list[tuple[Scenario, Architecture]] = []
        for scenario, architecture in scenarios:
            if architecture not in found:
                found[architecture] = self._findings(architecture)
            seen.append((scenario, architecture))
        return merged(seen, [found[architecture] for _, architecture in seen])

    def _findings(self, architecture: Architecture) -> list[Finding]:
        architecture.facts = self._selection.config.facts
        architecture.options = self._selection.options
        found: list[Finding] = []
        for rule in self._rules:
            # Most templates hold few of the things that some rule is about.
            if any(architecture.all(kind) for kind in kinds_of(rule)):
                self._going_on()
                found += self._run(rule, architecture)
        return without_weaker(found, self._selection.registry)

    def not_judged(self) -> list[NotJudged]:
        """Return each thing that could not be judged once, in reading order."""
        return sorted(
            self._not_judged.values(),
            key=lambda n: (n.location.path, n.location.span, n.rule.id, n.because),
        )

    def _run(self, rule: Rule, architecture: Architecture) -> list[Finding]:
        said: list[Finding] = []
        unsure: list[NotJudged] = []
        most = _MOST
        try:
            items: Iterable[object] = rule.run(architecture)
            for item in items:
                if isinstance(item, Finding):
                    said.append(item)
                elif isinstance(item, NotJudged):
                    unsure.append(item)
                else:
                    _refuse(item)
                if len(said) == _MOST:  # then only is it worth to count
                    most += _MOST_PER_NODE * sum(1 for _ in architecture.nodes())
                if len(said) >= most:
                    self.notes[rule.id] = (
                        f"rule {rule.id} {rule.name} finds more than the {most:,} things that are "
                        "listed of it"
                    )
                    break
        except Exception as error:  # noqa: BLE001  # whatever a rule raises, the others are heard
            if rule.name not in self.failed:
                self.failed.add(rule.name)
                self.errors.append(_internal_error(rule, error))
        self.tally.add(rule, architecture, said, unsure)
        for item in unsure:
            place = item.location
            self._not_judged.setdefault((rule.id, place.path, place.pointer, item.because), item)
        return said


def _refuse(item: object) -> None:
    raise TypeError(f"its check yields {type(item).__name__}, not Finding or NotJudged")


def _internal_error(rule: Rule, error: Exception) -> InternalError:
    from traceback import format_exception

    file = str(rule.file or "")
    line = 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    try:
        message = shown(str(error))
    except Exception:  # noqa: BLE001  # an exception of a user's rule may fail to say what it is
        message = ""
    text = "".join(format_exception(error)) if message else ""
    return InternalError(rule, file, line, type(error).__name__, message, text)


def _duplicates(document: Document) -> Iterable[Finding]:
    for again in document.duplicate_keys:
        name = shown(str(again.pointer[-1])) if again.pointer else ""
        is_same = again.is_same
        yield builtin.DUPLICATE_KEY.finding(
            f"'{name}' stands twice in one mapping, "
            + ("both times with the same value" if is_same else "the first value is lost"),
            at=_location(document, again.pointer, again.again, "the value that counts"),
            related=[_location(document, again.pointer, again.first, "the value that is lost")],
            severity=Severity.WARNING if is_same else None,
            why="a change of the first value changes nothing"
            if is_same
            else "of two equal keys CloudFormation sees one; what the other says never happens",
            remediation=f"Remove one of the two '{name}'."
            if is_same
            else f"Rename one of the two '{name}', or merge their values into one.",
            about=[str(key) for key in again.pointer[1:2]],
        )


def _location(document: Document, pointer: Pointer, span: Span, label: str) -> Location:
    inside = len(pointer) > 1 and pointer[0] == "Resources"
    return Location(document.path, pointer, span, label, str(pointer[1]) if inside else None)


def _suppress(
    findings: Sequence[Finding],
    selection: Selection,
    documents: Sequence[Document],
    sources: Mapping[str, str],
    failed: set[str],
    *,
    path_of: Callable[[str], str],
) -> Suppressing:
    """Take out what is suppressed, and add what is wrong with the suppressions."""
    if not selection.config.ignores:
        return Suppressing(list(findings))
    written = [s for document in documents for s in of_document(document)]
    read = {document.path for document in documents}
    for path, text in sources.items():
        if path not in read:
            written += of_text(path, text)
    ran = frozenset(rule.name for rule in selection.rules) - failed
    declarers = declarers_of(documents) if written else {}
    done = apply(findings, written, selection, ran=ran, declarers=declarers)
    about = [
        finding
        for finding in map(selection.remapped, done.about_suppressions)
        if selection.includes(finding.rule) and not selection.leaves_out(finding)
    ]
    if about:
        done.findings.extend(fingerprinted(in_reading_order(about), path_of=path_of))
    return done

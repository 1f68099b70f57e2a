"""What one run found, judged and passed over: the only thing that reporters see."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from advisor.records import field, record
from advisor.rules.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from advisor.documents.document import Document
    from advisor.documents.location import Location
    from advisor.rules.finding import Finding, NotJudged
    from advisor.rules.rule import Rule
    from advisor.rules.statistics import RuleStatistics


class FileKind(StrEnum):
    """What an analysed file is, decided by its content."""

    SAM = "sam"
    CLOUDFORMATION = "cloudformation"
    STATE_MACHINE = "asl"


@record(frozen=True)
class AnalysedFile:
    """One file that was read as a template or a state machine."""

    path: str
    kind: FileKind
    resources: int
    """Resources that the file itself declares; for a state machine, its states."""


@record(frozen=True)
class Problem:
    """Work that could not be done: a file that cannot be read, or a rule that failed.

    `line` and `column` count from one; zero means the whole file. `detail` is the traceback of
    an internal failure, shown only when debugging.
    """

    path: str
    message: str
    line: int = 0
    column: int = 0
    detail: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        return f"{place}: {self.message}" if place else self.message


@record(frozen=True)
class Suppressed:
    """A finding that somebody chose not to see, with the reason given for it."""

    finding: Finding
    reason: str
    at: Location | None = None
    """Where the suppression is written; None where it is not in a file that was read."""
    until: date | None = None


@record(frozen=True, kw_only=True)
class Report:
    """Everything a run has to say, in reading order."""

    findings: tuple[Finding, ...] = ()
    """What is shown: selected, severe and sure enough, neither suppressed nor in the baseline."""
    hidden: tuple[Finding, ...] = ()
    """Below the severity or confidence asked for; outputs give their number only."""
    lowest: Severity = Severity.WARNING
    """The lowest severity that is shown."""
    suppressed: tuple[Suppressed, ...] = ()
    baselined: tuple[Finding, ...] = ()
    """Known before, by the baseline or the git revision compared with."""
    since: str = ""
    """The git revision compared with, as it was given; "" for none."""
    before: Report | None = field(default=None, repr=False)
    """The run over the same paths as that revision has them; None where none is compared with."""
    not_judged: tuple[NotJudged, ...] = ()
    errors: tuple[Problem, ...] = ()
    files: tuple[AnalysedFile, ...] = ()
    skipped: tuple[str, ...] = ()
    """Paths of YAML and JSON files that are neither templates nor state machines."""
    notes: tuple[str, ...] = ()
    """One line each: bounds that were hit, and directories that were passed over."""
    unread: tuple[str, ...] = ()
    """What of functions' code was not read, and why; one line each, for those who ask."""
    rules_run: int = 0
    judged: tuple[tuple[Rule, RuleStatistics], ...] = ()
    """The rules that ran, each with how many things meet it."""
    today: date
    version: str
    """Of the tool."""
    data_date: date
    """The day on which the facts that move were last compared with their sources."""
    duration: float = 0.0
    """Seconds of the whole run; never part of a machine format."""
    base: str = ""
    """The absolute folder that all paths start from; empty where nothing was read."""
    sources: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The text of every file that a location names, by the path that it names."""
    documents: Mapping[str, Document] = field(default_factory=dict, repr=False)
    """Every file that was read as data, by its path."""

    def count(self, severity: Severity) -> int:
        """Return how many shown findings have exactly this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    @property
    def hidden_info(self) -> int:
        """How many findings are hidden because they are advice."""
        return sum(finding.severity < self.lowest for finding in self.hidden)

    @property
    def hidden_unsure(self) -> int:
        """How many findings are hidden only because their confidence is low."""
        return sum(
            finding.severity >= self.lowest and finding.confidence is Confidence.LOW
            for finding in self.hidden
        )

    def fails(self, threshold: Severity | None) -> bool:
        """Whether a shown finding is at or above the threshold; None is never reached."""
        return threshold is not None and any(f.severity >= threshold for f in self.findings)


def in_reading_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings by file, line, column, rule and message."""
    return tuple(sorted(findings, key=lambda finding: finding.sort_key))

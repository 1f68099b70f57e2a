"""What an advisor says of some files: the patterns in them, and where faults had better go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.moves import moves
from advisor.advice.patterns import recognised
from advisor.records import record, replace
from advisor.rules.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from advisor.advice.moves import Move
    from advisor.advice.patterns import Pattern
    from advisor.architecture.architecture import Architecture
    from advisor.config import Config
    from advisor.report import Report


@record(frozen=True)
class Advice:
    """Patterns in the order of the catalogue."""

    report: Report
    """What the rules found, which says what is lacking."""
    patterns: tuple[Pattern, ...] = ()
    moves: tuple[Move, ...] = ()
    is_empty: bool = False
    """Whether the paths hold neither a template nor a state machine."""


def advised(paths: Sequence[str | Path], config: Config) -> Advice:
    """Read and judge what paths name, and return what is to be said of it.

    Judges with every severity and confidence, since what a pattern lacks may be mere advice.
    Raises what `advisor.analysis.analyze` raises.
    """
    from advisor.analysis import analyze, read

    everything = replace(config, severity=Severity.INFO, confidence=Confidence.LOW, since=None)
    report = analyze(paths, everything)
    readings = [each for each in read(paths, config) if each.inputs.kinds]
    found = advice_of([each.architecture for each in readings], report)
    given = {each.inputs.files.shown(file) for each in readings for file in each.inputs.given}
    return replace(
        found,
        patterns=tuple(each for each in found.patterns if _is_in(each, given)),
        is_empty=not readings,
    )


def advice_of(architectures: Sequence[Architecture], report: Report) -> Advice:
    """Return what is to be said of architectures that are read and judged already.

    A report that hides advice keeps it in `hidden`, which says what is lacking as well.
    """
    findings = (*report.findings, *report.hidden, *report.baselined)
    return Advice(
        report,
        tuple(each for one in architectures for each in recognised(one, findings=findings)),
        tuple(
            each for one in architectures for each in moves(one, findings, sources=report.sources)
        ),
    )


def _is_in(pattern: Pattern, given: set[str]) -> bool:
    """Tell whether a part stands in a file that was named, and not only in its neighbours."""
    return any(node.key[0] in given for node in pattern.nodes())


__all__ = ["Advice", "advice_of", "advised"]

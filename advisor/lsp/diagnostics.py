"""Findings and unreadable files as an editor shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from advisor.lsp.pages import Drift, Page
from advisor.reporters.words import condition_words
from advisor.rules.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from advisor.documents.location import Location
    from advisor.lsp.judging import Judged
    from advisor.report import Problem
    from advisor.rules.finding import Finding

SOURCE = "advise"
SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}
_UNNECESSARY = frozenset(
    {
        "unused-environment-variable",
        "unused-grant",
        "unused-substitution",
        "unused-suppression",
    }
)
_DEPRECATED = frozenset({"outdated-runtime"})


class Pages:
    """The texts that findings stand in, and where these stand in what the editor has now."""

    def __init__(self, judged: Judged, encoding: str) -> None:
        self._judged = judged
        self._encoding = encoding
        self._drifts: dict[Path, Drift | None] = {}

    def drift(self, file: Path) -> Drift | None:
        """Return from the text that was judged to the editor's; None where a file has none."""
        if file not in self._drifts:
            text = self._judged.text(file)
            if text is None:
                self._drifts[file] = None
            else:
                old = Page(text, self._encoding)
                now = self._judged.texts.get(file, text)
                self._drifts[file] = Drift(old, old if now == text else Page(now, self._encoding))
        return self._drifts[file]

    def range(self, location: Location) -> types.Range | None:
        """Return where a location is in the editor's text; None where an edit has touched it."""
        drift = self.drift(self._judged.file(location.path))
        return drift.span(location.span) if drift is not None else None


def diagnostics(
    judged: Judged, *, encoding: str, uri: Callable[[Path], str]
) -> dict[Path, list[types.Diagnostic]]:
    """Return what there is to show, by file; an entry for each file that is open."""
    pages = Pages(judged, encoding)
    found: dict[Path, list[types.Diagnostic]] = {file: [] for file in judged.texts}
    for problem in judged.problems:
        file = judged.file(problem.path)
        if file in judged.texts:
            found[file].append(_problem(problem, Page(judged.texts[file], encoding)))
    for finding in judged.report.findings:
        place = pages.range(finding.location)
        if place is not None:
            file = judged.file(finding.location.path)
            shown = _finding(finding, place, judged=judged, pages=pages, uri=uri)
            found.setdefault(file, []).append(shown)
    return found


def _problem(problem: Problem, page: Page) -> types.Diagnostic:
    start = page.lines.starts[min(max(problem.line, 1), len(page.lines.starts)) - 1]
    offset = start + max(problem.column - 1, 0)
    line = page.at(start).line
    end = start + len(page.line(line))
    return types.Diagnostic(
        range=page.range(min(offset, end), end),
        severity=types.DiagnosticSeverity.Error,
        source=SOURCE,
        message=problem.message,
    )


def _finding(
    finding: Finding,
    place: types.Range,
    *,
    judged: Judged,
    pages: Pages,
    uri: Callable[[Path], str],
) -> types.Diagnostic:
    rule = finding.rule
    when = condition_words(finding)
    related = [
        types.DiagnosticRelatedInformation(
            types.Location(uri(judged.file(each.path)), where), each.label or each.resource or ""
        )
        for each in finding.related
        if (where := pages.range(each)) is not None
    ]
    tags = [types.DiagnosticTag.Unnecessary] if rule.name in _UNNECESSARY else []
    tags += [types.DiagnosticTag.Deprecated] if rule.name in _DEPRECATED else []
    return types.Diagnostic(
        range=place,
        severity=SEVERITIES[finding.severity],
        code=rule.id,
        code_description=types.CodeDescription(rule.references[0]),
        source=SOURCE,
        message=f"{finding.message}{f' when {when}' if when else ''}\n{finding.why}",
        tags=tags or None,
        related_information=related or None,
        data={"fingerprint": finding.fingerprint},
    )


__all__ = ["Pages", "diagnostics"]

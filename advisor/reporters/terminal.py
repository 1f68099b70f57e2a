"""Text for people: every finding with its source, why it matters and what mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import Evidence
from advisor.report import FileKind
from advisor.reporters.excerpt import Sources, drawn, gutter_width, places_of
from advisor.reporters.look import INK_OF, Ink
from advisor.reporters.safe import cells, no_command, safe
from advisor.reporters.words import KINDS, condition_words, counted, fixable, listed, tally, unseen
from advisor.reporters.wrapping import wrapped, wrapped_prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.report import Report, Suppressed
    from advisor.reporters.look import Look
    from advisor.rules.finding import Finding

_MOST_NAMES = 8
"""Of an aggregated finding's resources, unless all are asked for."""
_WORD = 5
"""Columns of the words that open the rows below an excerpt."""


def render(report: Report, *, look: Look) -> str:
    """Return the findings as blocks with a closing line, or what a clean run has to say."""
    sources = Sources(report.sources)
    lines: list[str] = []
    for finding in report.findings:
        lines.extend(_block(finding, sources=sources, look=look))
        lines.append("")
    if look.show_suppressed:
        lines.extend(line for each in report.suppressed for line in _suppressed(each, look=look))
        lines.extend([""] if report.suppressed else [])
    if report.findings:
        lines.extend(_closing(report, look=look))
    elif report.files and not look.quiet:
        lines.extend(_clean(report, look=look))
    if look.verbose:
        lines.extend(_details(report, look=look))
    return "".join(f"{no_command(line.rstrip())}\n" for line in lines)


def _block(finding: Finding, *, sources: Sources, look: Look) -> Iterator[str]:
    places, left_out = places_of(finding, verbose=look.verbose)
    gutter = gutter_width(places)
    ink = INK_OF[finding.severity]
    label = f"{finding.severity.word}[{finding.rule.id}]"
    message = safe(finding.message, ascii_only=look.ascii_only)
    title = f"{label} {finding.rule.name}: {message}"
    head, *rest = wrapped(title, look.room, later=look.room - gutter - 3)
    yield look.paint(label, ink) + look.paint(head.removeprefix(label), Ink.STRONG)
    yield from (f"{'':>{gutter}}   {look.paint(line, Ink.STRONG)}" for line in rest)
    yield from drawn(finding, places, sources=sources, look=look)
    if left_out:
        words = f"and {counted(left_out, 'more place')} (-v)"
        yield f"{'':>{gutter}} {look.paint(look.glyphs.gap, Ink.DIM)} {words}"
    rows = list(_rows(finding, look=look))
    for index, (word, lines) in enumerate(rows):
        is_last = index == len(rows) - 1
        corner = look.glyphs.last if is_last else look.glyphs.row
        bar = " " if is_last else look.glyphs.bar
        for number, line in enumerate(lines):
            edge, name = (bar, "") if number else (corner, word)
            start = f"{look.paint(edge, Ink.GUTTER)} {look.paint(f'{name:<{_WORD}}', Ink.STRONG)}"
            yield f"{'':>{gutter}} {start} {line}"


def _rows(finding: Finding, *, look: Look) -> Iterator[tuple[str, list[str]]]:
    room = look.room - gutter_width(places_of(finding, verbose=look.verbose)[0]) - _WORD - 5

    def lines(text: str) -> list[str]:
        return wrapped(safe(text, ascii_only=look.ascii_only), room)

    if finding.when:
        yield "when", lines(condition_words(finding))
    if finding.resources not in {(), (finding.location.resource,)}:
        most = None if look.verbose else _MOST_NAMES
        yield "in", lines(listed(finding.resources, most=most))
    if finding.why:
        yield "why", lines(" ".join(finding.why.split()))
    for note in finding.context:
        yield "note", lines(" ".join(note.split()))
    if finding.remediation:
        remediation = "\n".join(
            safe(line, ascii_only=look.ascii_only) for line in finding.remediation.splitlines()
        )
        yield "fix", wrapped_prose(remediation, room)
    from advisor.rules.foreign import is_foreign

    ours = f"advise rule {finding.rule.id}"
    more = [
        finding.rule.references[0] if is_foreign(finding.rule.id) else ours,
        finding.rule.pillar.value,
        f"confidence {finding.confidence.word}",
    ]
    if finding.evidence not in {None, Evidence.DECLARED} and finding.evidence:
        more.append(f"evidence {finding.evidence.word}")
    yield "more", wrapped(f" {look.glyphs.dot} ".join(more), room)


def _closing(report: Report, *, look: Look) -> Iterator[str]:
    files = len({finding.location.path for finding in report.findings})
    total = f"{look.glyphs.bad} {tally(report.findings)} in {counted(files, 'file')}"
    parts = [total, *fixable(report), *unseen(report)]
    if look.timed:
        parts.append(f"{report.duration:.2f} s")
    gravest = max(finding.severity for finding in report.findings)
    head, *rest = _joined(parts, look=look)
    tallied = total if head.startswith(total) else head
    yield look.paint(tallied, INK_OF[gravest]) + head.removeprefix(tallied)
    yield from (f"  {line}" for line in rest)


def _clean(report: Report, *, look: Look) -> Iterator[str]:
    resources = sum(file.resources for file in report.files)
    if len(report.files) == 1:
        file = report.files[0]
        noun = "state" if file.kind is FileKind.STATE_MACHINE else "resource"
        subject = f"{safe(look.path(file.path), ascii_only=look.ascii_only)}  {KINDS[file.kind]}"
        parts = [subject, counted(resources, noun)]
    else:
        machines = [file for file in report.files if file.kind is FileKind.STATE_MACHINE]
        templates = len(report.files) - len(machines)
        states = sum(file.resources for file in machines)
        kinds = [
            counted(number, noun)
            for number, noun in ((templates, "template"), (len(machines), "state machine"))
            if number
        ]
        parts = [", ".join(kinds)]
        parts += [counted(resources - states, "resource")] if templates else []
        parts += [counted(states, "state")] if machines else []
    parts.append(counted(report.rules_run, "rule"))
    if look.timed:
        parts.append(f"{report.duration:.2f} s")
    head, *rest = _joined(parts, look=look)
    yield f"{look.paint(look.glyphs.good, Ink.GOOD)} {head}"
    yield from (f"  {line}" for line in rest)
    verdict = "No problems in what could be read." if report.errors else "No problems."
    others = unseen(report)
    if report.skipped:
        files = counted(len(report.skipped), "YAML/JSON file")
        others.append(f"{files} passed over, neither template nor state machine (-v)")
    head, *rest = _joined(
        [f"{verdict}  {others[0]}", *others[1:]] if others else [verdict], look=look
    )
    yield f"  {head}"
    yield from (f"  {line}" for line in rest)


def _joined(parts: list[str], *, look: Look) -> list[str]:
    """Return the parts with dots between them, a new line where the next does not fit."""
    lines = wrapped(parts[0], look.room - 2)
    for part in parts[1:]:
        longer = f"{lines[-1]} {look.glyphs.dot} {part}"
        if cells(longer) + 2 > look.room:
            lines += wrapped(part, look.room - 2)
        else:
            lines[-1] = longer
    return lines


def _suppressed(each: Suppressed, *, look: Look) -> Iterator[str]:
    finding = each.finding
    start = finding.location.span.start
    place = f"{look.path(finding.location.path)}:{start.line}:{start.column}"
    until = f" (until {each.until.isoformat()})" if each.until else ""
    reason = f"{look.glyphs.dash} {each.reason}{until}"
    text = f"suppressed {place}: {finding.rule.id} {finding.message} {reason}"
    yield from (look.paint(line, Ink.DIM) for line in _hanging(text, look=look))


def _hanging(text: str, *, look: Look) -> Iterator[str]:
    """Yield a text made safe, all lines but the first indented."""
    head, *rest = wrapped(safe(text, ascii_only=look.ascii_only), look.room, later=look.room - 2)
    yield head
    yield from (f"  {line}" for line in rest)


def _details(report: Report, *, look: Look) -> Iterator[str]:
    for file in report.files:
        noun = "state" if file.kind is FileKind.STATE_MACHINE else "resource"
        text = f"read {look.path(file.path)}: {KINDS[file.kind]}, {counted(file.resources, noun)}"
        yield from _hanging(text, look=look)
    for each in report.not_judged:
        start = each.location.span.start
        place = f"{look.path(each.location.path)}:{start.line}:{start.column}"
        text = f"not judged {place}: {each.rule.id} {each.rule.name}, {each.because}"
        yield from _hanging(text, look=look)
    for path in report.skipped:
        text = f"passed over {look.path(path)}: neither template nor state machine"
        yield from _hanging(text, look=look)

"""Lines of a source with the places of a finding marked and labelled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.records import record
from advisor.reporters.look import INK_OF, Ink
from advisor.reporters.safe import cells, safe, shown
from advisor.reporters.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from advisor.documents.location import Location, Span
    from advisor.reporters.look import Look
    from advisor.rules.finding import Finding

MOST_PLACES = 3
"""Shown of one finding unless more is asked for; a reader holds no more in mind at once."""

_BREAK = re.compile(r"\r\n|\n|\r")
_LEAST_FOR_LABEL = 24
"""Columns that a label needs beside its underline; with fewer it starts on a line of its own."""


@record(frozen=True)
class Place:
    """One place of a finding with its number in the order of reading."""

    number: int
    location: Location


@record(frozen=True)
class Cut:
    """A line as shown, and where the marked part stands in it, in columns from zero."""

    text: str
    start: int
    width: int


class Sources:
    """The texts of a run, split into lines once each."""

    __slots__ = ("_lines", "_texts")

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._lines: dict[str, list[str]] = {}

    def line(self, path: str, number: int) -> str | None:
        """Return a line without its end, counted from one; None where there is none."""
        if path not in self._lines:
            self._lines[path] = _BREAK.split(self._texts.get(path, ""))
        lines = self._lines[path]
        return lines[number - 1] if path in self._texts and 0 < number <= len(lines) else None


def places_of(finding: Finding, *, verbose: bool) -> tuple[list[Place], int]:
    """Return the places to show, the primary one first, and how many are left out."""
    distinct = list(dict.fromkeys((finding.location, *finding.related)))
    kept = distinct if verbose else distinct[:MOST_PLACES]
    return [Place(n, each) for n, each in enumerate(kept, start=1)], len(distinct) - len(kept)


def gutter_width(places: Sequence[Place]) -> int:
    """Return how many columns the line numbers take."""
    return max(len(str(place.location.span.start.line)) for place in places)


def drawn(
    finding: Finding, places: Sequence[Place], *, sources: Sources, look: Look
) -> Iterator[str]:
    """Yield the excerpt line by line: a block for each file, its places ordered by line."""
    gutter = gutter_width(places)
    by_file: dict[str, list[Place]] = {}
    for place in places:
        by_file.setdefault(place.location.path, []).append(place)
    bar = look.paint(look.glyphs.bar, Ink.GUTTER)
    for index, inside in enumerate(by_file.values()):
        yield _opening(inside[0], finding if index == 0 else None, gutter=gutter, look=look)
        yield f"{'':>{gutter}} {bar}"
        before = 0
        for place in sorted(inside, key=lambda each: (each.location.span, each.number)):
            line = place.location.span.start.line
            if before and line > before + 1:
                yield f"{'':>{gutter}} {look.paint(look.glyphs.gap, Ink.DIM)}"
            yield from _marked(
                place,
                finding,
                sources=sources,
                look=look,
                gutter=gutter,
                again=line == before,
                numbered=len(places) > 1,
            )
            before = line
        yield f"{'':>{gutter}} {bar}"


def _opening(place: Place, finding: Finding | None, *, gutter: int, look: Look) -> str:
    location = place.location
    start = location.span.start
    glyph = look.glyphs.opens if finding else look.glyphs.continues
    path = safe(look.path(location.path), ascii_only=look.ascii_only)
    names = dict.fromkeys(
        finding.about if finding and finding.about else filter(None, [location.resource])
    )
    about = safe(f" {look.glyphs.dot} ".join(names), ascii_only=look.ascii_only)
    text = f"{path}:{start.line}:{start.column}"
    construct = safe(location.construct, ascii_only=look.ascii_only)
    if construct and cells(text) + cells(about) + cells(construct) + gutter + 11 <= look.room:
        about = f"{about} ({construct})"
    if about and cells(text) + cells(about) + gutter + 8 <= look.room:
        text = f"{text}   {about}"
    return f"{'':>{gutter}} {look.paint(glyph, Ink.GUTTER)} {text}"


def _marked(
    place: Place,
    finding: Finding,
    *,
    sources: Sources,
    look: Look,
    gutter: int,
    again: bool,
    numbered: bool,
) -> Iterator[str]:
    location = place.location
    primary = place.number == 1
    source = sources.line(location.path, location.span.start.line)
    label = safe(location.label, ascii_only=look.ascii_only)
    if numbered:
        label = f"{look.number(place.number)} {label}".rstrip()
    ink = INK_OF[finding.severity] if primary else Ink.DIM
    bar = look.paint(look.glyphs.bar, Ink.GUTTER)
    empty = f"{'':>{gutter}} {bar} "
    room = look.room - gutter - 3
    if source is None:
        yield from (f"{empty}{row}" for row in wrapped(label, room))
        return
    cut = cut_around(source, location.span, room=room, look=look)
    if not again:
        number = look.paint(f"{location.span.start.line:>{gutter}}", Ink.GUTTER)
        yield f"{number} {bar} {cut.text}".rstrip()
    mark = (look.glyphs.heavy if primary else look.glyphs.light) * cut.width
    beside = room - cut.start - cut.width - 1
    painted = f"{' ' * cut.start}{look.paint(mark, ink)}"
    if cells(label) <= beside:
        yield f"{empty}{painted} {_labelled(label, ink, look=look)}".rstrip()
        return
    if beside >= _LEAST_FOR_LABEL:
        head, *rest = wrapped(label, beside)
        yield f"{empty}{painted} {_labelled(head, ink, look=look)}"
        indent = " " * (cut.start + cut.width + 1)
    else:
        rest = wrapped(label, max(room - cut.start, min(room, _LEAST_FOR_LABEL)))
        yield f"{empty}{painted}"
        indent = " " * min(cut.start, max(room - _LEAST_FOR_LABEL, 0))
    yield from (f"{empty}{indent}{_labelled(row, ink, look=look)}" for row in rest)


def _labelled(label: str, ink: Ink, *, look: Look) -> str:
    return label if ink is Ink.DIM else look.paint(label, ink)


def cut_around(source: str, span: Span, *, room: int, look: Look) -> Cut:
    """Return the line made safe and cut to `room` columns so that the start of the span shows.

    The work is bounded by the room, not by the length of the line.
    """
    first = min(max(span.start.column - 1, 0), len(source))
    behind = span.end.column - 1 if span.end.line == span.start.line else len(source)
    behind = min(max(behind, first), len(source))
    low, high = max(0, first - 2 * room), min(len(source), first + 2 * room)
    pieces = [shown(each, ascii_only=look.ascii_only) for each in source[low:high]]
    widths = [cells(piece) for piece in pieces]
    first, behind = first - low, min(behind, high) - low
    if low == 0 and high == len(source) and sum(widths) <= room:
        return Cut("".join(pieces), sum(widths[:first]), max(1, sum(widths[first:behind])))
    ellipsis = look.glyphs.ellipsis
    window = room - 2 * len(ellipsis)
    left, taken = first, 0
    inside = min(sum(widths[first:behind]), window)
    if low == 0 and sum(widths[:first]) + inside <= window:
        left, taken = 0, sum(widths[:first])
    else:
        before = (window - inside) // 2
        while left > 0 and taken + widths[left - 1] <= before:
            left -= 1
            taken += widths[left]
    right, total = left, 0
    while right < len(widths) and total + widths[right] <= window:
        total += widths[right]
        right += 1
    head = ellipsis if low + left > 0 else ""
    tail = ellipsis if low + right < len(source) else ""
    width = sum(widths[first : min(behind, right)])
    return Cut(f"{head}{''.join(pieces[left:right])}{tail}", len(head) + taken, max(1, width))

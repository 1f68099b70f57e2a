"""Findings that somebody chose not to see: comments, Metadata, and what is wrong with them.

`# advise: ignore[name, QUE001] reason until=2027-01-31` on a key covers all below it,
`# advise: ignore-file[…] reason` the whole file. Where there are no comments, `Metadata` of a
resource or of the template holds `advise: {ignore: [{rule: …, reason: …, until: …}]}`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from advisor.documents.document import Syntax
from advisor.documents.location import Location, Position, Span
from advisor.records import record, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from advisor.documents.document import Data, Document
    from advisor.documents.location import Pointer
    from advisor.rules.finding import Finding

MARK = "advise:"
"""Only texts that hold this are looked at closely."""

# Looked for at the start of a row of such characters only: a long one is read once.
_COMMENT = re.compile(r"(?<![#/*-])(?:#|//|/\*|--)[#/*-]*+\s*advise:\s*(?P<rest>.*)$")
_IGNORE = re.compile(r"ignore(?P<file>-file)?\s*\[(?P<rules>[^\]]*)\](?P<rest>.*)$")
_UNTIL = re.compile(r"(?:^|\s)until=(?P<date>\S+)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_KEYS = frozenset({"rule", "reason", "until"})

_MOST = 10_000  # suppressions read of one file
_DEEPEST = 200  # levels of data that are walked for the keys of a line


@record(frozen=True)
class Suppression:
    """One suppression as it is written, with what it covers."""

    location: Location
    """The comment or the entry in Metadata."""
    rules: tuple[str, ...] = ()
    """The words between the brackets."""
    reason: str = ""
    until: date | None = None
    whole_file: bool = False
    line: int = 0
    """Findings that start on this line are covered; zero for none."""
    pointers: tuple[Pointer, ...] = ()
    """Findings at or below one of these are covered."""
    malformed: str = ""
    """Why it cannot be read; empty where it can."""
    in_code: bool = False
    """Whether it stands in source code: that which findings of a template name as evidence."""

    def covers(self, finding: Finding, declarers: Mapping[str, Collection[str]]) -> bool:
        """Tell whether a finding stands where this suppression counts, whatever its rule.

        `declarers` are the paths of the templates that declare each logical id: on a resource a
        suppression counts for its code and its definition in other files, too.
        """
        if self.in_code:
            return any(
                place.path == self.location.path
                and (self.whole_file or place.span.start.line == self.line)
                for place in (finding.location, *finding.related)
            )
        place = finding.location
        if place.path != self.location.path:
            return self._covers_elsewhere(finding, declarers)
        if self.whole_file or (self.line and place.span.start.line == self.line):
            return True
        return any(place.pointer[: len(pointer)] == pointer for pointer in self.pointers) or (
            self._is_on(place.resource)
        )

    def _is_on(self, resource: str | None) -> bool:
        return resource is not None and ("Resources", resource) in self.pointers

    def _covers_elsewhere(self, finding: Finding, declarers: Mapping[str, Collection[str]]) -> bool:
        place = finding.location
        if place.resource is None or not self._is_on(place.resource):
            return False
        paths = declarers.get(place.resource, ())
        if place.path in paths:
            return False
        # Where several templates have a resource of this name, the finding must name this one.
        return len(paths) == 1 or any(r.path == self.location.path for r in finding.related)


def declarers_of(documents: Iterable[Document]) -> dict[str, set[str]]:
    """Return the paths of the templates that declare each logical id."""
    found: dict[str, set[str]] = {}
    for document in documents:
        resources = document.data.get("Resources") if isinstance(document.data, dict) else None
        for name in resources if isinstance(resources, dict) else ():
            found.setdefault(name, set()).add(document.path)
    return found


def of_document(document: Document) -> list[Suppression]:
    """Return the suppressions of a document, comments first."""
    if MARK not in document.text and '"advise"' not in document.text:
        # A key in YAML is followed by its colon; JSON may have blanks before it.
        return []
    found = list(_in_metadata(document))
    if document.syntax is Syntax.YAML:
        keys = _keys_by_line(document.data, document) if MARK in document.text else {}
        lines = document.text.splitlines()
        comments = document.comments()
        own = {comment.line for comment in comments if comment.alone}
        for comment in comments:
            if MARK not in comment.text or len(found) >= _MOST:
                continue
            line = _next_line(lines, comment.line, own) if comment.alone else comment.line
            written = (comment.line, comment.column, comment.text)
            found += _in_comment(document.path, written, line, keys)
    return found


def of_text(path: str, text: str) -> list[Suppression]:
    """Return the suppressions in comments of source code, each for its line or the next."""
    if MARK not in text:
        return []
    found: list[Suppression] = []
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        match = _COMMENT.search(line) if MARK in line else None
        if match is None or len(found) >= _MOST:
            continue
        alone = not line[: match.start()].strip()
        target = _next_line(lines, number, frozenset()) if alone else number
        written = (number, match.start() + 1, match[0])
        found += [replace(each, in_code=True) for each in _in_comment(path, written, target, {})]
    return found


def _in_comment(
    path: str, written: tuple[int, int, str], line: int, keys: Mapping[int, Sequence[Pointer]]
) -> Iterator[Suppression]:
    number, column, text = written
    match = _COMMENT.search(text)
    if match is None:
        return
    start = Position(number, column)
    span = Span(start, Position(number, column + len(text)))
    pointers = tuple(keys.get(line, ()))
    inside = bool(pointers) and len(pointers[0]) > 1 and pointers[0][0] == "Resources"
    resource = str(pointers[0][1]) if inside else None
    location = Location(path, (), span, "written here", resource)
    ignore = _IGNORE.match(match["rest"])
    if ignore is None:
        # Prose in the middle of another comment is no attempt to suppress anything.
        if match.start() == 0:
            yield Suppression(location, malformed="is not 'ignore[rule] reason'")
        return
    rules = tuple(word.strip() for word in ignore["rules"].split(",") if word.strip())
    reason, until, wrong = _reason_and_date(ignore["rest"].removesuffix("*/"))
    if not rules:
        wrong = "names no rule"
    yield Suppression(
        location=location,
        rules=rules,
        reason=reason,
        until=until,
        whole_file=bool(ignore["file"]),
        line=line,
        pointers=pointers,
        malformed=wrong,
    )


def _reason_and_date(text: str) -> tuple[str, date | None, str]:
    match = _UNTIL.search(text)
    if match is None:
        return text.strip(" \t:-"), None, ""
    reason = (text[: match.start()] + text[match.end() :]).strip(" \t:-")
    until = _date(match["date"])
    return reason, until, "" if until else f"has '{match['date'][:20]}' for a date"


def _date(value: Data) -> date | None:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _next_line(lines: Sequence[str], after: int, comments: Iterable[int]) -> int:
    """Return the number of the next line that is neither blank nor only a comment."""
    skipped = set(comments)
    for number in range(after + 1, len(lines) + 1):
        text = lines[number - 1].strip()
        if text and number not in skipped and not text.startswith(("#", "//")):
            return number
    return after


def _keys_by_line(data: Data, document: Document) -> dict[int, list[Pointer]]:
    """Return for each line the outermost keys and items that start on it."""
    found: dict[int, list[Pointer]] = {}
    pending: list[tuple[Data, Pointer, int]] = [(data, (), 0)]
    while pending:
        current, pointer, line_of_parent = pending.pop()
        if len(pointer) > _DEEPEST:
            continue
        inner: Iterable[tuple[str | int, Data]] = ()
        if isinstance(current, dict):
            inner = current.items()
        elif isinstance(current, list):
            inner = enumerate(current)
        for key, value in inner:
            below = (*pointer, key)
            try:
                line = document.key_span(below).start.line
            except KeyError:
                continue
            if line != line_of_parent:
                found.setdefault(line, []).append(below)
            pending.append((value, below, line))
    return found


def _in_metadata(document: Document) -> Iterator[Suppression]:
    data = document.data
    if not isinstance(data, dict):
        return
    yield from _entries(document, data, ())
    resources = data.get("Resources")
    if isinstance(resources, dict):
        for name, resource in resources.items():
            if isinstance(resource, dict) and "Metadata" in resource:
                yield from _entries(document, resource, ("Resources", name))


def _entries(document: Document, owner: dict[str, Data], place: Pointer) -> Iterator[Suppression]:
    metadata = owner.get("Metadata")
    ours = metadata.get("advise") if isinstance(metadata, dict) else None
    if ours is None:
        return
    pointer: Pointer = (*place, "Metadata", "advise")
    if not isinstance(ours, dict) or set(ours) != {"ignore"}:
        yield _malformed(document, pointer, "holds something else than 'ignore'")
        return
    entries = ours["ignore"]
    if not isinstance(entries, list):
        yield _malformed(document, (*pointer, "ignore"), "is not a list of rules")
        return
    for index, entry in enumerate(entries[:_MOST]):
        yield _entry(document, entry, (*pointer, "ignore", index), place)


def _entry(document: Document, entry: Data, pointer: Pointer, place: Pointer) -> Suppression:
    if not isinstance(entry, dict) or not isinstance(entry.get("rule"), str):
        return _malformed(document, pointer, "has no 'rule'")
    unknown = sorted(str(key) for key in entry if key not in _KEYS)
    if unknown:
        from advisor.rules.registry import did_you_mean, shown

        hint = did_you_mean(unknown[0], _KEYS)
        return _malformed(document, pointer, f"has an unknown key '{shown(unknown[0])}'{hint}")
    until = _date(entry.get("until"))
    if until is None and entry.get("until") is not None:
        return _malformed(document, pointer, "has something else than a date for 'until'")
    reason = entry.get("reason")
    return Suppression(
        location=_location(document, pointer, place),
        rules=(str(entry["rule"]),),
        reason=reason.strip() if isinstance(reason, str) else "",
        until=until,
        whole_file=not place,
        pointers=(place,) if place else (),
    )


def _malformed(document: Document, pointer: Pointer, why: str) -> Suppression:
    return Suppression(_location(document, pointer, pointer[:2]), malformed=why)


def _location(document: Document, pointer: Pointer, place: Pointer) -> Location:
    try:
        span = document.key_span(pointer)
    except KeyError:
        span = Span(Position(1, 1), Position(1, 1))
    resource = str(place[1]) if len(place) == 2 and place[0] == "Resources" else None
    return Location(document.path, pointer, span, "written here", resource)

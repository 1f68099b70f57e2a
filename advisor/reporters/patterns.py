"""Patterns of an architecture as text, Markdown and JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.workflows import StateNode
from advisor.reporters.flow_words import sign_of
from advisor.reporters.json import location_data
from advisor.reporters.look import INK_OF, Ink
from advisor.reporters.markdown import escaped
from advisor.reporters.moves import move_data, move_lines, move_markdown
from advisor.reporters.safe import cells, no_command, safe
from advisor.reporters.sketch import name_of
from advisor.reporters.words import counted, listed
from advisor.reporters.wrapping import wrapped
from advisor.rules.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.advice.advised import Advice
    from advisor.advice.patterns import Lack, Pattern
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.documents.document import Data
    from advisor.documents.location import Location
    from advisor.reporters.look import Look

VERSION = 1
"""Of the JSON; what it holds is only ever added to within a version."""
MOST_NAMES = 12
"""Resources of one role that text and Markdown name; JSON has all of them."""
MOST_CONNECTIONS = 500
"""Connections of one case that JSON lists; where all may send to all there are thousands."""
_MARKS = {Severity.ERROR: ("✗", "x"), Severity.WARNING: ("!", "!"), Severity.INFO: ("·", "-")}
_ROLE = 20  # columns of the name of a role


# --- text ---------------------------------------------------------------------------------------


def render_text(advice: Advice, *, look: Look) -> str:
    """Return each pattern with its parts and what it lacks, within the width of the terminal."""
    lines = [look.paint(_headline(advice), Ink.STRONG)]
    for each in advice.patterns:
        lines += ["", *_pattern_lines(each, look)]
    for move in advice.moves:
        lines += ["", *move_lines(move, look=look)]
    return "".join(f"{no_command(line.rstrip())}\n" for line in lines)


def _headline(advice: Advice) -> str:
    if not advice.patterns:
        return "no pattern is recognised for sure"
    lacking = sum(bool(each.lacks) for each in advice.patterns)
    text = counted(len(advice.patterns), "pattern")
    text += f", {lacking} of which lack{'s' if lacking == 1 else ''} something"
    return f"{text}, {counted(len(advice.moves), 'move')} drawn" if advice.moves else text


def _pattern_lines(each: Pattern, look: Look) -> Iterator[str]:
    head = f"{each.kind.title}: {_safe(name_of(each.heart), look)}"
    place = each.heart.at()
    where = _safe(f"{look.path(place.path)}:{place.span.start.line}", look)
    apart = cells(head) + 2 + cells(where) > look.room
    yield look.paint(head, Ink.STRONG) + ("" if apart else f"  {look.paint(where, Ink.DIM)}")
    if apart:
        yield f"  {look.paint(where, Ink.DIM)}"
    yield from _block(each.kind.summary, look)
    for part in each.parts:
        texts = [_signed(node, look) for node in part.nodes[:MOST_NAMES]]
        more = len(part.nodes) - MOST_NAMES
        texts += [f"and {more:,} more"] if more > 0 else []
        head = f"  {part.role:<{_ROLE}}"
        rows = wrapped(", ".join(texts), look.room - len(head))
        yield f"{head}{rows[0]}"
        yield from (f"{' ' * len(head)}{row}" for row in rows[1:])
    yield from _block(f"{each.confidence.word} confidence: {each.because}", look)
    if not each.lacks:
        yield f"  {look.glyphs.good} lacks nothing that a rule knows of"
    for lack in each.lacks:
        yield from _lack_lines(lack, look)


def _lack_lines(lack: Lack, look: Look) -> Iterator[str]:
    severity = lack.finding.severity if lack.finding is not None else Severity.INFO
    mark = _MARKS[severity][1 if look.ascii_only else 0]
    rows = wrapped(_safe(f"lacks {lack.what}: {lack.said}", look), look.room - 4)
    yield f"  {look.paint(mark, INK_OF[severity])} {rows[0]}"
    yield from (f"    {row}" for row in rows[1:])
    rule = lack.finding.rule.id if lack.finding is not None else ""
    yield f"    {'  '.join(filter(None, [rule, _unsure(lack), _place(lack.place, look)]))}"


def _unsure(lack: Lack) -> str:
    if lack.finding is None or lack.finding.confidence is not Confidence.LOW:
        return ""
    return "low confidence"


def _block(text: str, look: Look) -> list[str]:
    return [f"  {row}" for row in wrapped(_safe(text, look), look.room - 2)]


def _signed(node: Node, look: Look) -> str:
    sign = "" if isinstance(node, StateNode) else sign_of(node)[1 if look.ascii_only else 0]
    name = _safe(name_of(node), look)
    outside = " (outside)" if isinstance(node, External) else ""
    return f"{sign} {name}{outside}" if sign and not look.ascii_only else f"{name}{outside}"


def _place(place: Location, look: Look) -> str:
    text = _safe(f"{look.path(place.path)}:{place.span.start.line}", look)
    return look.paint(text, Ink.DIM)


def _safe(text: str, look: Look) -> str:
    return safe(text, ascii_only=look.ascii_only)


# --- Markdown -----------------------------------------------------------------------------------


def render_markdown(advice: Advice, *, look: Look) -> str:
    """Return the patterns as Markdown that GitHub shows as meant, whatever names hold."""
    lines = ["# Patterns", "", f"{escaped(_headline(advice))}.", *markdown_lines(advice, look=look)]
    return "\n".join(lines).rstrip() + "\n"


def markdown_lines(advice: Advice, *, look: Look, level: int = 2) -> Iterator[str]:
    """Yield a section for each pattern, under headings of a level."""
    for each in advice.patterns:
        place = each.heart.at()
        yield ""
        yield f"{'#' * level} {each.kind.title}: {escaped(name_of(each.heart))}"
        yield ""
        yield (
            f"{each.kind.summary.capitalize()} ([reference]({each.kind.references[0]})). "
            f"{escaped(f'{look.path(place.path)}:{place.span.start.line}')}, "
            f"{each.confidence.word} confidence: {escaped(each.because)}."
        )
        yield ""
        yield "| role | resources |"
        yield "| --- | --- |"
        for part in each.parts:
            names = listed((escaped(name_of(node)) for node in part.nodes), most=MOST_NAMES)
            yield f"| {part.role} | {names} |"
        yield ""
        if not each.lacks:
            yield "Lacks nothing that a rule knows of."
        for lack in each.lacks:
            yield f"- {_lack_markdown(lack, look)}"
    for move in advice.moves:
        yield ""
        yield from move_markdown(move, look=look, level=level)


def _lack_markdown(lack: Lack, look: Look) -> str:
    rule = f"{lack.finding.rule.id}, " if lack.finding is not None else ""
    unsure = f", {_unsure(lack)}" if _unsure(lack) else ""
    place = escaped(f"{look.path(lack.place.path)}:{lack.place.span.start.line}")
    return f"Lacks {lack.what}: {escaped(lack.said)} ({rule}{place}{unsure})"


# --- JSON ---------------------------------------------------------------------------------------


def render_json(advice: Advice) -> str:
    """Return everything as one JSON object, which data/patterns.schema.json describes."""
    return json.dumps(advice_data(advice), indent=2) + "\n"


def advice_data(advice: Advice) -> dict[str, Data]:
    """Return everything as plain data."""
    return {
        "version": VERSION,
        "patterns": [_pattern_data(each) for each in advice.patterns],
        "moves": [move_data(each) for each in advice.moves],
        "errors": [str(each) for each in advice.report.errors],
    }


def _pattern_data(each: Pattern) -> dict[str, Data]:
    return {
        "pattern": each.kind.name,
        "title": each.kind.title,
        "summary": each.kind.summary,
        "references": list(each.kind.references),
        "resource": node_data(each.heart),
        "confidence": each.confidence.word,
        "because": each.because,
        "parts": [
            {"role": part.role, "resources": [node_data(node) for node in part.nodes]}
            for part in each.parts
        ],
        "connections": [_edge_data(edge) for edge in each.edges[:MOST_CONNECTIONS]],
        "connections_left_out": max(len(each.edges) - MOST_CONNECTIONS, 0),
        "lacks": [_lack_data(lack) for lack in each.lacks],
    }


def node_data(node: Node) -> dict[str, Data]:
    """Return a resource as plain data."""
    return {
        "name": name_of(node),
        "type": node.type or None,
        "external": isinstance(node, External),
        "location": location_data(node.at()),
    }


def _edge_data(edge: Edge) -> dict[str, Data]:
    return {
        "source": name_of(edge.source),
        "target": name_of(edge.target),
        "kind": edge.kind.value,
        "mode": edge.mode.value if edge.mode is not None else None,
        "evidence": edge.evidence.word,
        "via": edge.via,
        "location": location_data(edge.at()),
    }


def _lack_data(lack: Lack) -> dict[str, Data]:
    found = lack.finding
    return {
        "what": lack.what,
        "message": lack.said,
        "location": location_data(lack.place),
        "rule": {"id": found.rule.id, "name": found.rule.name} if found is not None else None,
        "severity": found.severity.word if found is not None else None,
        "confidence": found.confidence.word if found is not None else None,
        "fingerprint": found.fingerprint if found is not None else None,
    }


__all__ = ["MOST_NAMES", "VERSION", "markdown_lines", "node_data", "render_json",
           "render_markdown", "render_text"]  # fmt: skip

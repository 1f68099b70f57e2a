"""The boxes and lines of an architecture as SVG, and beside them what a click tells."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.workflows import StateMachine
from advisor.explanation import known_values
from advisor.records import record
from advisor.reporters.flow_words import sign_of
from advisor.reporters.html.layout import Measure, laid_out
from advisor.reporters.html.machine import unfolded
from advisor.reporters.html.svg import loop_of, loop_path, number, path_of, short, text_of
from advisor.reporters.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.documents.document import Data
    from advisor.reporters.flow import Box, Flow, Link
    from advisor.reporters.html.layout import Point
    from advisor.reporters.html.machine import Unfolded
    from advisor.rules.finding import Finding

MEASURE = Measure(width=196, height=50, across=112, down=22)
MOST_VALUES = 80
"""Values told of one resource; more are counted."""
_MOST_TITLE = 19
_MOST_BIG = 13
"""Characters of the name that is written larger where the whole picture is looked at."""
_MOST_NOTE = 30
_MOST_LABEL = 22
_LONGEST = 4_000
"""Characters of one text in the data."""


@record(frozen=True)
class Picture:
    """The SVG elements of a picture, its size in pixels, and the data behind it."""

    svg: str
    width: float
    height: float
    data: dict[str, Data]
    in_layers: bool = True


def picture_of(
    flows: Sequence[tuple[Architecture, Flow]],
    *,
    findings: Sequence[Finding],
    elsewhere: Sequence[Finding] = (),
) -> Picture:
    """Return one picture of all flows; `elsewhere` are the findings that stand in no box.

    Raises ConfigError where the layout's library is absent.
    """
    boxes = [(architecture, box) for architecture, flow in flows for box in flow.boxes]
    at = {id(box): index for index, (_, box) in enumerate(boxes)}
    links = [link for _, box in boxes for link in box.links if id(link.target) in at]
    pairs = [(at[id(link.source)], at[id(link.target)]) for link in links]
    drawing = laid_out(len(boxes), pairs, MEASURE)
    lines: list[str] = []
    shown: list[Data] = []
    leaving, arriving = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    for link, pair in zip(links, pairs, strict=True):
        itself = pair[0] == pair[1]
        points = loop_of(drawing.boxes[pair[0]], MEASURE.width) if itself else drawing.lines[pair]
        spread = leaving[pair[0]] >= arriving[pair[1]]
        lines.append(_line(len(shown), link, points, itself=itself, spread=spread))
        shown.append(
            {
                "s": pair[0],
                "t": pair[1],
                "label": safe(link.label),
                "sure": link.sure,
                "p": [[round(x, 1), round(y, 1)] for x, y in points],
            }
        )
    insides = [
        unfolded(architecture, box.node, findings) if isinstance(box.node, StateMachine) else None
        for architecture, box in boxes
    ]
    drawn = [
        _box(index, box, drawing.boxes[index], insides[index])
        for index, (_, box) in enumerate(boxes)
    ]
    nodes: list[Data] = [
        _node(box, drawing.boxes[index], insides[index]) for index, (_, box) in enumerate(boxes)
    ]
    others: list[Data] = [finding_data(each) for each in elsewhere]
    data: dict[str, Data] = {
        "size": [MEASURE.width, MEASURE.height],
        "nodes": nodes,
        "links": shown,
        "others": others,
        "hidden": sum(flow.hidden for _, flow in flows),
    }
    svg = f'<g id="lines">{"".join(lines)}</g><g id="boxes">{"".join(drawn)}</g>'
    return Picture(svg, drawing.width, drawing.height, data, drawing.in_layers)


def kind_of(node: Node) -> str:
    """Return the word by which the picture is filtered: what a resource is, in common words."""
    word = sign_of(node)[2]
    if word:
        return word
    if isinstance(node, External):
        return node.kind.replace("-", " ") or "outside"
    return node.type.rpartition("::")[2] or node.type or "other"


def finding_data(finding: Finding) -> dict[str, Data]:
    """Return what the page tells of a finding."""
    place = finding.location
    when = " and ".join(f"{name} is {str(value).lower()}" for name, value in finding.when)
    links = [each for each in finding.rule.references if each.startswith("https://")]
    return {
        "id": finding.rule.id,
        "name": finding.rule.name,
        "sev": finding.severity.word,
        "pillar": finding.rule.pillar.value,
        "text": _cut(finding.message),
        "why": _cut(finding.why),
        "do": _cut(finding.remediation, lines=True),
        "place": _cut(f"{place.path}:{place.span.start.line}"),
        "when": _cut(when),
        "evidence": finding.evidence.word if finding.evidence else "",
        "more": links[0] if links else "",
    }


def _cut(text: str, *, lines: bool = False) -> str:
    made = "\n".join(safe(line) for line in text.split("\n")) if lines else safe(text)
    return made if len(made) <= _LONGEST else f"{made[:_LONGEST]}…"


def _node(box: Box, corner: Point, inside: Unfolded | None) -> dict[str, Data]:
    node = box.node
    place = node.at()
    values = [] if isinstance(node, External) else list(known_values(node))
    properties: list[Data] = [
        [_cut(each.name), _cut(each.value), _cut(each.why)] for each in values[:MOST_VALUES]
    ]
    return {
        "name": _cut(box.title),
        "kind": _cut(kind_of(node)),
        "type": _cut(node.type),
        "stack": "" if isinstance(node, External) else _cut(node.resource.owner),
        "note": _cut(box.note),
        "place": _cut(f"{place.path}:{place.span.start.line}") if place.path else "",
        "sev": box.severity.word if box.severity else "",
        "x": round(corner[0], 1),
        "y": round(corner[1], 1),
        "values": properties,
        "more": max(0, len(values) - MOST_VALUES),
        "found": [finding_data(each) for each in box.findings],
        "inside": [round(inside.width, 1), round(inside.height, 1)] if inside else None,
    }


def _box(index: int, box: Box, corner: Point, inside: Unfolded | None) -> str:
    node = box.node
    sign, _, _ = sign_of(node)
    kind = kind_of(node)
    classes = ["node", f"k-{_word(kind)}"]
    if isinstance(node, External):
        classes.append("outside")
    if box.severity is not None:
        classes.append(box.severity.word)
    title = box.title
    note = " · ".join(filter(None, (kind, box.note)))
    count = len(box.findings)
    parts = [
        (
            f'<g class="{" ".join(classes)}" data-n="{index}" tabindex="0" role="button" '
            f'transform="translate({number(corner[0])} {number(corner[1])})">'
        ),
        f"<title>{text_of(short(f'{title} · {note}', 300))}</title>",
        f'<rect class="body" width="{MEASURE.width}" height="{MEASURE.height}" rx="7"/>',
        f'<rect class="stripe" width="5" height="{MEASURE.height}" rx="2"/>',
        f'<text class="sign" x="24" y="31">{text_of(sign)}</text>',
        f'<text class="name" x="42" y="22">{text_of(_squeezed(title, _MOST_TITLE))}</text>',
        f'<text class="big" x="12" y="33">{text_of(_squeezed(title, _MOST_BIG))}</text>',
        f'<text class="note" x="42" y="38">{text_of(short(note, _MOST_NOTE))}</text>',
    ]
    if count:
        parts.append(
            f'<circle class="badge" cx="{MEASURE.width - 4}" cy="3" r="10"/>'
            f'<text class="count" x="{MEASURE.width - 4}" y="7">{min(count, 99)}</text>'
        )
    if inside is not None:
        parts.append(
            f'<g class="fold" data-fold="{index}" tabindex="0" role="button">'
            f"<title>show {inside.states} states</title>"
            f'<rect x="{MEASURE.width - 26}" y="{MEASURE.height - 24}" width="20" height="18" '
            f'rx="4"/><text x="{MEASURE.width - 16}" y="{MEASURE.height - 11}">+</text></g>'
            f'<g class="inside" id="in{index}" visibility="hidden" display="none">'
            f"{inside.svg}</g>"
        )
    parts.append("</g>")
    return "".join(parts)


def _squeezed(title: str, most: int) -> str:
    """Return both ends of a long name: what tells two apart is often the last word."""
    flat = " ".join(title.split())
    if len(flat) <= most:
        return flat
    tail = (most - 1) // 2
    return f"{flat[: most - 1 - tail]}…{flat[-tail:]}"


def _word(kind: str) -> str:
    """Return a kind as the name of a class: letters and digits of ASCII only."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in kind.lower())[:40]


def _line(index: int, link: Link, points: Sequence[Point], *, itself: bool, spread: bool) -> str:
    """Return a line with its words: at the end that it has more for itself."""
    style = "line" if link.sure else "line unsure"
    path = loop_path(points) if itself else path_of(points)
    parts = [f'<g class="link" data-l="{index}"><path class="{style}" d="{path}"/>']
    label = safe(short(link.label, _MOST_LABEL))
    if label and not itself:
        (x0, y0), (x1, y1) = points[-2:] if spread else points[:2]
        part = 0.62 if spread else 0.38
        # Halfway down a curve between two columns lies halfway along it, near its ends flat.
        rise = part * part * (3 - 2 * part)
        x, y = x0 + (x1 - x0) * part, y0 + (y1 - y0) * rise - 5
        parts.append(f'<text class="label" x="{number(x)}" y="{number(y)}">{text_of(label)}</text>')
    if link.label:
        parts.append(f"<title>{text_of(short(link.label, 300))}</title>")
    return "".join([*parts, "</g>"])


__all__ = ["Picture", "finding_data", "kind_of", "picture_of"]

"""The boxes and lines of an architecture as SVG, and beside them what a click tells."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.workflows import StateMachine
from advisor.explanation.values import known_values
from advisor.records import record
from advisor.reporters.flow import stack_names
from advisor.reporters.html.frames import PAD, framed
from advisor.reporters.html.labels import Places
from advisor.reporters.html.layout import laid_out
from advisor.reporters.html.machine import unfolded
from advisor.reporters.html.shapes import MEASURE, box_shape, frame, kind_of, label_text, line_shape
from advisor.reporters.html.svg import loop_of
from advisor.reporters.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.documents.document import Data
    from advisor.reporters.flow import Box, Flow
    from advisor.reporters.html.layout import Point
    from advisor.reporters.html.machine import Unfolded
    from advisor.rules.finding import Finding

MOST_VALUES = 80
"""Values told of one resource; more are counted."""
_LETTER = 9.4
_WIDEST_NAME = 420.0
"""Pixels: of a letter of a stack's name, and of the widest name that is shown whole."""
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
    names = stack_names([box for _, box in boxes])
    numbers = {stack: at for at, stack in enumerate(names)}
    widths = [min(len(name) * _LETTER + 2 * PAD, _WIDEST_NAME) for name in names.values()]
    groups = [numbers.get(box.stack, -1) for _, box in boxes]
    drawing = (
        framed(groups, pairs, MEASURE, widths=widths)
        if names
        else laid_out(len(boxes), pairs, MEASURE)
    )
    places = Places(drawing.boxes, MEASURE)
    lines: list[str] = []
    shown: list[Data] = []
    leaving, arriving = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    for link, pair in zip(links, pairs, strict=True):
        itself = pair[0] == pair[1]
        points = loop_of(drawing.boxes[pair[0]], MEASURE.width) if itself else drawing.lines[pair]
        label = label_text(link)
        at_end = leaving[pair[0]] >= arriving[pair[1]]
        far = groups[pair[0]] != groups[pair[1]]
        place = None
        if label and not itself:
            place = places.place(label, points, at_end=at_end, far=far)
        lines.append(line_shape(len(shown), link, points, place=place, far=far))
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
        box_shape(index, box, drawing.boxes[index], insides[index])
        for index, (_, box) in enumerate(boxes)
    ]
    nodes: list[Data] = [
        _node(box, drawing.boxes[index], insides[index]) for index, (_, box) in enumerate(boxes)
    ]
    others: list[Data] = [finding_data(each) for each in elsewhere]
    frames: list[Data] = [
        {
            "name": _cut(name),
            "stack": _cut(stack),
            "at": [round(each, 1) for each in drawing.frames[numbers[stack]]],
        }
        for stack, name in names.items()
    ]
    data: dict[str, Data] = {
        "frames": frames,
        "size": [MEASURE.width, MEASURE.height],
        "nodes": nodes,
        "links": shown,
        "others": others,
        "hidden": sum(flow.hidden for _, flow in flows),
    }
    around = [frame(at, name, drawing.frames[at]) for at, name in enumerate(names.values())]
    layers = {"frames": around, "lines": lines, "boxes": drawn}
    svg = "".join(f'<g id="{id_}">{"".join(parts)}</g>' for id_, parts in layers.items())
    return Picture(svg, drawing.width, drawing.height, data, drawing.in_layers)


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
        [_cut(each.name), _cut(each.value), _cut(each.why or each.origin)]
        for each in values[:MOST_VALUES]
    ]
    return {
        "name": _cut(box.title),
        "kind": _cut(kind_of(node)),
        "type": _cut(node.type),
        "stack": _cut(box.stack),
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


__all__ = ["Picture", "finding_data", "kind_of", "picture_of"]

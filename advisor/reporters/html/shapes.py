"""Boxes, lines and frames of a picture as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.external import External
from advisor.reporters.flow_words import sign_of
from advisor.reporters.html.layout import Measure
from advisor.reporters.html.svg import loop_path, number, path_of, short, text_of
from advisor.reporters.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.architecture.nodes.base import Node
    from advisor.reporters.flow import Box, Link
    from advisor.reporters.html.layout import Point
    from advisor.reporters.html.machine import Unfolded

MEASURE = Measure(width=222, height=50, across=112, down=20)
_MOST_TITLE = 18
"""Characters of a name; the page shows as many more as fit in its font."""
_MOST_BIG = 17
"""Characters in one line of the name that is read from afar."""
_MOST_NOTE = 28
_MOST_LABEL = 28


def kind_of(node: Node) -> str:
    """Return the word by which the picture is filtered: what a resource is, in common words."""
    word = sign_of(node)[2]
    if word:
        return word
    if isinstance(node, External):
        return node.kind.replace("-", " ") or "outside"
    return node.type.rpartition("::")[2] or node.type or "other"


def frame(index: int, name: str, area: tuple[float, float, float, float]) -> str:
    """Return the frame of a stack; `area` is its corner and its size."""
    x, y, width, height = map(number, area)
    return (
        f'<g class="frame" data-f="{index}" transform="translate({x} {y})">'
        f'<rect width="{width}" height="{height}" rx="10"/>'
        f'<text class="stack" x="14" y="24">{text_of(short(name, 120))}</text></g>'
    )


def box_shape(index: int, box: Box, corner: Point, inside: Unfolded | None) -> str:
    """Return a box: what is clicked, and beside it what unfolds."""
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
    found = (
        f"{count} finding{'s' if count != 1 else ''}, gravest {box.severity.word}"
        if (box.severity is not None)
        else ""
    )
    told = text_of(short(" · ".join(filter(None, (title, note, found))), 300))
    parts = [
        (
            f'<g class="{" ".join(classes)}" data-n="{index}" '
            f'transform="translate({number(corner[0])} {number(corner[1])})">'
            f'<g class="face" tabindex="0" role="button" aria-label="{told}">'
        ),
        f"<title>{told}</title>",
        f'<rect class="body" width="{MEASURE.width}" height="{MEASURE.height}" rx="7"/>',
        f'<rect class="stripe" width="5" height="{MEASURE.height}" rx="2"/>',
        f'<text class="sign" x="24" y="31">{text_of(sign)}</text>',
        f'<text class="name" x="42" y="22">{text_of(_squeezed(title, _MOST_TITLE))}</text>',
        _big(title),
        f'<text class="note" x="42" y="38">{text_of(short(note, _MOST_NOTE))}</text>',
    ]
    if count:
        parts.append(
            f'<circle class="badge" cx="{MEASURE.width - 4}" cy="3" r="10"/>'
            f'<text class="count" x="{MEASURE.width - 4}" y="7">{min(count, 99)}</text>'
        )
    parts.append("</g>")
    if inside is not None:
        parts.append(
            f'<g class="fold" data-fold="{index}" tabindex="0" role="button" '
            f'aria-expanded="false" aria-label="states of {text_of(short(title, 100))}">'
            f"<title>show {inside.states} states</title>"
            f'<rect x="{MEASURE.width - 26}" y="{MEASURE.height - 24}" width="20" height="18" '
            f'rx="4"/><text x="{MEASURE.width - 16}" y="{MEASURE.height - 11}">+</text></g>'
            f'<g class="inside" id="in{index}" visibility="hidden" display="none">'
            f"{inside.svg}</g>"
        )
    parts.append("</g>")
    return "".join(parts)


def _big(title: str) -> str:
    """Return the name as it is read from afar: large, in two lines where it is long."""
    flat = " ".join(title.split())
    if len(flat) <= _MOST_BIG:
        return f'<text class="big" x="12" y="32">{text_of(flat)}</text>'
    ends = [at for at in range(1, _MOST_BIG + 1) if _starts_word(flat, at)]
    fits = [at for at in ends if len(flat) - at <= _MOST_BIG] or ends[-1:]
    middle = min(fits or [_MOST_BIG], key=lambda at: abs(at - len(flat) / 2))
    first, second = flat[:middle].rstrip(), _squeezed(flat[middle:].lstrip(), _MOST_BIG)
    return (
        f'<text class="big"><tspan x="12" y="22">{text_of(first)}</tspan>'
        f'<tspan x="12" y="42">{text_of(second)}</tspan></text>'
    )


def _starts_word(text: str, at: int) -> bool:
    before, here = text[at - 1], text[at]
    return (here.isupper() and not before.isupper()) or before in " -_./:"


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


def line_shape(
    index: int, link: Link, points: Sequence[Point], *, place: tuple[str, Point] | None, far: bool
) -> str:
    """Return a line with its words; without a place they are shown when the line is looked at."""
    itself = link.source is link.target
    classes = ["line", *([] if link.sure else ["unsure"]), *(["far-off"] if far else [])]
    path = loop_path(points) if itself else path_of(points)
    parts = [f'<g class="link" data-l="{index}"><path class="{" ".join(classes)}" d="{path}"/>']
    label = label_text(link)
    if label and not itself:
        middle = ((points[-2][0] + points[-1][0]) / 2, (points[-2][1] + points[-1][1]) / 2)
        label, (x, y) = place or (label, middle)
        crowded = "" if place else " crowded"
        parts.append(
            f'<text class="label{crowded}" x="{number(x)}" y="{number(y)}">{text_of(label)}</text>'
        )
    if link.label:
        parts.append(f"<title>{text_of(short(link.label, 300))}</title>")
    return "".join([*parts, "</g>"])


def label_text(link: Link) -> str:
    """Return the words of a line as they stand in the picture."""
    return safe(short(link.label, _MOST_LABEL))


__all__ = ["MEASURE", "box_shape", "frame", "kind_of", "label_text", "line_shape"]
